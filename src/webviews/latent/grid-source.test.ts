import { expect, it } from 'vitest';
import { dimensionName } from '../shared/dimensions.ts';
import { makeFrame, type AxesChoice } from './frame.ts';
import { gridSource } from './grid-source.ts';

const source = (base: readonly number[], mode: AxesChoice['mode'] = 'axes', epoch = 1, embedding = 0) => gridSource(
  makeFrame({ epoch, code: Float32Array.of(0, 0, 5, 1, 2, 5, 2, 1, 5, 3, 1, 5), error: new Float32Array(4) }, 3, { mode, x: 0, y: 1 }, dimensionName([3])),
  'run|1', [2, 2, 1], Float32Array.from(base), embedding,
);

it('keeps the tiles of two dimensions until a third one moves, whatever the epoch', () => {
  const { version, lift } = source([0, 0, 5]);
  expect(source([8, 9, 5], 'axes', 2, 3).version).toBe(version);
  expect(source([0, 0, 6]).version).not.toBe(version);
  expect([...lift(1, 2)]).toEqual([1, 2, 5]);
});

it('keeps the tiles of a plane of all dimensions until the plane is another', () => {
  const { version } = source([0, 0, 5], 'pca');
  expect(source([8, 9, 6], 'pca').version).toBe(version);
  expect(source([0, 0, 5], 'pca', 2).version).not.toBe(version);
  expect(source([0, 0, 5], 'pca', 1, 1).version).not.toBe(version);
});
