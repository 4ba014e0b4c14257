// Models for their page to show: configs as they are typed, and runs with weights that look as if something had been learned. What only
// Node can make of a config comes with the page (`window.testData`, model-scenes.ts).
import { sizeOf, tensor } from '../../src/core/tensor.ts';
import { RandomStream } from '../../src/core/random.ts';
import { distributionOf, layerWeights } from '../../src/model/weights.ts';
import type { LayerActivations, LayerWeights, RunLabel, ShownModel } from '../../src/protocol/messages.ts';
import { installHost, type FakeHost } from './fake-host.ts';
import type { ModelScene } from './model-scenes.ts';

const { diagram: whole, typed, model } = window.testData as ModelScene;

const parameters = new URLSearchParams(location.search);
const [scene = '', mode = 'file'] = (parameters.get('scene') ?? 'quickstart').split(':');

const run = (id: string, change: Partial<RunLabel>): RunLabel => ({ id, name: scene, state: 'finished', epoch: 30, epochs: 30, star: false, created: 1_795_900_000_000, ...change });
const runs: RunLabel[] = [run('b', { state: 'training', epoch: 3.2, created: 1_795_903_600_000 }), run('a', {})];

/** Strokes of a pen for the input, waves for filters: signed, smooth, with an edge. */
function learned(seed: number): Record<string, ReturnType<typeof tensor>> {
  return Object.fromEntries(model.parameters.map(({ name, shape }, index) => {
    const random = new RandomStream(seed * 1000 + index, 'weights');
    const values = new Float32Array(sizeOf(shape));
    if (shape.length === 2 && (shape[0] === 784 || shape[1] === 784)) {
      const [inputs, units] = shape as [number, number];
      const count = inputs === 784 ? units : inputs;
      for (let unit = 0; unit < count; unit++) {
        const [cx, cy, angle, length, gain] = [6 + 16 * random.uniform(), 6 + 16 * random.uniform(), Math.PI * random.uniform(), 3 + 6 * random.uniform(), (unit % 7 === 0 ? 0.1 : 1) * (0.4 + random.uniform())];
        for (let y = 0; y < 28; y++) {
          for (let x = 0; x < 28; x++) {
            const [u, v] = [(x - cx) * Math.cos(angle) + (y - cy) * Math.sin(angle), (y - cy) * Math.cos(angle) - (x - cx) * Math.sin(angle)];
            const value = gain * Math.exp(-((u / length) ** 2)) * (Math.exp(-((v / 1.6) ** 2)) - 0.7 * Math.exp(-(((v - 3.2) / 1.6) ** 2))) + 0.03 * random.normal();
            values[inputs === 784 ? (y * 28 + x) * units + unit : unit * units + y * 28 + x] = value;
          }
        }
      }
    } else random.fillNormal(values, 0, 0.1);
    return [name, tensor(values, shape)];
  }));
}

/** A bright disc that moves from sample to sample; layers that are partly at zero. */
function activations(sample: number): LayerActivations {
  const disc = (blur: number) => Float32Array.from({ length: 784 }, (_, i) => 1 / (1 + Math.exp((Math.hypot(i % 28 - 10 - sample, Math.floor(i / 28) - 14) - 6) / blur)));
  return {
    epoch, sample, count: 3, label: ['Sneaker', 'Bag', 'Coat'][sample]!, original: disc(0.2), corrupted: disc(0.2).map((value, i) => (i % 11 === 0 ? 1 - value : value)), reconstruction: disc(2),
    layers: model.layers.map(({ part, name, outputShape }, index) => {
      const random = new RandomStream(sample * 100 + index, 'weights');
      const values = Float32Array.from({ length: sizeOf(outputShape) }, () => (part === 'latent' ? random.normal() : Math.max(0, random.normal())));
      return { key: `${part}/${name}`, shape: outputShape, values, distribution: distributionOf(values) };
    }),
  };
}

const file = { name: scene, path: `/experiments/${scene}.aeconf` };
let checkpoints: ShownModel['checkpoints'] = mode === 'empty' || mode === 'begun' ? {} : { last: 1, best: 1 };
let cursor: readonly string[] = mode === 'cursor' ? ['latent/latent'] : [];
let trouble: ShownModel['trouble'] | undefined = mode === 'broken' ? { text: 'Line 8: "units" must be at least 1. Write 1 or more.', inText: true }
  : mode === 'unknown' ? { text: 'The shapes of the layers depend on the data, which is read only in a trusted workspace. Choose "Manage Workspace Trust".', inText: false } : undefined;
let diagram = whole;

function shown(): ShownModel {
  const chosen = mode === 'begun' ? run('b', { state: 'training', epoch: 0.3 }) : mode === 'empty' ? run('a', { state: 'failed', epoch: 0 }) : runs[0]!;
  return {
    file, cursor, runs: mode === 'alone' ? [] : runs, checkpoints, ...(mode === 'unknown' ? {} : { diagram }), ...(trouble === undefined ? {} : { trouble }),
    ...(mode === 'file' || mode === 'alone' ? { memory: { bytes: 14_200_000, batchSize: 64 } } : {}), ...(mode === 'run' || mode === 'empty' || mode === 'begun' ? { run: chosen } : {}),
  };
}

let revision = 5;
let epoch = 3;
const host: FakeHost = installHost({
  onReady: to => to.send({ type: 'snapshot', revision, model: shown() }),
  onRequest: request => {
    if (request.name === 'showModelOf') return true;
    // The file has been changed since the run.
    if (request.name === 'reveal') return mode !== 'run';
    if (request.name === 'activations') return activations(request.params.sample);
    if (request.name !== 'weights') throw new Error(`No answer to ${request.name}.`);
    const { layer, order } = request.params;
    // As in pretraining, level by level.
    if (layer === 'decoder/dense') return { epoch: 0, tensors: [] } satisfies LayerWeights;
    return { epoch, tensors: layerWeights(model, model.layers.find(each => `${each.part}/${each.name}` === layer)!, learned(epoch), order) } satisfies LayerWeights;
  },
});

declare global {
  interface Window {
    testData: unknown;
    /** The text is changed: other units in the code, or an error. */
    typeUnits: () => void;
    breakText: () => void;
    moveCursor: (keys: readonly string[]) => void;
    /** A checkpoint is written. */
    epochOn: () => void;
  }
}
const update = () => {
  revision++;
  host.send({ type: 'snapshot', revision, model: shown() });
};
window.typeUnits = () => {
  diagram = typed;
  trouble = undefined;
  update();
};
window.breakText = () => {
  trouble = { text: 'Line 8: "units" must be at least 1. Write 1 or more.', inText: true };
  update();
};
window.moveCursor = keys => {
  cursor = keys;
  update();
};
window.epochOn = () => {
  epoch++;
  checkpoints = { last: epoch, best: 1 };
  revision++;
  host.send({ type: 'update', revision, model: shown() });
};
