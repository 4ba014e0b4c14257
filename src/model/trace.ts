// The walk through a list of layers: each gets the shape the one before it gives, a name and its parameters. It stops at the
// first layer that does not fit: what follows it has no known shape.
import { sizeOf } from '../core/tensor.ts';
import type { SpecPath } from '../spec/diagnostics.ts';
import { ShapeError, type ModelIssue } from './errors.ts';
import { ruleOf } from './layers.ts';
import type { PlacedSpec } from './mirror.ts';
import type { ModelLayer, ModelLayerSpec, Parameter, ParameterRole, Part, Shape } from './model.ts';

/** A layer of a spec, or the latent, and where it stands. */
export type Placed = Omit<PlacedSpec, 'spec'> & { readonly spec: ModelLayerSpec };

/** Walks layers as far as they fit; `frozen` tells by name which are not trained. */
export function traceLayers(part: Part, placed: readonly Placed[], input: Shape, frozen: (name: string) => boolean = () => false): { layers: ModelLayer[]; shape: Shape; issue?: ModelIssue } {
  const layers: ModelLayer[] = [];
  const names = new Names(placed.map(({ spec }) => spec));
  let shape = input;
  for (const { spec: given, path } of placed) {
    const rule = ruleOf(given);
    let outputShape: Shape;
    try {
      outputShape = rule.outputShape(given, shape);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      return { layers, shape, issue: issueOf(error, path) };
    }
    const name = names.of(given, rule.stem);
    const spec = frozen(name) && 'trainable' in given ? { ...given, trainable: false } : given;
    layers.push({ name, part, spec, inputShape: shape, outputShape, parameters: parametersOf(spec, shape, `${part}/${name}`), specPath: path });
    shape = outputShape;
  }
  return { layers, shape };
}

function issueOf({ code, message, cure, before }: ShapeError, path: SpecPath): ModelIssue {
  const repair = before === undefined ? {}
    : { repair: path[0] === 'latent' ? { kind: 'append', path: ['encoder'], layer: before } as const : { kind: 'insertBefore', path, layer: before } as const };
  return { path, code, severity: 'error', message, cure: path[0] === 'latent' ? cure.replace('before it', 'at the end of the encoder') : cure, ...repair };
}

/** Names as Keras makes them, dense, dense_1, ..., leaving out those that are given. */
class Names {
  private readonly taken: Set<string>;
  private readonly next = new Map<string, number>();
  constructor(layers: readonly ModelLayerSpec[]) {
    this.taken = new Set(layers.flatMap(({ name }) => (name === undefined ? [] : [name])));
  }
  of(spec: ModelLayerSpec, stem: string): string {
    if (spec.name !== undefined) return spec.name;
    for (;;) {
      const count = this.next.get(stem) ?? 0;
      this.next.set(stem, count + 1);
      const name = count === 0 ? stem : `${stem}_${count}`;
      if (!this.taken.has(name)) return name;
    }
  }
}

const variableNames: Readonly<Record<ParameterRole, string>> = {
  kernel: 'kernel', bias: 'bias', gamma: 'gamma', beta: 'beta', movingMean: 'moving_mean', movingVariance: 'moving_variance',
  meanKernel: 'mean_kernel', meanBias: 'mean_bias', logVarianceKernel: 'log_variance_kernel', logVarianceBias: 'log_variance_bias',
  codebook: 'codebook', uses: 'uses',
};

function parametersOf(spec: ModelLayerSpec, input: Shape, prefix: string): Parameter[] {
  const trainable = !('trainable' in spec) || spec.trainable;
  return (ruleOf(spec).weights?.(spec, input) ?? []).map(({ role, shape, initializer, learned }) => ({
    name: `${prefix}/${variableNames[role]}`, role, shape, initializer, trainable: learned && trainable, statistic: !learned, ...fans(shape),
  }));
}

/** Fan-in and fan-out by Keras's compute_fans: the last two axes, times the receptive field. */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const receptiveField = sizeOf(shape.slice(0, -2));
  return { fanIn: shape.at(-2)! * receptiveField, fanOut: shape.at(-1)! * receptiveField };
}
