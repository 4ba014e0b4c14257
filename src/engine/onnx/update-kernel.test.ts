// Kernels against ONNX Runtime, which runs the same updates operation by operation: to the last bit.
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../core/random.ts';
import { tensor, type HostTensor } from '../../core/tensor.ts';
import { fuseUpdates } from '../../graph/fusion.ts';
import type { Value } from '../../graph/ir.ts';
import * as ops from '../../graph/ops.ts';
import { buildOptimizer, clipGradients, type Optimizer } from '../../graph/optimizers.ts';
import type { Port, Program } from '../../graph/program.ts';
import { loadSpec, requireSpec } from '../../spec/load.ts';
import type { Session } from '../engine.ts';
import { OnnxSession } from './session.ts';
import { UpdateKernel } from './update-kernel.ts';

const device = { id: 'cpu', engine: 'onnx', name: 'CPU', available: true, version: '' } as const;
const open = (updateKernels: boolean): OnnxSession => (
  new OnnxSession(device, { runtime: ort, options: { intraOpNumThreads: 1 }, memory: 'alternating', nativeCpu: true, updateKernels }));

const port = (name: string, shape: readonly number[]): Port => ({ name, dtype: 'float32', shape });

/** A matrix and a bias of odd sizes in one vector, updated by the gradient of a batch that is fed. */
const sizes = { matrix: [21, 13], bias: [13] } as const;
const SIZE = 21 * 13 + 13;

function stepOf(optimizer: Optimizer, batch: number, clip: boolean): Program {
  const weights = ops.state('weights', [SIZE]);
  const hyper = ops.input('hyper', [optimizer.hyperSize]);
  const x = ops.input('x', [batch, 21]);
  const matrix = ops.reshape(ops.slice(weights, [0], [273]), sizes.matrix);
  const error = ops.add(ops.matmul(x, matrix), ops.slice(weights, [273], [SIZE]));
  const gradients = clipGradients([ops.matmul(x, error, { transposeA: true }), ops.sum(error, [0])], clip ? { globalClipNorm: 0.5 } : {});
  const slots = optimizer.slots.map((_, i) => `slot ${i}`);
  const next = optimizer.update(weights, ops.concat(gradients.map(g => ops.reshape(g, [g.shape.reduce((a, b) => a * b, 1)])), 0),
    slots.map(name => ops.state(name, [SIZE])), i => ops.slice(hyper, [i], [i + 1]));
  return {
    name: 'step',
    inputs: [port('x', [batch, 21]), port('hyper', [optimizer.hyperSize])],
    state: ['weights', ...slots].map(name => port(name, [SIZE])),
    outputs: [{ name: 'loss', value: ops.sum(ops.square(error)) }],
    updates: [{ name: 'weights', value: next.weights }, ...next.slots.map((value, i) => ({ name: slots[i]!, value }))],
  };
}

/** As the spec's defaults make it. */
function optimizerOf(spec: object): Optimizer {
  const config = { data: { type: 'glyphs' }, encoder: [{ type: 'flatten' }], latent: { type: 'plain', units: 2 }, training: { optimizer: spec } };
  return buildOptimizer(requireSpec(loadSpec(JSON.stringify(config), 'test.aeconf')).training.optimizer);
}

const random = new RandomStream(7, 'sampling', 0);
const normal = (shape: readonly number[]): HostTensor => tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()), shape);
const start = normal([SIZE]);
const batches = Array.from({ length: 4 }, (_, i) => normal([i === 3 ? 3 : 8, 21]));

/** Three batches of eight and one of three, as at the end of an epoch. */
async function trained(session: Session, optimizer: Optimizer, clip: boolean) {
  await session.setState({ weights: start, ...Object.fromEntries(optimizer.slots.map((value, i) => [`slot ${i}`, tensor(new Float32Array(SIZE).fill(value))])) });
  const steps = { 8: await session.compile(stepOf(optimizer, 8, clip)), 3: await session.compile(stepOf(optimizer, 3, clip)) };
  const losses: number[] = [];
  for (const [i, x] of batches.entries()) {
    const fed = { x, hyper: tensor(Float32Array.from(optimizer.hyper(i + 1, 0.01))) };
    losses.push((await steps[x.shape[0] as 3 | 8].run(fed))['loss']!.data[0]!);
  }
  const state = await session.getState();
  await session.dispose();
  return { losses, state: Object.fromEntries(Object.entries(state).map(([name, { data }]) => [name, [...data]])) };
}

