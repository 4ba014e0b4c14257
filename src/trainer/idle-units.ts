// Units of a code that say nothing of a sample because they are the same for all. One number an epoch, so that nobody has to read
// the codes to know it.
import type { Experiment } from './experiment.ts';

/** A unit is idle whose deviation is below this share of the widest one's. */
const NARROW = 0.01;
/** Or below this share of its own mean, which is rounding. */
const ROUNDING = 1e-5;

/**
 * How many units of a code (channels, where it is an image: at an edge one may well see nothing) hardly vary over samples.
 * Undefined for latents that tell by themselves what is used of them.
 * @param code samples × code size
 */
export function idleUnits(code: Float32Array, { spec, model: { latentShape } }: { readonly spec: { readonly latent: Pick<Experiment['spec']['latent'], 'type'> }; readonly model: { readonly latentShape: readonly number[] } }): number | undefined {
  if (spec.latent.type === 'gaussian' || spec.latent.type === 'quantized') return undefined;
  const size = latentShape.reduce((product, extent) => product * extent, 1);
  const units = latentShape.at(-1)!;
  const { deviation, mean } = spreadOf(code, size);
  // Of a channel it is enough that it varies somewhere.
  const places = Array.from({ length: units }, (_, unit) => {
    let widest = unit;
    for (let at = unit; at < size; at += units) if (deviation[at]! > deviation[widest]!) widest = at;
    return widest;
  });
  const most = Math.max(...places.map(at => deviation[at]!));
  return places.filter(at => deviation[at]! <= Math.max(NARROW * most, ROUNDING * Math.abs(mean[at]!))).length;
}

/** Mean and standard deviation of each column of rows. */
function spreadOf(rows: Float32Array, columns: number): { readonly mean: Float64Array; readonly deviation: Float64Array } {
  // About the first row, so that no digits are lost where numbers differ little.
  const sums = new Float64Array(columns);
  const squares = new Float64Array(columns);
  for (let first = columns; first < rows.length; first += columns) {
    for (let column = 0; column < columns; column++) {
      const off = rows[first + column]! - rows[column]!;
      sums[column]! += off;
      squares[column]! += off * off;
    }
  }
  const count = rows.length / columns;
  return {
    mean: sums.map((sum, column) => rows[column]! + sum / count),
    deviation: sums.map((sum, column) => Math.sqrt(Math.max(0, squares[column]! / count - (sum / count) ** 2))),
  };
}
