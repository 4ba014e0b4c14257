// Greedy layer-wise pretraining: one level is an autoencoder of one layer and its counterpart, trained to rebuild what the
// finished levels below compute (Y. Bengio, P. Lamblin, D. Popovici and H. Larochelle, "Greedy Layer-Wise Training of Deep
// Networks", 2007). A level's programs are those of any model; only its samples come out of finished layers.
import type { RandomFeed } from '../core/random.ts';
import type { HostTensor } from '../core/tensor.ts';
import type { Model } from '../model/model.ts';
import type { PretrainingLevel } from '../model/pretraining.ts';
import type { PretrainingSpec, Spec } from '../spec/schema.ts';
import type { ModelPrograms, Program, ProgramOptions, State } from './program.ts';
import { buildPrograms } from './programs.ts';

export type Tensors = Readonly<Record<string, HostTensor>>;

/** Of every input of a level, over all training samples. */
export interface Moments {
  readonly count: number;
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/**
 * How one level is trained, whatever its kind. Programs take `target`, the samples of the data set, as those of a model do; the
 * train step takes `hyper` too. Both give `loss`: of the batch, and of each sample.
 */
export interface LevelPrograms {
  readonly random: readonly RandomFeed[];
  readonly evaluationRandom: readonly RandomFeed[];
  trainStep(batch: number): Program;
  evaluate(batch: number): Program;
  /** Gives `mean` and `variance` of every input of the level over a batch; only where `start` wants to know them. */
  moments?(batch: number): Program;
  /** State before the first step, from the parameters of the whole model and, if wanted, moments over all samples. */
  start(tensors: Tensors, moments?: Moments): State;
  /** The parameters of the whole model that this level has trained. */
  finish(state: State): Record<string, HostTensor>;
}

/** @param model the whole one. */
export function layerwisePrograms(
  { below, up, down }: PretrainingLevel, model: Model, spec: Spec,
  { optimizer }: Extract<PretrainingSpec, { type: 'layerwise' }>, options: ProgramOptions,
): LevelPrograms & Pick<ModelPrograms, 'hyper'> {
  const layers = [...up, ...down];
  const part: Model = {
    inputShape: up[0]!.inputShape, latentShape: up.at(-1)!.outputShape, layers,
    parameters: layers.flatMap(layer => layer.parameters), outputActivation: model.outputActivation,
  };
  const programs = buildPrograms(part, {
    ...spec, corruption: [], penalties: [], training: { ...spec.training, loss: 'mse', reduction: 'mean', metrics: [], optimizer },
  }, { ...options, below });
  const own = new Set(part.parameters.map(({ name }) => name));
  return {
    ...programs,
    finish: state => Object.fromEntries(Object.entries(programs.unpack(state)).filter(([name]) => own.has(name))),
  };
}
