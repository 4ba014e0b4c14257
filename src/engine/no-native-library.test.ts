// A platform for which ONNX Runtime has no native library: WebAssembly trains, and the CPU says why it is not there.
import { expect, it, vi } from 'vitest';
import { tensor } from '../core/tensor.ts';
import * as ops from '../graph/ops.ts';
import type { Trial } from './checks.ts';
import { chooseDevice } from './choose.ts';
import { listDevices, openSession } from './engines.ts';

vi.mock('onnxruntime-node', () => { throw new Error('onnxruntime_binding.node: cannot open shared object file'); });

const x = ops.input('x', [2, 3]);
const w = ops.state('w', [2, 3]);
const trial: Trial = {
  program: {
    name: 'train step', inputs: [{ name: 'x', dtype: 'float32', shape: [2, 3] }], state: [{ name: 'w', dtype: 'float32', shape: [2, 3] }],
    outputs: [{ name: 'loss', value: ops.mean(ops.square(ops.sub(w, x))) }], updates: [{ name: 'w', value: ops.mul(ops.add(w, x), 0.5) }],
  },
  state: { w: tensor(new Float32Array(6), [2, 3]) }, feeds: { x: tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]) },
};

it('is told of the CPU, and "auto" takes WebAssembly', async () => {
  const cpu = (await listDevices({ gpus: false })).find(({ id }) => id === 'cpu')!;
  expect(cpu).toMatchObject({ available: false, note: expect.stringMatching(/^ONNX Runtime has no native library for .*; use wasm\.$/) as string });
  await expect(chooseDevice('cpu', trial)).rejects.toMatchObject({ reason: 'device', message: expect.stringMatching(/^CPU .* is not available: .*use wasm/) as string });
  for (const request of ['auto', 'wasm']) {
    const { device } = await chooseDevice(request, trial);
    expect(device.id).toBe('wasm');
    const session = await openSession(device);
    await session.setState(trial.state);
    expect((await (await session.compile(trial.program)).run(trial.feeds))['loss']!.data[0]).toBeCloseTo(91 / 6, 5);
    await session.dispose();
  }
});
