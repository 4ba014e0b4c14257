// The models that the model page's test shows, made of configs as the extension makes them.
import { buildModel } from '../../src/model/build.ts';
import { readDiagram, type Diagram } from '../../src/model/diagram.ts';
import type { Model } from '../../src/model/model.ts';
import { loadSpec, requireSpec } from '../../src/spec/load.ts';

const SHAPE = [28, 28, 1];

const denoising = { data: 'fashion-mnist', corruption: [{ type: 'saltAndPepper', amount: 0.1 }], encoder: [{ type: 'flatten' }, { type: 'dense', units: 144, activation: 'relu' }], latent: { type: 'plain', units: 50, activation: 'sigmoid' }, penalties: [{ type: 'klSparsity', weight: 0.1 }], training: { loss: 'mse' } };
const specs: Record<string, object> = {
  denoising,
  quickstart: { data: 'glyphs', encoder: [{ type: 'flatten' }, { type: 'dense', units: 256, activation: 'relu' }, { type: 'dense', units: 64, activation: 'relu' }], latent: { type: 'plain', units: 2 } },
  everything: {
    data: 'fashion-mnist', corruption: [{ type: 'gaussian', stddev: 0.2 }, { type: 'occlusion', size: 6 }],
    encoder: [
      { type: 'conv2d', filters: 16, strides: 2, padding: 'same' }, { type: 'batchNormalization' }, { type: 'activation', activation: 'relu' },
      { type: 'conv2d', filters: 32, strides: 2, padding: 'same', activation: 'relu', trainable: false }, { type: 'flatten' }, { type: 'topK', k: 200 },
    ],
    latent: { type: 'gaussian', units: 16, annealEpochs: 3, freeBits: 0.05 }, penalties: [{ type: 'contractive', weight: 0.001, method: 'estimate' }, { type: 'weightDecay', l2: 0.00001 }], training: { loss: 'binaryCrossentropy' },
  },
  quantized: { data: 'mnist', encoder: [{ type: 'conv2d', filters: 32, strides: 2, padding: 'same', activation: 'relu' }, { type: 'conv2d', filters: 16, strides: 2, padding: 'same' }], latent: { type: 'quantized', codes: 128 } },
  deep: {
    data: { type: 'npy', images: 'a.npy', shape: SHAPE }, corruption: [{ type: 'gaussian', stddev: 0.1 }],
    encoder: [{ type: 'flatten' }, ...[512, 512, 256].flatMap((units, i) => [
      { type: 'dense', units, ...(i === 0 ? { name: 'a-layer-with-quite-a-long-name-of-its-own' } : {}) }, { type: 'batchNormalization' }, { type: 'dropout', rate: 0.2 }, { type: 'activation', activation: { type: 'leakyRelu', slope: 0.3 } },
    ])],
    latent: { type: 'spherical', units: 196 },
  },
};


export interface ModelScene {
  readonly diagram: Diagram;
  /** The same with seven units in the code. */
  readonly typed: Diagram;
  readonly model: Model;
}

/** @param scene "name" or "name:mode" */
export function modelScene(scene: string): ModelScene {
  const name = scene.split(':')[0]!;
  const spec = specs[name]!;
  const drawn = (config: object): Diagram => {
    const { diagram, error } = readDiagram(JSON.stringify(config), 'a', name);
    if (diagram === undefined) throw new Error(error?.message ?? 'no shape');
    return diagram;
  };
  return {
    diagram: drawn(spec), typed: 'units' in (spec as { latent: object }).latent ? drawn({ ...spec, latent: { ...(spec as { latent: object }).latent, units: 7 } }) : drawn(spec),
    model: buildModel(requireSpec(loadSpec(JSON.stringify(spec), 'a')), SHAPE),
  };
}
