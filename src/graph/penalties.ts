// Terms added to the loss. Sources: sparsity by rate, A. Ng, "Sparse autoencoder" (2011); contractive, S. Rifai et al.,
// "Contractive Auto-Encoders" (2011); the random estimate, M. F. Hutchinson (1989): for a vector v of independent signs,
// E‖vᵀJ‖² = ‖J‖².
import { unreachable } from '../core/errors.ts';
import type { RandomFeed } from '../core/random.ts';
import type { Model, ModelLayer } from '../model/model.ts';
import { decayingKernels, isExact, penalizedLayer } from '../model/penalties.ts';
import type { PenaltySpec } from '../spec/schema.ts';
import { gradient } from './gradient.ts';
import type { Value } from './ir.ts';
import type { Factor } from './layer-context.ts';
import * as ops from './ops.ts';
import { abs, add, log, mul, square, sub, sum } from './ops.ts';

/** What has been computed when penalties are added. */
export interface Computed {
  readonly model: Model;
  /** batch × features: what the encoder sees. */
  readonly input: Value;
  /** batch × code size. */
  readonly code: Value;
  /** What each layer gave, in the layout of the graph. */
  readonly outputs: ReadonlyMap<ModelLayer, Value>;
  /** Constants in the Jacobian. */
  readonly held: ReadonlySet<Value>;
  parameter(name: string): Value;
  random(name: string, feed: Omit<RandomFeed, 'name' | 'perSample'>, shape: readonly number[]): Value;
}

export interface Term {
  readonly name: string;
  /** Scalar, mean over the batch. */
  readonly value: Value;
  readonly factor: Factor;
}
export interface Penalized {
  readonly terms: readonly Term[];
  readonly metrics: readonly { readonly name: string; readonly value: Value }[];
}

/** Terms in the order of the spec, each with a name of its own: "klSparsity", "klSparsity_1". */
export function penalize(penalties: readonly PenaltySpec[], computed: Computed): Penalized {
  const seen = new Map<string, number>();
  const unique = (name: string): string => {
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  };
  const terms: Term[] = [];
  const metrics: { name: string; value: Value }[] = [];
  for (const penalty of penalties) {
    const name = unique(penalty.type);
    switch (penalty.type) {
      case 'activityL1': {
        const activations = outputOf(penalty.layer, computed);
        terms.push({ name, value: mul(sum(abs(activations)), 1 / activations.shape[0]!), factor: { value: penalty.weight } });
        break;
      }
      case 'klSparsity': {
        const rates = ratesOf(outputOf(penalty.layer, computed));
        terms.push({ name, value: sum(rateDivergence(penalty.target, rates)), factor: { value: penalty.weight } });
        metrics.push({ name: unique('activationRate'), value: ops.mean(rates) });
        break;
      }
      case 'contractive': {
        const size = computed.code.shape[1]!;
        const value = isExact(penalty, size) ? exactNorm(computed) : estimatedNorm(computed, penalty.projections, `penalty/${name}/random`);
        terms.push({ name, value, factor: { value: penalty.weight } });
        break;
      }
      case 'weightDecay': terms.push({ name, value: decay(penalty, computed), factor: { value: 1 } }); break;
      default: unreachable(penalty);
    }
  }
  return { terms, metrics };
}

function outputOf(reference: string, { model, outputs, code }: Computed): Value {
  const layer = penalizedLayer(reference, model.layers);
  return layer === undefined ? code : outputs.get(layer)!;
}

/** Mean activation of each unit over the batch; the unit of an image is its channel. */
function ratesOf(activations: Value): Value {
  return ops.mean(activations, activations.shape.map((_, axis) => axis).filter(axis => axis !== 1));
}

/** ρ·log(ρ/ρ̂) + (1 − ρ)·log((1 − ρ)/(1 − ρ̂)) for every unit. */
function rateDivergence(target: number, rates: Value): Value {
  const p = ops.min(ops.max(rates, 1e-7), 1 - 1e-7);
  const cross = add(mul(log(p), target), mul(log(sub(1, p)), 1 - target));
  const entropy = target * Math.log(target) + (1 - target) * Math.log(1 - target);
  return sub(entropy, cross);
}

// A sample's code depends on that sample alone (what the batch normalises by is held), so the gradient of a sum over the
// batch holds one row of the Jacobian for every sample.

/** Mean over the batch of ‖∂code/∂input‖², one backward pass for every number of the code. */
function exactNorm({ code, input, held }: Computed): Value {
  const [batch, size] = code.shape as [number, number];
  const rows = Array.from({ length: size }, (_, unit) => gradient(sum(ops.slice(code, [0, unit], [batch, unit + 1])), [input], held)[0]!);
  return mul(rows.map(row => sum(square(row))).reduce(add), 1 / batch);
}

function estimatedNorm({ code, input, held, random }: Computed, projections: number, port: string): Value {
  const [batch, size] = code.shape as [number, number];
  const bits = random(port, { kind: 'keep', probability: 0.5 }, [projections, size]);
  const signs = sub(ops.cast(bits, 'float32', 2), 1);
  const norms = Array.from({ length: projections }, (_, i) => {
    const direction = ops.reshape(ops.slice(signs, [0, i, 0], [batch, i + 1, size]), [batch, size]);
    return sum(square(gradient(sum(mul(code, direction)), [input], held)[0]!));
  });
  return mul(norms.reduce(add), 1 / (batch * projections));
}

function decay(penalty: Extract<PenaltySpec, { type: 'weightDecay' }>, { model, parameter }: Computed): Value {
  const { l1, l2 } = penalty;
  const kernels = decayingKernels(penalty, model);
  const of = (each: (kernel: Value) => Value): Value => kernels.map(({ name }) => sum(each(parameter(name)))).reduce(add, ops.scalar(0));
  return add(mul(of(abs), l1), mul(of(square), l2));
}
