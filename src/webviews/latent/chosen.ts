// Samples that were chosen in the picture or the table, and what becomes of them: the way from A to B, or A − B + C.
import { nearestCode, sumOfCodes } from '../../analysis/arithmetic.ts';
import { interpolationPath } from '../../analysis/interpolate.ts';
import { DecodedCodes, type Ask } from './decoded.ts';
import { codeOf, type Frame } from './frame.ts';
import type { LatentView } from './settings.ts';

/** What is chosen from. */
export interface ChosenFrom {
  readonly frame: Frame | undefined;
  readonly view: Readonly<Pick<LatentView, 'strip' | 'way' | 'steps'>>;
  /** The nearest codes that the decoder was taught. */
  nearestKnown(codes: Float32Array): Float32Array;
}

export interface ChosenEvents {
  readonly changed: () => void;
  /** The user chose others. */
  readonly placed: () => void;
  readonly arrived: () => void;
}

export class Chosen {
  /** Up to two, three of a sum. */
  samples: readonly number[] = [];
  /** Codes on the way from A to B. */
  readonly path: DecodedCodes;
  /** A − B + C, and the nearest sample that is none of them. */
  readonly sum: DecodedCodes<{ readonly nearest?: number }>;
  /** The step of the path that is pointed at. */
  step: number | undefined;

  constructor(ask: Ask, private readonly from: ChosenFrom, private readonly events: ChosenEvents) {
    // One channel for both: only one of them is ever shown.
    this.path = new DecodedCodes('path', ask, events.arrived);
    this.sum = new DecodedCodes('path', ask, events.arrived);
  }

  private get most(): number {
    return this.from.view.strip === 'sum' ? 3 : 2;
  }

  /** Makes a sample one end of the path, or a term of the sum; the choice after the last begins anew. */
  choose(sample: number): void {
    this.take(this.samples.length === this.most ? [sample] : this.samples.includes(sample) ? this.samples : [...this.samples, sample]);
  }

  letGo(): void {
    this.take([]);
  }

  private take(samples: readonly number[]): void {
    this.samples = samples;
    this.events.placed();
    this.update();
  }

  /** Works out path or sum anew: of other samples, in other codes, after another choice of what becomes of them. */
  update(): void {
    const { frame, view } = this.from;
    this.samples = this.samples.slice(0, this.most);
    this.step = undefined;
    const codes = frame === undefined || this.samples.length < this.most || this.samples.some(sample => sample >= frame.count)
      ? undefined : this.samples.map(sample => codeOf(frame, sample));
    if (codes !== undefined && view.strip === 'path') this.showPath(codes);
    else this.path.clear();
    if (codes !== undefined && view.strip === 'sum') this.showSum(codes, frame!);
    else this.sum.clear();
    this.events.changed();
  }

  private showPath([a, b]: readonly Float32Array[]): void {
    const { way, steps } = this.from.view;
    this.path.show({ codes: this.from.nearestKnown(interpolationPath(a!, b!, steps, way)), count: steps });
  }

  private showSum(terms: readonly Float32Array[], frame: Frame): void {
    const codes = this.from.nearestKnown(sumOfCodes([1, -1, 1].map((factor, k) => ({ factor, code: terms[k]! }))));
    const nearest = nearestCode(frame.codes, codes, this.samples);
    this.sum.show({ codes, count: 1, ...(nearest === undefined ? {} : { nearest }) });
  }

  showStep(step: number | undefined): void {
    this.step = step;
    this.events.changed();
  }

  /** A newer decoder is there. */
  again(): void {
    this.path.again();
    this.sum.again();
  }

  clear(): void {
    this.samples = [];
    this.path.clear();
    this.sum.clear();
  }
}
