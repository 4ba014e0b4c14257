import { expect, it } from 'vitest';
import { dimensionName } from '../shared/dimensions.ts';
import type { Ask } from './decoded.ts';
import { makeFrame } from './frame.ts';
import { RANDOM_CODES, RandomCodes } from './random-codes.ts';

const frameOf = (code: readonly number[]) => makeFrame({ epoch: 1, code: Float32Array.from(code), error: new Float32Array(code.length / 2) }, 2, { mode: 'axes', x: 0, y: 1 }, dimensionName([2]));

it('draws other codes at every call, and shows no old picture as theirs', () => {
  const ask: Ask = (_channel, _codes, count, take) => { take(new Float32Array(count)); };
  const random = new RandomCodes(ask, () => {});
  random.draw('fitted', frameOf([0, 0, 1, 1, 2, 0]), codes => codes);
  const first = random.now!;
  expect([first.count, first.codes.length, first.values?.length]).toEqual([RANDOM_CODES, 2 * RANDOM_CODES, RANDOM_CODES]);
  const silent = new RandomCodes(() => {}, () => {});
  silent.now = first;
  silent.draw('fitted', frameOf([0, 0, 1, 1, 2, 0]), codes => codes.map(Math.abs));
  expect(silent.now.values).toBeUndefined();
  expect(silent.now.codes.every(value => value >= 0)).toBe(true);
  random.draw('fitted', frameOf([0, 0, 1, 1, 2, 0]), codes => codes);
  expect(random.now!.codes).not.toEqual(first.codes);
});

it('draws nothing from no samples', () => {
  const random = new RandomCodes(() => {}, () => {});
  random.draw('fitted', frameOf([]), codes => codes);
  expect(random.now).toBeUndefined();
});
