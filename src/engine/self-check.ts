// Whether an engine computes right on this machine: a small program with convolution, pooling by slices, product and all their
// gradients, on the device and in float64.
import { StudioError } from '../core/errors.ts';
import { RandomStream } from '../core/random.ts';
import { sizeOf, tensor } from '../core/tensor.ts';
import { gradient } from '../graph/gradient.ts';
import * as ops from '../graph/ops.ts';
import type { Program } from '../graph/program.ts';
import { evaluate } from '../graph/reference.ts';
import type { Session } from './engine.ts';

/** Rounding of float32 over some hundred products. */
const TOLERANCE = 1e-5;

function checkProgram(): Program {
  const image = ops.input('image', [2, 2, 7, 6]);
  const filter = ops.input('filter', [3, 2, 3, 2]);
  const weights = ops.input('weights', [24, 5]);
  const seen = ops.elu(ops.conv2d(image, filter, { strides: [2, 2], padLow: [1, 0], padHigh: [1, 1] }), 1);
  const halves = [0, 1].map(start => ops.slice(seen, [0, 0, start, 0], [2, 3, 3 + start, 3], [1, 1, 2, 1]));
  const pooled = ops.reshape(ops.transpose(ops.max(halves[0]!, halves[1]!), [0, 2, 3, 1]), [2, 18]);
  const product = ops.tanh(ops.matmul(ops.pad(pooled, [0, 2], [0, 4]), weights));
  const loss = ops.mean(ops.square(product));
  const leaves = [image, filter, weights];
  return {
    name: 'self-check', state: [], updates: [],
    inputs: [['image', image], ['filter', filter], ['weights', weights]].map(([name, value]) => ({ name: name as string, dtype: 'float32', shape: (value as typeof image).shape })),
    outputs: [loss, ...gradient(loss, leaves)].map((value, i) => ({ name: `result ${i}`, value })),
  };
}

/** Throws StudioError('device') when the session computes anything but what the reference does; gives back the largest error. */
export async function selfCheck(session: Session): Promise<number> {
  const program = checkProgram();
  const random = new RandomStream(1, 'sampling');
  const feeds = Object.fromEntries(program.inputs.map(({ name, shape }) => [name, tensor(Float32Array.from({ length: sizeOf(shape) }, () => random.normal()), shape)]));
  const expected = evaluate(program.outputs.map(({ value }) => value), Object.fromEntries(Object.entries(feeds).map(([name, { data }]) => [name, data])));
  const compiled = await session.compile(program);
  const results = await compiled.run(feeds);
  await compiled.dispose();
  let worst = 0;
  program.outputs.forEach(({ name }, i) => {
    expected[i]!.forEach((number, k) => { worst = Math.max(worst, Math.abs(results[name]!.data[k]! - number) / Math.max(1, Math.abs(number))); });
  });
  if (!(worst < TOLERANCE)) {
    throw new StudioError('device', `${session.device.name} computes wrong numbers: a check is off by ${worst.toPrecision(2)}. Do not train with it.`);
  }
  return worst;
}
