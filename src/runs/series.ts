// Events → curves, incrementally. One series per run lives in whoever owns the data (the extension host); it hands out whole
// snapshots and, by cursor, only what came since. Points are kept in growing typed arrays: a day of training is some MB.
import type { RunEvent, ScalarValues, SplitName } from './events.ts';

/** One curve as parallel arrays, in order of step. The same shape as the protocol's Curve. */
export interface Curve {
  readonly value: string;
  readonly split: SplitName;
  readonly per: 'batch' | 'epoch';
  readonly step: Float64Array;
  readonly epoch: Float64Array;
  /** Milliseconds of training, pauses and interruptions not counted. */
  readonly time: Float64Array;
  readonly y: Float64Array;
}

type ScalarsEvent = Extract<RunEvent, { type: 'scalars' }>;
const COLUMNS = 4;

class GrowingCurve {
  length = 0;
  private columns: Float64Array[] = Array.from({ length: COLUMNS }, () => new Float64Array(64));

  constructor(readonly value: string, readonly split: SplitName, readonly per: 'batch' | 'epoch') {}

  push(step: number, epoch: number, time: number, y: number): void {
    if (this.length === this.columns[0]!.length) {
      this.columns = this.columns.map(column => {
        const larger = new Float64Array(column.length * 2);
        larger.set(column);
        return larger;
      });
    }
    [step, epoch, time, y].forEach((value, i) => {
      this.columns[i]![this.length] = value;
    });
    this.length++;
  }

  /** Drops all points after a step; true when there were any. */
  cut(step: number): boolean {
    const before = this.length;
    const steps = this.columns[0]!;
    while (this.length > 0 && steps[this.length - 1]! > step) this.length--;
    return this.length < before;
  }

  /** The points from `first` on, as copies that stay as they are. */
  from(first: number): Curve {
    const [step, epoch, time, y] = this.columns.map(column => column.slice(first, this.length)) as [Float64Array, Float64Array, Float64Array, Float64Array];
    return { value: this.value, split: this.split, per: this.per, step, epoch, time, y };
  }

  lastStep(): number {
    return this.length === 0 ? -Infinity : this.columns[0]![this.length - 1]!;
  }

  lastTime(): number {
    return this.length === 0 ? 0 : this.columns[2]![this.length - 1]!;
  }

  /** Position of the smallest value, or -1 when no value is a number. */
  lowest(): number {
    const y = this.columns[3]!;
    let best = -1;
    for (let i = 0; i < this.length; i++) {
      if (!Number.isNaN(y[i]) && (best < 0 || y[i]! < y[best]!)) best = i;
    }
    return best;
  }

  pointAt(i: number): { readonly epoch: number; readonly y: number } {
    return { epoch: this.columns[1]![i]!, y: this.columns[3]![i]! };
  }
}

/** How far a reader of a series has come. */
export interface SeriesCursor {
  readonly generation: number;
  readonly lengths: ReadonlyMap<string, number>;
}

export interface SeriesIncrement {
  /** The cursor was made void by a resume: `curves` are whole and replace all others. */
  readonly reset: boolean;
  /** New points only; curves without any are left out. */
  readonly curves: readonly Curve[];
  readonly cursor: SeriesCursor;
}

export class RunSeries {
  private readonly byKey = new Map<string, GrowingCurve>();
  private readonly epochsOf = { picture: new Set<number>(), latent: new Set<number>() };
  /** Units of the code that did not vary, by epoch. */
  private readonly idle = new Map<number, number>();
  private generation = 0;
  /** For events of writers that give no training time: when training would have begun without any break. */
  private origin: number | undefined;

