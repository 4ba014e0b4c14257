// What a model is trained for: the reconstruction loss, what the latent adds, and the penalties of the spec. The forward pass
// is written here once; programs.ts makes programs of it.
import type { RandomFeed } from '../core/random.ts';
import type { Model, ModelLayer, Part } from '../model/model.ts';
import type { Spec } from '../spec/schema.ts';
import type { Value } from './ir.ts';
import type { Factor, LatentFindings, LayerContext, Mode } from './layer-context.ts';
import { forward, fromFlat, toFlat } from './layers.ts';
import { batchLoss, reductionOf, sampleLosses } from './losses.ts';
import * as ops from './ops.ts';
import { add, mul, sub } from './ops.ts';
import { penalize, type Term } from './penalties.ts';

/** How a network gets at what is not in the graph. */
export interface Surroundings {
  readonly mode: Mode;
  readonly samples?: number;
  parameter(name: string): Value;
  random?(name: string, feed: Omit<RandomFeed, 'name' | 'perSample'>, shape: readonly number[]): Value;
  update?(name: string, value: Value): void;
}

/** What was met on the way through the layers. */
class Trace {
  readonly outputs = new Map<ModelLayer, Value>();
  readonly held = new Set<Value>();
  latent: LatentFindings = {};
}

/** A scalar that is followed while training. */
export interface Followed {
  readonly name: string;
  /** Its share in the loss; 0 for one that is only watched. */
  readonly factor: Factor;
  readonly value: Value;
}

export interface Objective {
  /** Scalar: what is minimised. */
  readonly loss: Value;
  /** Reconstruction, terms and what else is worth a curve; empty when the reconstruction is all there is. Scalars. */
  readonly followed: readonly Followed[];
  /** Each sample's own reconstruction loss: batch. */
  readonly own: Value;
  /** batch × features, of the code itself where the latent draws. */
  readonly reconstruction: Value;
  /** batch × code size. */
  readonly code: Value;
  readonly klPerDimension?: Value;
}

/** Applies layers one after another to x, which has the layout of the graph. */
export function applyLayers(layers: readonly ModelLayer[], x: Value, around: Surroundings, trace = new Trace()): Value {
  return layers.reduce((value, layer) => {
    const output = forward(value, contextOf(layer, around, trace));
    trace.outputs.set(layer, output);
    return output;
  }, x);
}

/** What finished layers make of samples, without anything random: batch × features → batch × features of the last one's output. */
export function passThrough(layers: readonly ModelLayer[], x: Value, parameter: Surroundings['parameter']): Value {
  const [first, last] = [layers[0], layers.at(-1)];
  if (first === undefined || last === undefined) return x;
  return toFlat(applyLayers(layers, fromFlat(x, first.inputShape), { mode: 'infer', parameter }), last.outputShape);
}

export class Network {
  constructor(readonly model: Model, readonly spec: Spec) {}

  private walk(parts: readonly Part[], x: Value, around: Surroundings, trace: Trace): Value {
    return applyLayers(this.model.layers.filter(layer => parts.includes(layer.part)), x, around, trace);
  }

  /** batch × features → batch × code size. */
  encode(input: Value, around: Surroundings): Value {
    const trace = new Trace();
    return this.codeOf(this.walk(['encoder', 'latent'], fromFlat(input, this.model.inputShape), around, trace), trace);
  }

  /** batch × code size → batch × features. */
  decode(code: Value, around: Surroundings): Value {
    return this.flatOutput(this.walk(['decoder'], fromFlat(code, this.model.latentShape), around, new Trace()));
  }

  /** What every layer of encoder, latent and decoder makes of the input, in order: batch × features of its output each. */
  activations(input: Value, around: Surroundings): { readonly layer: ModelLayer; readonly value: Value }[] {
    const trace = new Trace();
    const code = this.codeOf(this.walk(['encoder', 'latent'], fromFlat(input, this.model.inputShape), around, trace), trace);
    this.walk(['decoder'], fromFlat(code, this.model.latentShape), around, trace);
    return [...trace.outputs].map(([layer, value]) => ({ layer, value: toFlat(value, layer.outputShape) }));
  }

  private codeOf(latent: Value, trace: Trace): Value {
    return trace.latent.code ?? toFlat(latent, this.model.latentShape);
  }

  private flatOutput(image: Value): Value {
    const last = this.model.layers.at(-1);
    return toFlat(image, last?.part === 'decoder' ? last.outputShape : this.model.latentShape);
  }

