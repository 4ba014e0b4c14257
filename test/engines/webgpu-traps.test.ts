// What went wrong with ONNX Runtime's WebGPU provider once, and must not again: wrong convolutions in its own layout, operators it
// lacks, memory that is not given back, tensors that end the process when they are read.
import * as ort from 'onnxruntime-node';
import Pbf from 'pbf';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { listDevices, openSession } from '../../src/engine/engines.ts';
import { lower } from '../../src/graph/onnx/lower.ts';
import { runsOf, sampleFiles } from './samples.ts';

const device = (await listDevices()).find(({ id, available }) => id === 'webgpu' && available);

/** Operators that the provider has not, or not in the form a training needs. */
const MISSING = ['Loop', 'Scan', 'Dropout', 'RandomNormal', 'RandomNormalLike', 'RandomUniform', 'RandomUniformLike', 'Bernoulli', 'Sign', 'Sum', 'Selu', 'BatchNormalization'];

/** Kinds of operators in an ONNX model: ModelProto.graph is field 7, GraphProto.node field 1, NodeProto.op_type field 4. */
function operatorsOf(model: Uint8Array): Set<string> {
  const found = new Set<string>();
  const node = (tag: number, _: undefined, pbf: Pbf): void => { if (tag === 4) found.add(pbf.readString()); };
  const graph = (tag: number, _: undefined, pbf: Pbf): void => { if (tag === 1) pbf.readMessage(node, undefined); };
  new Pbf(model).readFields((tag: number, _: undefined, pbf: Pbf) => { if (tag === 7) pbf.readMessage(graph, undefined); }, undefined);
  return found;
}

it('no program of any sample is made of operators that WebGPU lacks', () => {
  const used = new Set<string>();
  for (const sample of sampleFiles) for (const { program } of runsOf(sample, 1)) for (const operator of operatorsOf(lower(program))) used.add(operator);
  expect([...used]).toContain('MatMul');
  expect(MISSING.filter(operator => used.has(operator))).toEqual([]);
});

describe.runIf(device !== undefined)('a session on WebGPU', { timeout: 300_000 }, () => {
  /** Buffers on the GPU that nobody has given back. */
  const alive = new Set<ort.Tensor>();
  /** In which order things went. */
  let order: string[];
  let create: MockInstance<typeof ort.InferenceSession.create>;

  beforeEach(() => {
    alive.clear();
    order = [];
    const real = ort.InferenceSession.create.bind(ort.InferenceSession) as (...args: unknown[]) => Promise<ort.InferenceSession>;
    create = vi.spyOn(ort.InferenceSession, 'create').mockImplementation((async (...args: unknown[]) => watched(await real(...args))) as typeof ort.InferenceSession.create);
  });
  afterEach(() => { create.mockRestore(); });

  /** The session, with its GPU tensors counted and forbidden to be read. */
  function watched(session: ort.InferenceSession): ort.InferenceSession {
    const run = session.run.bind(session) as (...args: unknown[]) => Promise<ort.InferenceSession.ReturnType>;
    const release = session.release.bind(session);
    session.run = (async (...args: unknown[]) => {
      const results = await run(...args);
      for (const value of Object.values(results)) if (value.location === 'gpu-buffer') follow(value);
      return results;
    }) as typeof session.run;
    session.release = async () => {
      order.push('release');
      await release();
    };
    return session;
  }

  function follow(value: ort.Tensor): void {
    alive.add(value);
    const dispose = value.dispose.bind(value);
    value.dispose = () => {
      alive.delete(value);
      order.push('dispose');
      dispose();
    };
    value.getData = () => { throw new Error('getData() of a GPU tensor ends the process.'); };
  }

  it('asks for channels first, and for state that stays on the GPU', async () => {
    const [{ program, state }] = runsOf('types/undercomplete.aeconf', 2) as [ReturnType<typeof runsOf>[number]];
    const session = await openSession(device!);
    await session.setState(state);
    await session.compile(program);
    const options = (create.mock.calls[0] as unknown as [Uint8Array, ort.InferenceSession.SessionOptions])[1];
    expect(options.executionProviders).toEqual([{ name: 'webgpu', preferredLayout: 'NCHW' }]);
    const locations = options.preferredOutputLocation as Record<string, string>;
    expect(Object.values(locations)).toHaveLength(program.updates.length + program.outputs.length);
    expect(new Set(Object.values(locations))).toEqual(new Set(['gpu-buffer']));
    await session.dispose();
  });

  it('holds as many buffers after 12 steps as after one, reads without getData(), and ends with none', async () => {
    const [{ program, state, feeds }] = runsOf('types/undercomplete.aeconf', 2) as [ReturnType<typeof runsOf>[number]];
    const session = await openSession(device!);
    await session.setState(state);
    const compiled = await session.compile(program);
    const losses: number[] = [];
    for (let step = 0; step < 12; step++) {
      losses.push((await compiled.run(feeds))['loss']!.data[0]!);
      expect(alive.size).toBe(program.updates.length);
    }
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
    for (let look = 0; look < 3; look++) expect(Object.keys(await session.getState())).toHaveLength(program.state.length);
    expect(alive.size).toBe(program.updates.length);
    // Results stay there as long as nobody wants them, and are read together.
    const unread = [];
    for (let step = 0; step < 3; step++) unread.push(await compiled.start!(feeds));
    expect(alive.size).toBe(program.updates.length + 3 * program.outputs.length);
    const reads = create.mock.calls.length;
    const read = await compiled.read!(unread);
    expect(create.mock.calls.length - reads).toBeLessThanOrEqual(program.outputs.length);
    expect(read.map(({ loss }) => loss!.data[0]! < losses.at(-1)!)).toEqual([true, true, true]);
    expect(read[2]!['loss']!.data[0]!).toBeLessThan(read[0]!['loss']!.data[0]!);
    expect(alive.size).toBe(program.updates.length);
    await compiled.start!(feeds);
    order = [];
    await session.dispose();
    expect(alive.size).toBe(0);
    // A buffer that outlives the native session that made it ends the process.
    expect(order.lastIndexOf('dispose')).toBeLessThan(order.indexOf('release'));
  });
});
