// Codes drawn at random, decoded: what the model makes when nobody shows it anything.
import { RandomStream } from '../../core/random.ts';
import { DecodedCodes, type Ask } from './decoded.ts';
import type { Frame } from './frame.ts';
import { sampleCodes, type SamplingKind } from './statistics.ts';

export const RANDOM_CODES = 12;

export class RandomCodes extends DecodedCodes {
  private drawn = 0;

  constructor(ask: Ask, arrived: () => void) {
    super('samples', ask, arrived);
  }

  /** Draws others at every call. @param known gives the nearest codes that the decoder was taught */
  draw(kind: SamplingKind, frame: Frame, known: (codes: Float32Array) => Float32Array): void {
    if (frame.count === 0) return;
    // Those before are no earlier state of these: their pictures go.
    this.clear();
    this.show({ codes: known(sampleCodes(kind, frame, RANDOM_CODES, new RandomStream(1, 'sampling', ++this.drawn))), count: RANDOM_CODES });
  }
}
