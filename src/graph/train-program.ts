// What every program that trains shares: weights from the state, random numbers from ports, and one step of the optimiser on
// all vectors of weights. The autoencoder (programs.ts) and the classifier (classifier.ts) differ in samples and losses only.
import type { RandomFeed } from '../core/random.ts';
import { sizeOf } from '../core/tensor.ts';
import type { OptimizerSpec } from '../spec/schema.ts';
import { gradient } from './gradient.ts';
import type { Value } from './ir.ts';
import type { Mode } from './layer-context.ts';
import type { Surroundings } from './objective.ts';
import * as ops from './ops.ts';
import { clipGradients, type Optimizer } from './optimizers.ts';
import type { PackedParameters } from './packing.ts';
import type { Port, Program } from './program.ts';

/** Surroundings for layers, and what the layers asked of them. */
export interface Ground {
  readonly around: Surroundings;
  readonly state: Port[];
  /** Random numbers asked for, and the ports they come in by. */
  readonly feeds: RandomFeed[];
  readonly ports: Port[];
  /** Values of moving averages after the step. */
  readonly statistics: ReadonlyMap<string, Value>;
}

/** Parameters from the state, random numbers from ports. `draws`: samples of a posterior for each input. */
export function groundOf(packed: PackedParameters, mode: Mode, batch: number, draws?: number): Ground {
  const { parameter, ports: state } = packed.read();
  const statistics = new Map<string, Value>();
  const feeds: RandomFeed[] = [];
  const ports: Port[] = [];
  const around: Surroundings = {
    mode, parameter,
    ...(draws === undefined ? {} : { samples: draws }),
    random(name, feed, shape) {
      const dtype = feed.kind === 'keep' ? 'uint8' : 'float32';
      const port = { name, dtype, shape: [batch, sizeOf(shape)] } as const;
      ports.push(port);
      feeds.push({ ...feed, name, perSample: sizeOf(shape) });
      return ops.reshape(ops.input(name, port.shape, dtype), [batch, ...shape]);
    },
    update: (name, value) => statistics.set(name, value),
  };
  return { around, state, feeds, ports, statistics };
}

/** The port of what the host computes for every step, and its scalars. */
export function hyperInput(size: number): { readonly port: Port; readonly scalars: readonly Value[] } {
  const port: Port = { name: 'hyper', dtype: 'float32', shape: [size] };
  const hyper = ops.input(port.name, port.shape);
  return { port, scalars: Array.from({ length: size }, (_, i) => ops.slice(hyper, [i], [i + 1])) };
}

export interface Descent {
  readonly packed: PackedParameters;
  readonly optimizer: Optimizer;
  /** Where the limits of gradients stand. */
  readonly clipping: OptimizerSpec;
}

/** One step down the gradient of `loss`: the state it needs beside the weights, and the state after it. */
export function descend({ packed, optimizer, clipping }: Descent, loss: Value, { around, statistics }: Ground, hyper: readonly Value[]): Pick<Program, 'state' | 'updates'> {
  const parameters = packed.buckets.flatMap(bucket => bucket.parameters);
  const gradients = clipGradients(gradient(loss, parameters.map(p => around.parameter(p.name))), clipping);
  const gradientOf = new Map(parameters.map((p, i) => [p.name, gradients[i]!]));
  const state: Port[] = [];
  const updates: { name: string; value: Value }[] = [];
  for (const { weights, slots, size, parameters: members } of packed.buckets) {
    const flat = members.map(({ name, shape }) => ops.reshape(gradientOf.get(name)!, [sizeOf(shape)]));
    const slotValues = slots.map(name => ops.state(name, [size]));
    const next = optimizer.update(ops.state(weights, [size]), ops.concat(flat, 0), slotValues, i => hyper[i]!);
    state.push(...slots.map(name => ({ name, dtype: 'float32', shape: [size] }) as const));
    updates.push({ name: weights, value: next.weights }, ...next.slots.map((value, i) => ({ name: slots[i]!, value })));
  }
  if (statistics.size > 0) {
    const now = packed.statistics.map(({ name, shape }) => ops.reshape(statistics.get(name) ?? around.parameter(name), [sizeOf(shape)]));
    updates.push({ name: 'statistics', value: ops.concat(now, 0) });
  }
  return { state, updates };
}
