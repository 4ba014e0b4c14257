// Small pictures that look like handwritten digits, for pages under test: strokes on a 28 × 28 grid with random slant and place.
import { RandomStream } from '../../src/core/random.ts';

export const side = 28;
type Point = readonly [number, number];

const strokes: readonly (readonly (readonly Point[])[])[] = [
  [[[0.5, 0], [0.1, 0.2], [0, 0.5], [0.1, 0.8], [0.5, 1], [0.9, 0.8], [1, 0.5], [0.9, 0.2], [0.5, 0]]],
  [[[0.2, 0.2], [0.5, 0], [0.5, 1]]],
  [[[0, 0.2], [0.4, 0], [0.9, 0.2], [0.8, 0.5], [0, 1], [1, 1]]],
  [[[0, 0.1], [0.6, 0], [0.9, 0.25], [0.4, 0.48], [0.95, 0.7], [0.6, 1], [0, 0.9]]],
  [[[0.7, 1], [0.7, 0], [0, 0.7], [1, 0.7]]],
  [[[0.9, 0], [0.1, 0], [0.1, 0.45], [0.7, 0.4], [0.95, 0.7], [0.6, 1], [0, 0.9]]],
  [[[0.8, 0], [0.2, 0.4], [0.05, 0.75], [0.5, 1], [0.9, 0.75], [0.5, 0.5], [0.1, 0.7]]],
  [[[0, 0], [1, 0], [0.4, 1]]],
  [[[0.5, 0.48], [0.1, 0.25], [0.5, 0], [0.9, 0.25], [0.5, 0.48], [0.05, 0.75], [0.5, 1], [0.95, 0.75], [0.5, 0.48]]],
  [[[0.9, 0.3], [0.5, 0.5], [0.1, 0.3], [0.5, 0], [0.9, 0.3], [0.7, 1]]],
];

/** One digit as side² numbers in [0, 1]; the same for the same arguments. */
export function glyph(digit: number, seed: number): Float32Array {
  const random = new RandomStream(seed, 'glyphs', digit);
  const [slant, width, left, top, thick] = [random.normal() * 0.12, 10 + random.uniform() * 4, 7 + random.uniform() * 3, 4 + random.uniform() * 3, 1.1 + random.uniform() * 0.6];
  const height = 17 + random.uniform() * 3;
  const image = new Float32Array(side * side);
  for (const line of strokes[digit % 10]!) {
    for (let i = 1; i < line.length; i++) {
      const [a, b] = [line[i - 1]!, line[i]!];
      for (let t = 0; t <= 1; t += 0.04) {
        const v = a[1] + (b[1] - a[1]) * t;
        const x = left + (a[0] + (b[0] - a[0]) * t) * width + (0.5 - v) * slant * height;
        stamp(image, x, top + v * height, thick);
      }
    }
  }
  return image;
}

function stamp(image: Float32Array, x: number, y: number, radius: number): void {
  for (let py = Math.max(Math.floor(y - 3), 0); py <= Math.min(Math.ceil(y + 3), side - 1); py++) {
    for (let px = Math.max(Math.floor(x - 3), 0); px <= Math.min(Math.ceil(x + 3), side - 1); px++) {
      const ink = Math.min(Math.max(radius + 0.5 - Math.hypot(px - x, py - y), 0), 1);
      if (ink > image[py * side + px]!) image[py * side + px] = ink;
    }
  }
}

/** A softened copy: what a model that has not learned the details gives back. */
export function blurred(image: Float32Array, sigma: number): Float32Array {
  const reach = Math.ceil(sigma * 2.5);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)));
  const total = kernel.reduce((a, b) => a + b, 0);
  const pass = (from: Float32Array, stepX: number, stepY: number) => from.map((_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    let sum = 0;
    kernel.forEach((weight, k) => {
      const [px, py] = [x + (k - reach) * stepX, y + (k - reach) * stepY];
      if (px >= 0 && px < side && py >= 0 && py < side) sum += weight * from[py * side + px]!;
    });
    return sum / total;
  });
  return pass(pass(image, 1, 0), 0, 1);
}