  /** Takes events in the order of the file, `resume` included. */
  apply(events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.type === 'scalars') this.add(event);
      else if (event.type === 'picture' || event.type === 'latent') {
        this.epochsOf[event.type].add(Math.round(event.epoch));
        if (event.type === 'latent' && event.idle !== undefined) this.idle.set(Math.round(event.epoch), event.idle);
      }
      else if (event.type === 'resume') this.rewind(event);
    }
  }

  /** Forgets everything, for a file that was replaced. */
  clear(): void {
    this.byKey.clear();
    this.epochsOf.picture.clear();
    this.epochsOf.latent.clear();
    this.idle.clear();
    this.origin = undefined;
    this.generation++;
  }

  private add(event: ScalarsEvent): void {
    this.origin ??= event.time;
    const time = event.elapsed ?? event.time - this.origin;
    for (const [value, y] of Object.entries(event.values)) {
      const key = `${event.split} ${event.per} ${value}`;
      let curve = this.byKey.get(key);
      if (curve === undefined) this.byKey.set(key, curve = new GrowingCurve(value, event.split, event.per));
      // A step told twice counts as told last; steps of a curve always rise.
      if (event.step <= curve.lastStep() && curve.cut(event.step - 1)) this.generation++;
      curve.push(event.step, event.epoch, time, y);
    }
  }

  private rewind(resume: Extract<RunEvent, { type: 'resume' }>): void {
    let cut = false;
    for (const curve of this.byKey.values()) cut = curve.cut(resume.step) || cut;
    for (const epochs of Object.values(this.epochsOf)) {
      for (const epoch of epochs) if (epoch > resume.epoch) epochs.delete(epoch);
    }
    for (const epoch of this.idle.keys()) if (epoch > resume.epoch) this.idle.delete(epoch);
    // Without training time from the writer: go on where the last point that holds was.
    this.origin = resume.time - (resume.elapsed ?? Math.max(0, ...[...this.byKey.values()].map(curve => curve.lastTime())));
    if (cut) this.generation++;
  }

  /** All curves, copied. */
  curves(): Curve[] {
    return [...this.byKey.values()].filter(curve => curve.length > 0).map(curve => curve.from(0));
  }

  /** One curve, copied; undefined where it has no points. */
  curve(split: SplitName, per: 'batch' | 'epoch', value: string): Curve | undefined {
    const curve = this.byKey.get(`${split} ${per} ${value}`);
    return curve === undefined || curve.length === 0 ? undefined : curve.from(0);
  }

  /** Units of the code that did not vary in the newest epoch, up to `last` if given, of which that was told. */
  idleUnits(last = Infinity): { readonly epoch: number; readonly units: number } | undefined {
    const epoch = Math.max(...[...this.idle.keys()].filter(each => each <= last));
    const units = this.idle.get(epoch);
    return units === undefined ? undefined : { epoch, units };
  }

  cursor(): SeriesCursor {
    return { generation: this.generation, lengths: new Map([...this.byKey].map(([key, curve]) => [key, curve.length])) };
  }

  /** What a reader that stopped at `cursor` has not seen. */
  since(cursor: SeriesCursor): SeriesIncrement {
    const now = this.cursor();
    if (cursor.generation !== this.generation) return { reset: true, curves: this.curves(), cursor: now };
    const curves = [...this.byKey]
      .filter(([key, curve]) => curve.length > (cursor.lengths.get(key) ?? 0))
      .map(([key, curve]) => curve.from(cursor.lengths.get(key) ?? 0));
    return { reset: false, curves, cursor: now };
  }

  /** The epoch with the lowest loss on validation data, or on training data where there is no validation. */
  best(value = 'loss'): { readonly epoch: number; readonly value: number } | undefined {
    const curve = this.byKey.get(`validation epoch ${value}`) ?? this.byKey.get(`train epoch ${value}`);
    const lowest = curve?.lowest() ?? -1;
    if (curve === undefined || lowest < 0) return undefined;
    const { epoch, y } = curve.pointAt(lowest);
    return { epoch, value: y };
  }

  /** The newest value of every curve that has one point an epoch, by name. */
  latest(split: SplitName): ScalarValues {
    const own = [...this.byKey.values()].filter(curve => curve.split === split && curve.per === 'epoch' && curve.length > 0);
    return Object.fromEntries(own.map(curve => [curve.value, curve.pointAt(curve.length - 1).y]));
  }

  /** Epochs of which there are pictures or codes, rising. */
  epochs(kind: 'picture' | 'latent'): number[] {
    return [...this.epochsOf[kind]].sort((a, b) => a - b);
  }
}
