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

describe('a sum of squares', () => {
  it.each([[[100, 784]], [[20, 4096]], [[4, 3, 80, 80]]])('of %j is a product in parts, in whatever steps it is taken', shape => {
    const x = ops.input('x', shape);
    const square = ops.square(x);
    const sum = ops.sum(square);
    const { squareSums, hidden } = find(ops.mul(sum, 2));
    const { of, parts } = squareSums.get(sum)!;
    const size = shape.reduce((a, b) => a * b);
    expect(of).toBe(x);
    expect(size % parts).toBe(0);
    expect(size / parts).toBeLessThanOrEqual(16_384);
    expect(hidden).toEqual(new Set(topologicalOrder([sum]).filter(value => value !== sum && value !== x)));
  });

  it('is none of few, of rows, where the squares are wanted, and without parts of one size', () => {
    const x = ops.input('x', [100, 784]);
    const square = ops.square(x);
    for (const roots of [[ops.sum(ops.square(ops.input('y', [20, 784])))], [ops.sum(square, [1])], [ops.sum(square), square], [ops.sum(ops.square(ops.input('z', [65_537, 1])))]]) {
      expect(find(...roots).squareSums.size).toBe(0);
    }
  });
});
