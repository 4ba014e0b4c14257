// Gradients of every operation against central differences in float64, first and second order.
import { describe, expect, it } from 'vitest';
import { gradient } from './gradient.ts';
import type { OpKind, Value } from './ir.ts';
import { topologicalOrder } from './ir.ts';
import * as ops from './ops.ts';
import { evaluate } from './reference.ts';
import { leaves, operationCases, weigh } from './testing.ts';

/** Largest difference to central differences, relative to the size of the gradient. */
function worst(loss: Value, values: readonly Value[], gradients: readonly Value[], feeds: Record<string, Float64Array>): number {
  const analytic = evaluate(gradients, feeds);
  let error = 0;
  values.forEach((_, k) => {
    const x = feeds[`x${k}`]!;
    const scale = Math.max(1, ...analytic[k]!.map(Math.abs));
    x.forEach((before, i) => {
      const h = 1e-5;
      x[i] = before + h;
      const above = evaluate([loss], feeds)[0]![0]!;
      x[i] = before - h;
      const below = evaluate([loss], feeds)[0]![0]!;
      x[i] = before;
      error = Math.max(error, Math.abs((above - below) / (2 * h) - analytic[k]![i]!) / scale);
    });
  });
  return error;
}

describe('gradients agree with finite differences in float64', () => {
  for (const [name, test] of Object.entries(operationCases)) {
    it(name, () => {
      const { values, feeds } = leaves(test);
      const loss = weigh(test.build(...values));
      expect(worst(loss, values, gradient(loss, values), feeds)).toBeLessThan(1e-6);
    });
    it(`${name}, differentiated again`, () => {
      const { values, feeds } = leaves(test);
      const first = gradient(weigh(ops.square(test.build(...values))), values);
      const second = first.map(weigh).reduce((a, b) => ops.add(a, b));
      expect(worst(second, values, gradient(second, values), feeds)).toBeLessThan(1e-6);
    });
  }

  it('covers every operation that has a gradient', () => {
    const kinds = new Set<OpKind>();
    for (const test of Object.values(operationCases)) {
      for (const value of topologicalOrder([test.build(...leaves(test).values)])) kinds.add(value.op.kind);
    }
    const all: OpKind[] = ['neg', 'square', 'exp', 'log', 'sqrt', 'abs', 'sign', 'erf', 'relu', 'leakyRelu', 'step', 'elu', 'sigmoid', 'tanh', 'softplus',
      'add', 'sub', 'mul', 'div', 'max', 'min', 'greater', 'select', 'matmul', 'reduceSum', 'reduceMax', 'reshape', 'transpose', 'broadcast',
      'concat', 'slice', 'pad', 'conv2d', 'conv2dInput', 'conv2dFilter'];
    expect(all.filter(kind => !kinds.has(kind))).toEqual([]);
  });

  it('lets nothing through stopGradient', () => {
    const x = ops.input('x0', [2]);
    const [dx] = gradient(ops.sum(ops.mul(ops.stopGradient(x), x)), [x]);
    expect(evaluate([dx!], { x0: [3, 5] })[0]).toEqual(Float64Array.of(3, 5));
  });
});