const optimizers = [
  { type: 'sgd' }, { type: 'sgd', momentum: 0.9 }, { type: 'sgd', momentum: 0.9, nesterov: true }, { type: 'adam' }, { type: 'adamw' }, { type: 'nadam' },
  { type: 'adadelta' }, { type: 'rmsprop' }, { type: 'rmsprop', momentum: 0.5, centered: true }, { type: 'adagrad' },
];

describe('an optimiser as a kernel', () => {
  it.each(optimizers.map(spec => [JSON.stringify(spec), spec] as const))('is what ONNX Runtime computes: %s', async (_, spec) => {
    const optimizer = optimizerOf(spec);
    expect(fuseUpdates(stepOf(optimizer, 8, false)).updates).toHaveLength(1);
    for (const clip of [false, true]) expect(await trained(open(true), optimizer, clip)).toEqual(await trained(open(false), optimizer, clip));
  });

  it.each(Object.entries({
    neg: (x: Value) => ops.neg(x), abs: (x: Value) => ops.abs(x), square: (x: Value) => ops.square(x), sqrt: (x: Value) => ops.sqrt(ops.abs(x)),
    add: (x: Value, y: Value) => ops.add(x, y), sub: (x: Value, y: Value) => ops.sub(y, x), mul: (x: Value, y: Value) => ops.mul(x, y),
    div: (x: Value, y: Value) => ops.div(y, ops.add(ops.abs(x), 0.3)), max: (x: Value, y: Value) => ops.max(x, y), min: (x: Value, y: Value) => ops.min(x, y),
    'a constant vector': (x: Value) => ops.mul(x, ops.constant(Float32Array.from({ length: 7 }, (_, i) => i))),
    'one number of the graph': (x: Value) => ops.div(x, ops.sum(ops.square(x))),
    'one number of its own': (x: Value) => ops.mul(x, ops.sqrt(ops.sum(ops.square(x)))),
  }))('%s', async (_, update) => {
    const [x, y] = [ops.state('x', [7]), ops.input('y', [7])];
    const program: Program = { name: 'step', inputs: [port('y', [7])], state: [port('x', [7])], outputs: [{ name: 'sum', value: ops.sum(x) }], updates: [{ name: 'x', value: update(x, y) }] };
    expect(fuseUpdates(program).updates).toHaveLength(1);
    const results = await Promise.all([true, false].map(async kernels => {
      const session = open(kernels);
      await session.setState({ x: tensor(Float32Array.of(-3, 1.7, 0, 2e-20, 1e20, -0.1, 5)) });
      const compiled = await session.compile(program);
      for (let i = 0; i < 2; i++) await compiled.run({ y: tensor(Float32Array.of(2, -1.1, 0, 3, 1e19, 0.7, -6)) });
      const { data } = (await session.getState())['x']!;
      await session.dispose();
      return [...data];
    }));
    // Whatever the sign of a zero.
    const [kernel, operations] = results.map(numbers => numbers.map(number => number + 0));
    expect(kernel).toEqual(operations);
  });

  it('keeps zeros in place of numbers too small to be normal, and what is no number', async () => {
    const session = open(true);
    const [x, y] = [ops.state('x', [6]), ops.input('y', [6])];
    const program: Program = { name: 'step', inputs: [port('y', [6])], state: [port('x', [6])], outputs: [{ name: 'sum', value: ops.sum(x) }], updates: [{ name: 'x', value: ops.add(ops.mul(x, 0.9), y) }] };
    const smallest = 2 ** -126;
    await session.setState({ x: tensor(Float32Array.of(smallest, -smallest, 2 * smallest, 1, NaN, 0)) });
    const step = await session.compile(program);
    await step.run({ y: tensor(Float32Array.of(0, 0, 0, 0, 0, -Infinity)) });
    expect([...(await session.getState())['x']!.data]).toEqual([0, 0, Math.fround(2 * smallest * Math.fround(0.9)), Math.fround(0.9), NaN, -Infinity]);
    await session.dispose();
  });

  it('reads a number that is state of its own and changes in the same step', async () => {
    const [vector, number] = [ops.state('vector', [9]), ops.state('number', [1])];
    const program: Program = {
      name: 'grow', inputs: [], state: [port('vector', [9]), port('number', [1])], outputs: [{ name: 'sum', value: ops.sum(vector) }],
      updates: [{ name: 'vector', value: ops.add(vector, number) }, { name: 'number', value: ops.add(number, 1) }],
    };
    expect(fuseUpdates(program).updates.map(({ size, state }) => [size, state])).toEqual([[9, ['vector']], [1, ['number']]]);
    const session = open(true);
    await session.setState({ vector: tensor(new Float32Array(9)), number: tensor(Float32Array.of(1)) });
    const compiled = await session.compile(program);
    for (let i = 0; i < 3; i++) await compiled.run({});
    const { vector: grown, number: counted } = await session.getState();
    expect([[...grown!.data], [...counted!.data]]).toEqual([new Array(9).fill(6), [4]]);
    await session.dispose();
  });

  it('takes state that is set between steps, and gives copies away', async () => {
    const session = open(true);
    const level = ops.state('level', [5]);
    const raise: Program = { name: 'raise', inputs: [], state: [port('level', [5])], outputs: [{ name: 'sum', value: ops.sum(level) }], updates: [{ name: 'level', value: ops.add(level, 1) }] };
    const read = await session.compile({ ...raise, name: 'read', updates: [] });
    const step = await session.compile(raise);
    await expect(step.run({})).rejects.toThrow('"raise" needs the state "level", which was never set');
    await session.setState({ level: tensor(new Float32Array(5)) });
    await step.run({});
    const kept = (await session.getState())['level']!;
    await step.run({});
    expect([...kept.data]).toEqual([1, 1, 1, 1, 1]);
    expect((await read.run({}))['sum']!.data[0]).toBe(10);
    await session.setState({ level: tensor(new Float32Array(5).fill(7)) });
    await step.run({});
    expect([...(await session.getState())['level']!.data]).toEqual([8, 8, 8, 8, 8]);
    await step.dispose();
    expect((await read.run({}))['sum']!.data[0]).toBe(40);
    await session.dispose();
  });

  it('says so when there is no memory for a kernel', async () => {
    const session = open(true);
    const { Memory } = WebAssembly;
    WebAssembly.Memory = function refuse() { throw new RangeError('WebAssembly.Memory(): could not allocate memory'); } as unknown as typeof Memory;
    try {
      await expect(session.compile(stepOf(optimizerOf({ type: 'sgd' }), 8, false))).rejects.toMatchObject({ reason: 'memory', message: expect.stringContaining('Lower training.batchSize') as string });
    } finally {
      WebAssembly.Memory = Memory;
      await session.dispose();
    }
  });

  it('leaves to ONNX Runtime what no memory of a kernel can hold', () => {
    const update = (size: number) => fuseUpdates({ ...stepOf(optimizerOf({ type: 'sgd' }), 8, false), updates: [{ name: 'w', value: ops.add(ops.state('w', [size]), 1) }] }).updates[0]!;
    expect([UpdateKernel.fits(update(2 ** 20)), UpdateKernel.fits(update(2 ** 30))]).toEqual([true, false]);
  });
});

describe('a program without its updates', () => {
  it('reads every weight by a port of its own, and strings no gradients together', () => {
    const { rest, updates, views } = fuseUpdates(stepOf(optimizerOf({ type: 'sgd' }), 8, false));
    expect(rest.updates).toEqual([]);
    expect(views.map(({ state, offset, port: { shape } }) => [state, offset, shape])).toEqual([['weights', 0, [21, 13]], ['weights', 273, [13]]]);
    expect(rest.outputs.map(({ value }) => value.shape)).toEqual([[], [21, 13], [13]]);
    expect(updates[0]!.state).toEqual(['weights']);
  });

  it('is itself when nothing of it is arithmetic', () => {
    const x = ops.state('x', [2, 2]);
    const program: Program = { name: 'turn', inputs: [], state: [port('x', [2, 2])], outputs: [], updates: [{ name: 'x', value: ops.transpose(x, [1, 0]) }] };
    expect(fuseUpdates(program)).toMatchObject({ rest: { updates: [{ name: 'x' }] }, updates: [], views: [] });
  });
});
