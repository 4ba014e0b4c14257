// Between which values samples lie on the model's scale: what an output, a loss or the cut of a corruption allows is compared with it.
import type { Dataset, Split } from './dataset.ts';
import { splitKind, spreadPieces } from './rows.ts';

export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

/** Of samples that are read from disk so many numbers are looked at, spread evenly over the file. */
const LOOKED_AT = 1 << 22;

/**
 * The range of a split with samples; of one on disk what a part of it shows, which is never more than the truth. Bytes whose largest value
 * stands for at most 1 are not looked at.
 */
export function rangeOfSplit(split: Split, { scale }: Pick<Dataset, 'scale'>): ValueRange {
  if (splitKind(split) === 'uint8' && scale * 255 <= 1) return { min: 0, max: scale * 255 };
  let min = Infinity;
  let max = -Infinity;
  const look = (values: ArrayLike<number>): void => {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  };
  for (const values of spreadPieces(split, split.stored === undefined ? Infinity : LOOKED_AT)) look(values);
  return { min: min * scale, max: max * scale };
}

/** Rounding that a value may be outside by, as a share of the range. */
const SLACK = 1e-6;

/** Whether values reach farther than they may, by more than a share of their range. */
export function exceeds({ min, max }: ValueRange, low: number, high: number, share = SLACK): boolean {
  const slack = share * Math.max(max - min, 1e-6);
  return min < low - slack || max > high + slack;
}

/** "-2.1 … 1520". */
export function rangeText({ min, max }: ValueRange): string {
  const number = (value: number): string => String(Number(value.toPrecision(4)));
  return `${number(min)} … ${number(max)}`;
}
