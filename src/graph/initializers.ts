// How parameters are drawn before training, by Keras's names and formulas.
import { unreachable } from '../core/errors.ts';
import { hashText, RandomStream } from '../core/random.ts';
import { sizeOf } from '../core/tensor.ts';
import type { Parameter } from '../model/model.ts';

/** Standard deviation of a standard normal cut at ± 2: Keras divides by it so that the cut distribution has the variance asked for. */
const TRUNCATED_STDDEV = 0.87962566103423978;

/** Draws one parameter; its numbers depend on the seed and on its name alone, so changing one layer leaves the others as they were. */
export function initialize(parameter: Parameter, seed: number): Float32Array {
  const { initializer, fanIn, fanOut } = parameter;
  const out = new Float32Array(sizeOf(parameter.shape));
  const random = new RandomStream(seed, 'weights', hashText(parameter.name));
  const uniform = (limit: number): Float32Array => random.fillUniform(out, -limit, limit);
  const normal = (variance: number): Float32Array => truncatedNormal(out, random, 0, Math.sqrt(variance) / TRUNCATED_STDDEV);
  switch (initializer.type) {
    case 'zeros': return out;
    case 'ones': return out.fill(1);
    case 'constant': return out.fill(initializer.value);
    case 'glorotUniform': return uniform(Math.sqrt(6 / (fanIn + fanOut)));
    case 'glorotNormal': return normal(2 / (fanIn + fanOut));
    case 'heUniform': return uniform(Math.sqrt(6 / fanIn));
    case 'heNormal': return normal(2 / fanIn);
    case 'lecunUniform': return uniform(Math.sqrt(3 / fanIn));
    case 'lecunNormal': return normal(1 / fanIn);
    case 'randomNormal': return random.fillNormal(out, initializer.mean, initializer.stddev);
    case 'randomUniform': return random.fillUniform(out, initializer.minval, initializer.maxval);
    case 'truncatedNormal': return truncatedNormal(out, random, initializer.mean, initializer.stddev);
    case 'varianceScaling': {
      const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[initializer.mode];
      const variance = initializer.scale / Math.max(1, fan);
      switch (initializer.distribution) {
        case 'truncatedNormal': return normal(variance);
        case 'untruncatedNormal': return random.fillNormal(out, 0, Math.sqrt(variance));
        case 'uniform': return uniform(Math.sqrt(3 * variance));
        default: return unreachable(initializer.distribution);
      }
    }
    case 'orthogonal': return orthogonal(out, parameter.shape, random, initializer.gain);
    default: return unreachable(initializer);
  }
}

function truncatedNormal(out: Float32Array, random: RandomStream, mean: number, stddev: number): Float32Array {
  for (let i = 0; i < out.length; i++) {
    let x = random.normal();
    while (Math.abs(x) > 2) x = random.normal();
    out[i] = mean + stddev * x;
  }
  return out;
}

/** Gram and Schmidt on normal vectors, twice for orthogonality to rounding; the last axis against all others, as in Keras. */
function orthogonal(out: Float32Array, shape: readonly number[], random: RandomStream, gain: number): Float32Array {
  const columns = shape[shape.length - 1] ?? 1;
  const rows = out.length / columns;
  const long = Math.max(rows, columns);
  const count = Math.min(rows, columns);
  const basis: Float64Array[] = [];
  while (basis.length < count) {
    const vector = Float64Array.from({ length: long }, () => random.normal());
    for (let pass = 0; pass < 2; pass++) {
      for (const other of basis) {
        const along = dot(vector, other);
        for (let i = 0; i < long; i++) vector[i] = vector[i]! - along * other[i]!;
      }
    }
    const norm = Math.sqrt(dot(vector, vector));
    basis.push(vector.map(x => x / norm));
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[i * columns + j] = gain * (rows >= columns ? basis[j]![i]! : basis[i]![j]!);
  }
  return out;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}
