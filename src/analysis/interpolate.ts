// The way from one code to another. Spherical: K. Shoemake, "Animating Rotation with Quaternion Curves" (1985), with the
// length going evenly from the one's to the other's; it suits normal latents, whose codes lie near a sphere around zero.

export type InterpolationKind = 'linear' | 'spherical';

/** The code (size of a) at share t in [0, 1] of the way from a to b; t outside goes on beyond the ends. */
export function interpolate(a: Float32Array, b: Float32Array, t: number, kind: InterpolationKind): Float32Array {
  return kind === 'linear' ? linear(a, b, t) : spherical(a, b, t);
}

/** `steps` codes from a to b, both included (steps × size). At least 2 steps. */
export function interpolationPath(a: Float32Array, b: Float32Array, steps: number, kind: InterpolationKind): Float32Array {
  const size = a.length;
  const path = new Float32Array(steps * size);
  for (let k = 0; k < steps; k++) path.set(interpolate(a, b, k / (steps - 1), kind), k * size);
  return path;
}

function linear(a: Float32Array, b: Float32Array, t: number): Float32Array {
  return a.map((value, d) => value + t * (b[d]! - value));
}

/** Falls back to the straight line where the directions agree, oppose each other, or a code is zero. */
function spherical(a: Float32Array, b: Float32Array, t: number): Float32Array {
  const lengthA = Math.hypot(...chunks(a));
  const lengthB = Math.hypot(...chunks(b));
  if (lengthA < 1e-12 || lengthB < 1e-12) return linear(a, b, t);
  let cosine = 0;
  for (let d = 0; d < a.length; d++) cosine += (a[d]! / lengthA) * (b[d]! / lengthB);
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  const sine = Math.sin(angle);
  if (sine < 1e-6) return linear(a, b, t);
  const length = lengthA + t * (lengthB - lengthA);
  const fromA = (Math.sin((1 - t) * angle) / sine / lengthA) * length;
  const fromB = (Math.sin(t * angle) / sine / lengthB) * length;
  return a.map((value, d) => fromA * value + fromB * b[d]!);
}

/** Partial norms, so that a long code does not become a long list of arguments. */
function chunks(code: Float32Array): number[] {
  const norms: number[] = [];
  for (let start = 0; start < code.length; start += 256) norms.push(Math.hypot(...code.subarray(start, start + 256)));
  return norms;
}
