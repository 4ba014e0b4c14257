// What the benchmark measures speeds by: the arithmetic of one training step, and how fast the same engine on the same device does
// nothing but a large matrix product. Bundled and started by bench.mjs:
//     node products.mjs peak DEVICE      operations per second of the best of some products of 2,048 × 2,048 matrices
//     node products.mjs step CONFIG      operations of one step of the config
import { readFileSync } from 'node:fs';
import { RandomStream } from '../src/core/random.ts';
import { tensor } from '../src/core/tensor.ts';
import { listDevices, openSession } from '../src/engine/engines.ts';
import { estimateFlops } from '../src/graph/cost.ts';
import * as ops from '../src/graph/ops.ts';
import { buildPrograms } from '../src/graph/programs.ts';
import { buildModel } from '../src/model/build.ts';
import { knownInputShape } from '../src/spec/known-shape.ts';
import { loadSpec } from '../src/spec/load.ts';

const EXTENT = 2048;
const REPEATS = 6;

async function peak(id: string): Promise<number> {
  const device = (await listDevices({ gpus: id !== 'cpu' })).find(each => each.id === id && each.available);
  if (device === undefined) throw new Error(`There is no device "${id}" here.`);
  const session = await openSession(device);
  const shape = [EXTENT, EXTENT];
  const [a, b] = [ops.state('a', shape), ops.state('b', shape)];
  // One number is all that comes back, so that no copy counts.
  const corner = ops.slice(ops.matmul(a, b), [0, 0], [1, 1]);
  const state = [a, b].map((_, i) => ({ name: 'ab'[i]!, dtype: 'float32', shape }) as const);
  const random = new RandomStream(1, 'sampling');
  const numbers = (): Float32Array => Float32Array.from({ length: EXTENT ** 2 }, () => random.uniform());
  await session.setState({ a: tensor(numbers(), shape), b: tensor(numbers(), shape) });
  const product = await session.compile({ name: 'product', inputs: [], state, outputs: [{ name: 'corner', value: corner }], updates: [] });
  let best = Infinity;
  for (let i = 0; i < REPEATS; i++) {
    const start = performance.now();
    await product.run({});
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  await session.dispose();
  return 2 * EXTENT ** 3 / best;
}

function step(file: string): number {
  const { spec } = loadSpec(readFileSync(file, 'utf8'), file);
  const shape = spec && knownInputShape(spec.data);
  if (spec === undefined || shape === undefined) throw new Error(`${file} does not say what it trains on.`);
  const programs = buildPrograms(buildModel(spec, shape), spec, { data: { dtype: 'uint8', scale: 1 / 255 } });
  return estimateFlops(programs.trainStep(spec.training.batchSize));
}

const [what, of] = process.argv.slice(2) as [string, string];
console.log(what === 'peak' ? await peak(of) : step(of));
