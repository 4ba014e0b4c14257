import { describe, expect, it } from 'vitest';
import { NoiseStream } from './noise.ts';
import { RandomStream } from './random.ts';

const stream = (...keys: number[]): NoiseStream => new NoiseStream(5, 'corruption', ...keys);
/** The generators of the lanes, one number after another. */
function integersOf(count: number, ...keys: number[]): Float64Array {
  const lanes = [0, 1, 2, 3].map(lane => new RandomStream(5, 'corruption', ...keys, lane));
  return Float64Array.from({ length: count }, (_, i) => lanes[i % 4]!.uint32());
}
function drawn(count: number, from: NoiseStream): Float64Array {
  const all = new Float64Array(count);
  from.integers(count, (numbers, at, now) => { all.set(numbers.subarray(0, now), at); });
  return all;
}
const mean = (values: ArrayLike<number>, of: (value: number, i: number) => number = value => value): number => (
  Array.from(values, of).reduce((sum, value) => sum + value, 0) / values.length);

describe('a stream of noise', () => {
  it('is four generators side by side, over the borders of its blocks, too', () => {
    expect(drawn(10_001, stream(1, 2))).toEqual(integersOf(10_001, 1, 2));
    expect(drawn(100, stream(1, 3))).not.toEqual(integersOf(100, 1, 2));
  });

  it('goes on where it was, whoever drew meanwhile', () => {
    const [a, b] = [stream(1), stream(2)];
    const interleaved = [0, 1, 2].map(() => [drawn(8, a), drawn(8, b)]);
    expect(interleaved.flatMap(([first]) => [...first!])).toEqual([...integersOf(24, 1)]);
    expect(interleaved.flatMap(([, second]) => [...second!])).toEqual([...integersOf(24, 2)]);
    // And while the numbers of the one are in use.
    const nested: number[] = [];
    const outer = stream(1);
    outer.integers(8, ([number]) => { nested.push(number!, drawn(8, stream(2))[0]!); });
    expect([...nested, drawn(8, outer)[0]]).toEqual([integersOf(1, 1)[0], integersOf(1, 2)[0], integersOf(9, 1)[8]]);
  });

  it('keeps its probability while another stream decides by another', () => {
    const decisions: number[] = [];
    stream(3).decisions(10_003, 0.3, (numbers, _, count) => {
      decisions.push(...numbers.subarray(0, count));
      stream(8).fillBernoulli(new Uint8Array(16), 0.9);
    });
    expect(decisions).toEqual([...stream(3).fillBernoulli(new Uint8Array(10_003), 0.3)]);
  });

  it('has the normals of Box and Muller in double precision', () => {
    const count = 80_000;
    const normals = stream(7).fillNormal(new Float32Array(count));
    const integers = integersOf(count, 7);
    let worst = 0;
    // Every eight normals are made of four lengths and four angles.
    for (let i = 0; i < count; i++) {
      const at = i - i % 8 + i % 4;
      const radius = Math.sqrt(-2 * Math.log((Math.floor(integers[at]! / 256) + 1) / 2 ** 24));
      const angle = 2 * Math.PI * integers[at + 4]! / 2 ** 32;
      worst = Math.max(worst, Math.abs(normals[i]! - radius * (i % 8 < 4 ? Math.cos(angle) : Math.sin(angle))));
    }
    expect(worst).toBeLessThan(2e-6);
  });

  it('has normals of the right moments, tails and independence', () => {
    const count = 500_000;
    const normals = stream(9).fillNormal(new Float32Array(count));
    expect(Math.abs(mean(normals))).toBeLessThan(4 / Math.sqrt(count));
    expect(Math.abs(mean(normals, x => x * x) - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
    expect(Math.abs(mean(normals, x => x ** 3))).toBeLessThan(4 * Math.sqrt(15 / count));
    expect(Math.abs(mean(normals, x => x ** 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / count));
    for (const [beyond, share] of [[1, 0.3173105], [2, 0.0455003], [3, 0.0026998], [4, 0.0000633]] as const) {
      expect(Math.abs(mean(normals, x => Number(Math.abs(x) > beyond)) - share)).toBeLessThan(4.5 * Math.sqrt(share / count));
    }
    for (const lag of [1, 4, 8]) expect(Math.abs(mean(normals, (x, i) => x * (normals[i + lag] ?? 0)))).toBeLessThan(4 / Math.sqrt(count));
    expect(normals.every(Number.isFinite)).toBe(true);
  });

  it('decides with the asked probability, of which 0 and 1 are certain', () => {
    const decisions = stream(3).fillBernoulli(new Uint8Array(10_003), 0.3);
    // Sixteen at a time, in the order of the integers.
    expect([...decisions]).toEqual([...integersOf(10_003, 3)].map(integer => Number(integer < Math.ceil(0.3 * 2 ** 32))));
    expect(new Set(stream(3).fillBernoulli(new Uint8Array(9000), 1))).toEqual(new Set([1]));
    expect(new Set(stream(3).fillBernoulli(new Uint8Array(9000), 0))).toEqual(new Set([0]));
  });

  it('is uniform over [0, 1), and over integers', () => {
    const uniforms = stream(4).fillUniform(new Float32Array(20_001));
    expect([...uniforms]).toEqual([...integersOf(20_001, 4)].map(integer => Math.floor(integer / 256) / 2 ** 24));
    const dice = stream(5);
    const counts = Array.from({ length: 6000 }, () => dice.integer(6)).reduce((all, face) => all.with(face, all[face]! + 1), [0, 0, 0, 0, 0, 0]);
    expect(Math.min(...counts)).toBeGreaterThan(900);
    expect(counts.reduce((sum, count) => sum + count)).toBe(6000);
  });

  it('adds noise to values in single precision, and cuts', () => {
    const values = Float32Array.from({ length: 9001 }, (_, i) => i % 10 / 10);
    const noisy = values.slice();
    stream(6).add(noisy, 'normals', { mean: 0.25, scale: 0.5, low: 0, high: 1 });
    const normals = stream(6).fillNormal(new Float32Array(9001));
    const expected = values.map((value, i) => Math.min(1, Math.max(0, Math.fround(Math.fround(value + 0.25) + Math.fround(0.5 * normals[i]!)))));
    expect(noisy).toEqual(expected);
  });
});
