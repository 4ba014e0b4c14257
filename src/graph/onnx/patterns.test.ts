// What is found; that it is lowered right is the matter of engine/engines.test.ts.
import { describe, expect, it } from 'vitest';
import { topologicalOrder, type Value } from '../ir.ts';
import * as ops from '../ops.ts';
import { findPatterns } from './patterns.ts';

const geometry = { strides: [1, 1], padLow: [0, 0], padHigh: [0, 0] } as const;

const find = (...roots: Value[]) => findPatterns(topologicalOrder(roots), new Set(roots), { forCpu: true, isProduct: ({ op }) => op.kind === 'conv2d' });

describe('a bias', () => {
  const convolution = () => ops.conv2d(ops.input('x', [2, 3, 5, 5]), ops.input('w', [4, 3, 3, 3]), geometry);
  const bias = ops.input('b', [1, 4, 1, 1]);

  it('belongs to its convolution', () => {
    const y = convolution();
    const sum = ops.add(y, bias);
    const { biased, hidden } = find(ops.relu(sum));
    expect(biased.get(sum)).toEqual({ convolution: y, bias });
    expect(hidden).toEqual(new Set([y]));
  });

  it('does not when the convolution is wanted without it', () => {
    const y = convolution();
    expect(find(ops.add(y, bias), ops.square(y)).biased.size).toBe(0);
    expect(find(ops.add(y, bias), y).biased.size).toBe(0);
  });
});

describe('a sum over pixels', () => {
  it.each([[[2, 3, 5, 5]], [[2, 3, 33, 32]], [[1, 3, 33, 32]], [[2, 3, 40, 1]]])('of %j is one, in whatever steps it is taken', shape => {
    const image = ops.input('x', shape);
    const sum = ops.sum(image, [0, 2, 3].filter(axis => shape[axis] !== 1));
    const { pixelSums, hidden } = find(sum);
    expect(pixelSums.get(sum)).toBe(image);
    expect(hidden).toEqual(new Set(topologicalOrder([sum]).filter(value => value !== sum && value !== image)));
  });

  it('leaves the steps that are wanted by themselves', () => {
    const image = ops.input('x', [2, 3, 33, 32]);
    const rows = ops.sum(image, [3], true);
    const sum = ops.sum(rows, [0, 2, 3]);
    expect(find(sum, rows).hidden.has(rows)).toBe(false);
  });

  it('is none when it is over channels too, or of each sample', () => {
    const image = ops.input('x', [2, 3, 5, 5]);
    expect(find(ops.sum(image, [1, 2, 3]), ops.sum(image, [2, 3])).pixelSums.size).toBe(0);
  });
});