  /**
   * @param target batch × features, clean; @param input what the encoder sees.
   * @param annealed scalar by which annealed terms are multiplied; left out, they count in full.
   */
  objective(target: Value, input: Value, around: Surroundings, annealed?: Value): Objective {
    const { spec, model } = this;
    const trace = new Trace();
    const latent = this.walk(['encoder', 'latent'], fromFlat(input, model.inputShape), around, trace);
    const code = this.codeOf(latent, trace);
    const output = this.flatOutput(this.walk(['decoder'], latent, around, trace));
    // batch × samples
    const losses = sampleLosses(spec.training.loss, reductionOf(spec), target, output);
    const reconstruction = losses.shape[1] === 1 ? batchLoss(spec.training.loss, reductionOf(spec), target, output) : ops.mean(losses);
    const penalized = penalize(spec.penalties, {
      model, input, code, outputs: trace.outputs, held: trace.held, parameter: around.parameter,
      random(name, feed, shape) {
        if (around.random === undefined) throw new Error(`${name} has no port here.`);
        return around.random(name, feed, shape);
      },
    });
    const weigh = ({ value, factor }: Pick<Term, 'value' | 'factor'>): Value => {
      const weighted = mul(value, factor.value);
      return factor.annealed && annealed !== undefined ? mul(weighted, annealed) : weighted;
    };
    const latentTerms = trace.latent.terms ?? [];
    const plain = latentTerms.map(weigh).reduce(add, reconstruction);
    const { logRatio } = trace.latent;
    const terms: Term[] = [...latentTerms];
    let bounded = plain;
    if (logRatio !== undefined) {
      // A latent that draws several codes has one term, the divergence, whose factor weighs the ratio too.
      const ratio = weigh({ value: logRatio, factor: latentTerms[0]!.factor });
      bounded = ops.neg(ops.mean(logMeanExp(sub(ratio, losses))));
      terms.push({ name: 'importance', value: sub(bounded, plain), factor: { value: 1 } });
    }
    terms.push(...penalized.terms);
    const watched = [...trace.latent.metrics ?? [], ...penalized.metrics].map(metric => ({ ...metric, factor: { value: 0 } }));
    return {
      loss: penalized.terms.map(weigh).reduce(add, bounded),
      followed: terms.length + watched.length === 0 ? [] : [{ name: 'reconstruction', value: reconstruction, factor: { value: 1 } }, ...terms, ...watched],
      own: ops.mean(losses, [1]),
      reconstruction: trace.latent.code === undefined ? output : this.decode(code, { mode: 'infer', parameter: around.parameter }),
      code,
      ...(trace.latent.klPerDimension === undefined ? {} : { klPerDimension: trace.latent.klPerDimension }),
    };
  }

  /**
   * An estimate from below of log p(x) in nats for each sample, by importance sampling with as many draws as `around.samples` says
   * (Burda et al., 2016): log 1/k Σ p(x|z)p(z)/q(z|x). batch.
   */
  logLikelihood(target: Value, input: Value, around: Surroundings): Value | undefined {
    const trace = new Trace();
    const latent = this.walk(['encoder', 'latent'], fromFlat(input, this.model.inputShape), around, trace);
    if (trace.latent.logRatio === undefined) return undefined;
    const output = this.flatOutput(this.walk(['decoder'], latent, around, trace));
    const losses = sampleLosses(this.spec.training.loss, 'sum', target, output);
    return logMeanExp(sub(trace.latent.logRatio, losses));
  }
}

/** rows × columns → rows: the logarithm of the mean of powers, which does not overflow. */
function logMeanExp(x: Value): Value {
  const peak = ops.stopGradient(ops.reduceMax(x, [1], true));
  return add(ops.log(ops.mean(ops.exp(sub(x, peak)), [1])), ops.reshape(peak, [x.shape[0]!]));
}

function contextOf(layer: ModelLayer, around: Surroundings, trace: Trace): LayerContext {
  const nameOf = (role: string): string => {
    const parameter = layer.parameters.find(p => p.role === role);
    if (parameter === undefined) throw new Error(`Layer ${layer.name} has no ${role}.`);
    return parameter.name;
  };
  return {
    layer,
    mode: around.mode,
    ...(around.samples === undefined ? {} : { samples: around.samples }),
    parameter: role => around.parameter(nameOf(role)),
    random(feed, shape) {
      if (around.random === undefined) throw new Error(`Layer ${layer.name} asks for random numbers where there are none.`);
      return around.random(`${layer.part}/${layer.name}/random`, feed, shape);
    },
    update: (role, value) => around.update?.(nameOf(role), value),
    hold: value => trace.held.add(value),
    latent: findings => { trace.latent = findings; },
  };
}
