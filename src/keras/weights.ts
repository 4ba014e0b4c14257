// Weights in Keras's order of things: one array for each variable, named model/layer/variable.
import type { HostTensor } from '../core/tensor.ts';
import type { Place } from './network.ts';

/** @param tensors by our names of parameters. */
export function kerasWeights(places: readonly Place[], tensors: Readonly<Record<string, HostTensor>>): Record<string, HostTensor> {
  return Object.fromEntries(places.map(({ parameter, key }) => [key, tensors[parameter.name]!]));
}
