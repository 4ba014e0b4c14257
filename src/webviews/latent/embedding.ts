// Computes an embedding of codes in small pieces of time, so that the page stays awake, and tells of its progress now and then. While
// the run trains on the same machine it rests between the pieces, and finishes an epoch before it begins the newest one.
import { Tsne } from '../../analysis/tsne.ts';

/** Samples that are embedded; of more, evenly spaced ones. */
export const MOST_EMBEDDED = 2500;
/** Milliseconds of work at a time, and between two pictures. */
const SLICE = 10;
const PICTURE = 400;
/** Steps from places that are nearly right: those of the epoch before. */
const FOLLOWING = 150;
/** Share of a processor that it takes beside a training: for the first picture, which somebody waits for, and for later ones. */
const FIRST_SHARE = 0.2;
const LATER_SHARE = 0.05;
/** Milliseconds between two pictures beside a training: each is drawn at the cost of many steps. */
const CALM_PICTURE = 4000;

/** Milliseconds to rest after a piece of work, so that the work takes no more than a share of the time. */
export function restAfterPiece(worked: number, share: number): number {
  return worked * (1 / share - 1);
}

interface Codes {
  readonly key: string;
  readonly codes: Float32Array;
  readonly count: number;
  readonly size: number;
}

/** Keeps an embedding of the newest codes it was given. */
export class Embedding {
  /** count × 2 of the codes of `shown`; samples that are not embedded have NaN. */
  places: Float32Array | undefined;
  /** Which codes `places` belong to. */
  shown = '';
  /** Raised with every new picture. */
  version = 0;
  /** Which codes are at work, or were last. */
  private key = '';
  private task: { readonly tsne: Tsne; readonly chosen: Int32Array; readonly count: number; readonly share: number } | undefined;
  /** Codes that came while others were at work. */
  private next: Codes | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param moved there are new places
   * @param calm whether a training is to be left the processor
   */
  constructor(private readonly moved: () => void, private readonly calm: () => boolean = () => false) {}

  get busy(): boolean {
    return this.task !== undefined;
  }

  /** The epoch that `places` belong to, by the end of its key. */
  get epoch(): number | undefined {
    return this.shown === '' ? undefined : Number(this.shown.split('|').at(-1));
  }

  /** Share of the work done, in [0, 1]. */
  get progress(): number {
    return this.task === undefined ? 1 : this.task.tsne.iteration / this.task.tsne.iterations;
  }

  /** Embeds these codes (count × size) unless they are the ones at work already; beside a training, once the ones at work are done. */
  follow(key: string, codes: Float32Array, count: number, size: number): void {
    if (key === this.key) return;
    const wish: Codes = { key, codes, count, size };
    const sameRun = key.split('|')[0] === this.key.split('|')[0];
    if (this.task !== undefined && sameRun && this.calm()) this.next = wish;
    else this.begin(wish);
  }

  private begin({ key, codes, count, size }: Codes): void {
    const sameSamples = this.places?.length === count * 2 && key.split('|')[0] === this.shown.split('|')[0];
    this.key = key;
    this.next = undefined;
    const wanted = Math.min(count, MOST_EMBEDDED);
    const chosen = Int32Array.from({ length: wanted }, (_, i) => Math.floor(i * count / wanted));
    const rows = new Float32Array(wanted * size);
    chosen.forEach((from, i) => { rows.set(codes.subarray(from * size, (from + 1) * size), i * size); });
    const start = sameSamples ? Float32Array.from({ length: wanted * 2 }, (_, k) => this.places![2 * chosen[k >> 1]! + (k & 1)]!) : undefined;
    this.task = { tsne: new Tsne(rows, wanted, size, start ? { start, iterations: FOLLOWING } : {}), chosen, count, share: start === undefined ? FIRST_SHARE : LATER_SHARE };
    if (start === undefined) this.places = undefined;
    this.continue(performance.now(), 0);
  }

  /** Forgets everything. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.task = undefined;
    this.next = undefined;
    this.places = undefined;
    this.key = '';
    this.shown = '';
  }

  /** @param pictured when the last picture was made; @param rest milliseconds until the next piece. */
  private continue(pictured: number, rest: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.piece(pictured); }, rest);
  }

  private piece(pictured: number): void {
    const { task } = this;
    if (task === undefined) return;
    const began = performance.now();
    task.tsne.run(SLICE);
    const now = performance.now();
    const calm = this.calm();
    // Beside a training a picture of the way is worth drawing only where there is none yet.
    const interval = calm ? (task.share === FIRST_SHARE ? CALM_PICTURE : Infinity) : PICTURE;
    const due = task.tsne.done || (task.tsne.iteration > 0 && now - pictured >= interval);
    if (due) this.show(task);
    if (!task.tsne.done) this.continue(due ? now : pictured, calm ? restAfterPiece(now - began, task.share) : 0);
    else {
      this.task = undefined;
      if (this.next !== undefined) this.begin(this.next);
    }
    if (due) this.moved();
  }

  private show({ tsne, chosen, count }: NonNullable<Embedding['task']>): void {
    const places = new Float32Array(count * 2).fill(NaN);
    chosen.forEach((to, i) => {
      places[2 * to] = tsne.places[2 * i]!;
      places[2 * to + 1] = tsne.places[2 * i + 1]!;
    });
    this.places = places;
    this.shown = this.key;
    this.version++;
  }
}
