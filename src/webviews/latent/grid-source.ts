// What the decoded grid behind the points shows of a frame, and what its tiles depend on: they are kept as long as that is the same.
import { hashText } from '../../core/random.ts';
import type { Frame } from './frame.ts';
import type { ManifoldSource } from './manifold.ts';

/**
 * @param decoder tells one decoder of one run from all others
 * @param base the code that supplies the dimensions not shown
 * @param embedding counts the places that were found for the samples
 */
export function gridSource(frame: Frame, decoder: string, shape: readonly number[], base: Float32Array, embedding: number): ManifoldSource {
  const { choice, projection, epoch } = frame;
  // Dimensions that the picture does not show change what every place decodes to.
  const rest = choice.mode === 'axes' ? hashText(base.filter((_, d) => d !== choice.x && d !== choice.y).join()) : `${epoch} ${embedding}`;
  return {
    version: `${decoder}|${JSON.stringify(choice)}|${rest}`,
    shape, singleRow: projection.kind === 'histogram', lift: (x, y) => projection.lift(x, y, base),
  };
}
