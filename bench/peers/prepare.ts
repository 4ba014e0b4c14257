// One case of the benchmark as files: our own config, and for the others its description, first weights, samples and their order.
//   node out/peers-prepare.mjs '<JSON of Wish>'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RandomStream } from '../../src/core/random.ts';
import { sizeOf, tensor, type HostTensor } from '../../src/core/tensor.ts';
import type { Dataset, Split } from '../../src/data/dataset.ts';
import { loadDataset } from '../../src/data/load.ts';
import { estimateFlops } from '../../src/graph/cost.ts';
import { buildPrograms } from '../../src/graph/programs.ts';
import { buildModel } from '../../src/model/build.ts';
import { loadSpec, requireSpec } from '../../src/spec/load.ts';
import { describe, startWeights } from './description.ts';
import { npy, npz } from '../../src/keras/npz.ts';

interface Wish {
  readonly sample: string;
  readonly batchSize: number;
  /** Samples of an epoch; all when left out. */
  readonly limit?: number;
  readonly folder: string;
  /** Where the named sets lie; without it drawn digits of the same shape and number. */
  readonly data?: string;
}

const wish = JSON.parse(process.argv[2]!) as Wish;
const file = `${wish.sample}.aeconf`;
const read = requireSpec(loadSpec(readFileSync(join('samples', file), 'utf8'), file));
const limit = wish.limit === undefined ? {} : { limit: wish.limit };
const data = wish.data === undefined ? { type: 'glyphs', train: 60_000, test: 10_000, ...limit } : { ...read.data, ...limit };
const config = JSON.stringify({ ...read, data, training: { ...read.training, batchSize: wish.batchSize, epochs: 1_000_000, metrics: [] } });
const spec = requireSpec(loadSpec(config, file));
const dataset = await loadDataset(spec.data, { seed: spec.seed, baseFolders: ['.'], dataFolders: wish.data === undefined ? [] : [wish.data] });
const model = buildModel(spec, dataset.shape);
const programs = buildPrograms(model, spec, { data: { dtype: 'uint8', scale: dataset.scale } });

mkdirSync(wish.folder, { recursive: true });
const write = (name: string, content: string | Uint8Array): void => { writeFileSync(join(wish.folder, name), content); };
write('case.aeconf', config);
write('weights.npz', npz(startWeights(model, programs, spec.seed)));
write('train.npy', npy(pictures(dataset, dataset.train)));
write('validation.npy', npy(pictures(dataset, dataset.validation)));
write('order.npy', npy(orderOf(dataset.train.count)));
write('case.json', JSON.stringify({
  description: describe(wish.sample, spec, model), batchSize: wish.batchSize, scale: dataset.scale,
  samples: dataset.train.count, validation: dataset.validation.count, flops: estimateFlops(programs.trainStep(wish.batchSize)),
}));

/** Bytes as they are stored: count × height × width × channels. */
function pictures({ shape }: Dataset, { values, count }: Split): HostTensor {
  if (!(values instanceof Uint8Array) || values.length !== count * sizeOf(shape)) throw new Error(`${wish.sample} is not trained on bytes in memory.`);
  return tensor(values, [count, ...shape]);
}

/** The order of our first epoch (data/gather.ts). */
function orderOf(count: number): HostTensor {
  return tensor(Int32Array.from(new RandomStream(spec.seed, 'shuffle', 1).permutation(count)));
}
