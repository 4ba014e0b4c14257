// The `.aeconf` language, defined once. From these definitions come the TypeScript type of a resolved spec (`Spec`), the
// JSON Schema the editor uses (schemas/aeconf.schema.json) and the runtime check with defaults (check.ts).
//
// Three conventions let one definition serve all three:
// - a property with a `default` may be left out of a file; in a resolved `Spec` it is always there;
// - `shorthand` marks a value that may also be written shorter: 'type' ("adam" for {"type": "adam"}), 'pair' (3 for
//   [3, 3]), or 'learningRate' (0.001 for {"type": "constant", "learningRate": 0.001});
// - every property has a `description` and an example other than its default; one that may be left out without having a default
//   says in its description what holds then (emit.test.ts looks).
import { Type, type Static } from '@sinclair/typebox';
import { Corruption } from './schema/corruption.ts';
import { Data } from './schema/data.ts';
import { Defaults } from './schema/defaults.ts';
import { Probe, RobustnessTest, Sweep } from './schema/judging.ts';
import { Decoder, Latent } from './schema/latents.ts';
import { Activation, Initializer, Layer } from './schema/layers.ts';
import { Penalty } from './schema/penalties.ts';
import { Init, LearningRate, Optimizer, Pretraining, Training, Views } from './schema/training.ts';
import { closed, optional } from './schema/words.ts';

export type { AeconfSchemaOptions } from './schema/words.ts';
export { Activation, Corruption, Initializer, Layer, LearningRate, Optimizer };

export const SpecSchema = Type.Object({
  $schema: optional(Type.String({ description: 'Address of the schema, for editors other than VS Code; left out, they have to be told.', examples: ['./aeconf.schema.json'] })),
  name: optional(Type.String({ minLength: 1, description: 'Name of the experiment. Left out, the file\'s name.', examples: ['janet-50'] })),
  description: optional(Type.String({ description: 'What the experiment is about, in your words. May be left out.', examples: ['Does a code of 50 numbers remove salt-and-pepper noise?'] })),
  seed: Type.Integer({ default: 0, minimum: 0, maximum: 4294967295, description: 'All randomness (weights, order, noise) comes from this number.', examples: [7] }),
  data: Data,
  corruption: Type.Array(Corruption, { default: [], description: 'Applied to the input in this order; the target stays clean.', examples: [[{ type: 'saltAndPepper', amount: 0.1 }]] }),
  defaults: optional(Defaults),
  encoder: Type.Array(Layer, { description: 'The layers from the input to the bottleneck.', examples: [[{ type: 'flatten' }, { type: 'dense', units: 128, activation: 'relu' }]] }),
  latent: Latent,
  decoder: Decoder,
  penalties: Type.Array(Penalty, { default: [], description: 'Terms added to the loss, each with a curve of its own.', examples: [[{ type: 'activityL1', weight: 0.001 }]] }),
  init: optional(Init),
  pretraining: optional(Pretraining),
  training: Training,
  probe: optional(Probe),
  robustness: Type.Array(RobustnessTest, { default: [], description: 'Noise the trained model is tested with, also of kinds it was not trained on.', examples: [[{ corruption: { type: 'uniform', amount: 0.1 }, strengths: [0.1, 0.3, 0.5] }]] }),
  sweep: optional(Sweep),
  views: Views,
}, { ...closed, title: 'Autoencoder experiment', description: 'An autoencoder, its data and its training.' });

export type Spec = Static<typeof SpecSchema>;
export type LayerSpec = Static<typeof Layer>;
export type LayerType = LayerSpec['type'];
export type LayerOf<T extends LayerType> = Extract<LayerSpec, { type: T }>;
export type ActivationSpec = Static<typeof Activation>;
export type InitializerSpec = Static<typeof Initializer>;
export type LatentSpec = Static<typeof Latent>;
export type DecoderSpec = Static<typeof Decoder>;
export type CorruptionSpec = Static<typeof Corruption>;
export type DataSpec = Static<typeof Data>;
export type DataType = DataSpec['type'];
export type DataOf<T extends DataType> = Extract<DataSpec, { type: T }>;
export type LearningRateSpec = Static<typeof LearningRate>;
export type OptimizerSpec = Static<typeof Optimizer>;
export type PenaltySpec = Static<typeof Penalty>;
export type PretrainingSpec = Static<typeof Pretraining>;
export type InitSpec = Static<typeof Init>;
export type ProbeSpec = Static<typeof Probe>;
export type RobustnessSpec = Static<typeof RobustnessTest>;
export type SweepSpec = Static<typeof Sweep>;
export type MetricName = Spec['training']['metrics'][number];
/** In the order in which they are told. */
export const metricNames: readonly MetricName[] = Training.properties.metrics.items.anyOf.map(literal => literal.const);
export type LossName = Spec['training']['loss'];
