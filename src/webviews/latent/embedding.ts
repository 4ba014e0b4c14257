// Computes an embedding of codes in small pieces of time, so that the page stays awake, and tells of its progress now and then.
import { Tsne } from '../../analysis/tsne.ts';

/** Samples that are embedded; of more, evenly spaced ones. */
export const MOST_EMBEDDED = 2500;
/** Milliseconds of work at a time, and between two pictures. */
const SLICE = 10;
const PICTURE = 400;
/** Steps from places that are nearly right: those of the epoch before. */
const FOLLOWING = 150;

/** Keeps an embedding of the newest codes it was given. */
export class Embedding {
  /** count × 2 of the codes of `key`; samples that are not embedded have NaN. */
  places: Float32Array | undefined;
  /** Which codes `places` belong to. */
  key = '';
  /** Raised with every new picture. */
  version = 0;
  private task: { readonly tsne: Tsne; readonly chosen: Int32Array; readonly count: number } | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param moved there are new places */
  constructor(private readonly moved: () => void) {}

  get busy(): boolean {
    return this.task !== undefined;
  }

  /** Share of the work done, in [0, 1]. */
  get progress(): number {
    return this.task === undefined ? 1 : this.task.tsne.iteration / this.task.tsne.iterations;
  }

  /** Embeds these codes (count × size) unless they are the ones at work already. */
  follow(key: string, codes: Float32Array, count: number, size: number): void {
    if (key === this.key) return;
    const sameSamples = this.places?.length === count * 2 && key.split('|')[0] === this.key.split('|')[0];
    this.key = key;
    const wanted = Math.min(count, MOST_EMBEDDED);
    const chosen = Int32Array.from({ length: wanted }, (_, i) => Math.floor(i * count / wanted));
    const rows = new Float32Array(wanted * size);
    chosen.forEach((from, i) => { rows.set(codes.subarray(from * size, (from + 1) * size), i * size); });
    const start = sameSamples ? Float32Array.from({ length: wanted * 2 }, (_, k) => this.places![2 * chosen[k >> 1]! + (k & 1)]!) : undefined;
    this.task = { tsne: new Tsne(rows, wanted, size, start ? { start, iterations: FOLLOWING } : {}), chosen, count };
    if (start === undefined) this.places = undefined;
    this.continue(performance.now());
  }

  /** Forgets everything. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.task = undefined;
    this.places = undefined;
    this.key = '';
  }

  private continue(shown: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { task } = this;
      if (task === undefined) return;
      task.tsne.run(SLICE);
      const now = performance.now();
      const due = task.tsne.done || (task.tsne.iteration > 0 && now - shown >= PICTURE);
      if (due) this.show(task);
      if (task.tsne.done) this.task = undefined;
      else this.continue(due ? now : shown);
      if (due) this.moved();
    }, 0);
  }

  private show({ tsne, chosen, count }: NonNullable<Embedding['task']>): void {
    const places = new Float32Array(count * 2).fill(NaN);
    chosen.forEach((to, i) => {
      places[2 * to] = tsne.places[2 * i]!;
      places[2 * to + 1] = tsne.places[2 * i + 1]!;
    });
    this.places = places;
    this.version++;
  }
}
