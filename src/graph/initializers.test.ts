import { expect, it } from 'vitest';
import { checkTree } from '../spec/check.ts';
import { parseText } from '../spec/parse.ts';
import { Initializer } from '../spec/schema/layers.ts';
import type { InitializerSpec } from '../spec/schema.ts';
import { initialize } from './initializers.ts';

const fanIn = 400;
const fanOut = 100;

/** As a file would say it, with its defaults. */
function written(spec: object | string): InitializerSpec {
  const text = JSON.stringify(spec);
  const { value, diagnostics } = checkTree(Initializer, parseText(text, 'a').tree!, { text, file: 'a' });
  expect(diagnostics).toEqual([]);
  return value as InitializerSpec;
}

const drawn = (spec: object | string, seed = 1): Float32Array => initialize(
  { name: 'encoder/dense/kernel', role: 'kernel', shape: [fanIn, fanOut], initializer: written(spec), trainable: true, statistic: false, fanIn, fanOut }, seed);

function momentsOf(numbers: Float32Array): { mean: number; variance: number; largest: number } {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  return { mean, variance: numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length, largest: numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0) };
}

// Keras's formulas. A limit is where the distribution ends; a truncated normal at two of its standard deviations before truncation.
const cut = 2 / 0.87962566103423978;
it.each<[spec: object | string, variance: number, limit: number]>([
  ['glorotUniform', 2 / (fanIn + fanOut), Math.sqrt(6 / (fanIn + fanOut))],
  ['glorotNormal', 2 / (fanIn + fanOut), cut * Math.sqrt(2 / (fanIn + fanOut))],
  ['heUniform', 2 / fanIn, Math.sqrt(6 / fanIn)],
  ['heNormal', 2 / fanIn, cut * Math.sqrt(2 / fanIn)],
  ['lecunUniform', 1 / fanIn, Math.sqrt(3 / fanIn)],
  ['lecunNormal', 1 / fanIn, cut * Math.sqrt(1 / fanIn)],
  ['randomNormal', 0.05 ** 2, Infinity],
  ['randomUniform', 0.1 ** 2 / 12, 0.05],
  ['truncatedNormal', (0.05 * 0.87962566103423978) ** 2, 0.1],
  ['varianceScaling', 1 / fanIn, cut * Math.sqrt(1 / fanIn)],
  [{ type: 'varianceScaling', scale: 2, mode: 'fanOut', distribution: 'untruncatedNormal' }, 2 / fanOut, Infinity],
  [{ type: 'varianceScaling', scale: 0.5, mode: 'fanAvg', distribution: 'uniform' }, 1 / (fanIn + fanOut), Math.sqrt(3 / (fanIn + fanOut))],
])('%j has mean, variance and limit of Keras', (spec, variance, limit) => {
  const found = momentsOf(drawn(spec));
  expect(Math.abs(found.mean)).toBeLessThan(5 * Math.sqrt(variance / (fanIn * fanOut)));
  expect(found.variance / variance).toBeGreaterThan(0.97);
  expect(found.variance / variance).toBeLessThan(1.03);
  expect(found.largest).toBeLessThanOrEqual(Math.fround(limit));
  expect(drawn(spec)).toEqual(drawn(spec));
  expect(drawn(spec, 2)).not.toEqual(drawn(spec));
});

it.each<[he: string, scaling: object]>([
  ['heNormal', { type: 'varianceScaling', scale: 2 }],
  ['glorotUniform', { type: 'varianceScaling', mode: 'fanAvg', distribution: 'uniform' }],
])('%s is a case of varianceScaling', (name, scaling) => {
  const [one, other] = [drawn(name), drawn(scaling)];
  one.forEach((x, i) => { expect(other[i]).toBeCloseTo(x, 6); });
});

it('orthogonal columns have length 1 and stand at right angles', () => {
  const kernel = drawn('orthogonal');
  for (const [a, b] of [[0, 0], [0, 1], [3, 99], [42, 42]] as const) {
    let product = 0;
    for (let i = 0; i < fanIn; i++) product += kernel[i * fanOut + a]! * kernel[i * fanOut + b]!;
    expect(product).toBeCloseTo(a === b ? 1 : 0, 5);
  }
});
