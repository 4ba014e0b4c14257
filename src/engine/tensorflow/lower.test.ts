// The plan of a program, without TensorFlow: what is moved, what is computed, and what lives how long.
import { describe, expect, it } from 'vitest';
import * as ops from '../../graph/ops.ts';
import type { Value } from '../../graph/ir.ts';
import type { Program } from '../../graph/program.ts';
import { BATCH, programsOf } from '../../graph/model-testing.ts';
import { lower } from './lower.ts';
import type { Plan } from './plan.ts';

const programOf = (outputs: readonly Value[], updates: Program['updates'] = []): Program => ({
  name: 'test', inputs: [], state: [], outputs: outputs.map((value, i) => ({ name: `y${i}`, value })), updates,
});
const kernels = (plan: Plan): string[] => plan.calls.map(({ kernel }) => kernel);

/** Walks through the plan as a session does and says what is alive at the end; a use of what is gone is an error. */
function aliveAfter(plan: Plan): number[] {
  const alive = new Set([...plan.inputs, ...plan.state, ...plan.constants].map(({ slot }) => slot));
  for (const { inputs, output, lastUses } of plan.calls) {
    for (const slot of inputs) expect(alive.has(slot)).toBe(true);
    expect(alive.has(output)).toBe(false);
    alive.add(output);
    for (const slot of lastUses) expect(alive.delete(slot)).toBe(true);
  }
  for (const { slot } of [...plan.outputs, ...plan.updates]) expect(alive.has(slot)).toBe(true);
  for (const slot of plan.read) expect(alive.delete(slot)).toBe(true);
  return [...alive].sort((a, b) => a - b);
}

describe('a plan', () => {
  const convolutional = {
    encoder: [
      { type: 'conv2d', filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: 'elu' }, { type: 'batchNormalization' }, { type: 'maxPooling2d', strides: 1 },
      { type: 'flatten' }, { type: 'dense', units: 4 },
    ],
    decoder: [
      { type: 'dense', units: 18 }, { type: 'reshape', targetShape: [3, 3, 2] }, { type: 'upSampling2d' }, { type: 'conv2dTranspose', filters: 2, kernelSize: [1, 2], padding: 0, activation: 'relu' },
      { type: 'conv2d', filters: 2, kernelSize: [1, 3] },
    ],
    training: { optimizer: 'adam' },
  };

  it('moves no number of a convolutional model: data, weights and kernels agree on channels last', () => {
    const plan = lower(programsOf(convolutional).trainStep(BATCH));
    expect(kernels(plan)).toContain('Conv2DBackpropFilter');
    expect(kernels(plan)).not.toContain('Transpose');
    // Only the up-sampling stretches for itself; elsewhere the kernels do.
    expect(kernels(plan).filter(kernel => kernel === 'BroadcastTo')).toHaveLength(1);
  });

  it('keeps at the end what is state, constant or new state, and nothing else', () => {
    const programs = programsOf(convolutional);
    for (const program of [programs.trainStep(BATCH), programs.evaluate(BATCH), programs.reconstruct(BATCH)]) {
      const plan = lower(program);
      const kept = [...plan.state, ...plan.constants, ...plan.updates].map(({ slot }) => slot).sort((a, b) => a - b);
      expect(aliveAfter(plan)).toEqual(kept);
    }
  });

  it('computes nothing twice that differs only in where it lies', () => {
    const image = ops.input('image', [2, 3, 4, 5]);
    const filter = ops.input('filter', [2, 3, 2, 2]);
    const geometry = { strides: [1, 1], padLow: [0, 0], padHigh: [0, 0] } as const;
    const seen = ops.conv2d(image, filter, geometry);
    const plan = lower(programOf([seen, ops.conv2dFilter(image, seen, [2, 3, 2, 2], geometry)]));
    // The image and the filter once each on the way in, both results once on the way out.
    expect(kernels(plan).sort()).toEqual(['Conv2D', 'Conv2DBackpropFilter', 'Transpose', 'Transpose', 'Transpose', 'Transpose']);
  });

  it('leaves a turned matrix to the product', () => {
    const a = ops.input('a', [3, 2]);
    const plan = lower(programOf([ops.matmul(ops.transpose(a, [1, 0]), ops.input('b', [4, 3]), { transposeB: true })]));
    expect(kernels(plan)).toEqual(['MatMul']);
    expect(plan.calls[0]!.attributes.map(({ value }) => value)).toEqual([true, true]);
  });

  it('pads unevenly as it is told, and not where there is nothing to pad', () => {
    const conv = (padLow: [number, number], padHigh: [number, number]): Plan =>
      lower(programOf([ops.conv2d(ops.input('x', [1, 1, 5, 5]), ops.input('w', [1, 1, 2, 2]), { strides: [2, 1], padLow, padHigh })]));
    const attributes = (plan: Plan): Record<string, unknown> => Object.fromEntries(plan.calls.find(({ kernel }) => kernel === 'Conv2D')!.attributes.map(({ name, value }) => [name, value]));
    expect(attributes(conv([1, 0], [0, 2]))).toMatchObject({ strides: [1, 2, 1, 1], padding: 'EXPLICIT', explicit_paddings: [0, 0, 1, 0, 0, 2, 0, 0] });
    expect(attributes(conv([0, 0], [0, 0]))).toMatchObject({ padding: 'VALID' });
  });

  it('gives every state a tensor of its own', () => {
    const [x, level] = [ops.input('x', [2]), ops.state('level', [2])];
    const sum = ops.add(x, level);
    const plan = lower(programOf([sum], [{ name: 'a', value: sum }, { name: 'b', value: sum }, { name: 'c', value: level }, { name: 'd', value: x }]));
    expect(kernels(plan)).toEqual(['AddV2', 'Identity', 'Identity', 'Mul']);
    expect(new Set(plan.updates.map(({ slot }) => slot)).size).toBe(4);
    expect(plan.read).toEqual([]);
  });

  it('neither takes nor computes what nobody asks for', () => {
    const plan = lower({ ...programOf([ops.neg(ops.input('x', [2]))]), inputs: [{ name: 'x', dtype: 'float32', shape: [2] }, { name: 'unused', dtype: 'float32', shape: [2] }] });
    expect(plan.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(kernels(plan)).toEqual(['Neg']);
  });
});
