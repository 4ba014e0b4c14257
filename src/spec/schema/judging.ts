// How a trained model is judged, and trained several times.
import { Type, type Static } from '@sinclair/typebox';
import { MEASURED_SAMPLES_TEXT } from '../../core/measured.ts';
import { Corruption } from './corruption.ts';
import { Layer } from './layers.ts';
import { Optimizer } from './training.ts';
import { closed } from './words.ts';

export const Probe = Type.Object({
  on: Type.Array(Type.Union([
    Type.Literal('codes', { description: 'The codes of the encoder.' }),
    Type.Literal('pixels', { description: 'The original samples.' }),
    Type.Literal('reconstructions', { description: 'The outputs of the autoencoder.' }),
  ]), { default: ['codes', 'pixels'], minItems: 1, description: 'What the same classifier is trained on, one after another.', examples: [['codes', 'pixels', 'reconstructions']] }),
  layers: Type.Array(Layer, { default: [], description: 'Layers of the classifier before its last one, a dense softmax over the classes. None: a linear probe.', examples: [[{ type: 'dense', units: 64, activation: 'relu' }, { type: 'dropout', rate: 0.3 }]] }),
  epochs: Type.Integer({ default: 20, minimum: 1, description: 'Epochs of the classifier.', examples: [100] }),
  batchSize: Type.Integer({ default: 128, minimum: 1, description: 'Samples per step.', examples: [256] }),
  optimizer: Optimizer,
  neighbors: Type.Integer({ default: 5, minimum: 0, description: 'k of the k-nearest-neighbour probe beside it; 0 leaves it out.', examples: [10] }),
  rebuiltAs: Type.Boolean({ default: false, description: `Whether to count, epoch by epoch, the reconstructions that a classifier trained on the originals puts into another class than their original: of ${MEASURED_SAMPLES_TEXT} validation samples spread evenly, of all where there are fewer.`, examples: [true] }),
}, { ...closed, description: 'How good the codes are: classifiers on them and on the pixels. Needs labels. Left out, "aeconf probe" trains a linear one.', examples: [{ layers: [{ type: 'dense', units: 64, activation: 'relu' }], epochs: 50 }] });

export const RobustnessTest = Type.Object({
  corruption: Type.Unsafe<Static<typeof Corruption>>({ ...Corruption, description: 'The noise; its amount, stddev or size is replaced by each strength.', examples: [{ type: 'uniform', amount: 0.1 }] }),
  strengths: Type.Array(Type.Number({ minimum: 0 }), { minItems: 1, description: 'The strengths, one after another.', examples: [[0.1, 0.2, 0.4]] }),
  samples: Type.Integer({ default: 10, minimum: 1, maximum: 100, description: 'Samples in the picture.', examples: [20] }),
}, { ...closed, description: 'One kind of noise at several strengths, given to the trained model.' });

export const Sweep = Type.Object({
  values: Type.Record(Type.String(), Type.Array(Type.Unknown(), { minItems: 1 }), { description: 'For each path of the spec the values it takes.', examples: [{ 'latent.units': [2, 4, 8, 16, 32] }] }),
  combine: Type.Union([
    Type.Literal('grid', { description: 'Every combination.' }),
    Type.Literal('list', { description: 'First values together, second values together, ...' }),
  ], { default: 'grid', description: 'How several paths combine.', examples: ['list'] }),
  parallel: Type.Integer({ default: 1, minimum: 1, maximum: 16, description: 'Runs at the same time.', examples: [2] }),
  tolerance: Type.Number({ default: 0.1, minimum: 0, description: 'The smallest size whose error is within this share of the best one is marked.', examples: [0.05] }),
}, { ...closed, description: 'Trains the spec several times with different values. Left out, once.', examples: [{ values: { 'latent.units': [2, 4, 8, 16, 32] } }] });
