// Where the codes of a model can lie: what the last layer before the decoder can give.
import type { CodeReach } from '../core/code-reach.ts';
import type { ActivationSpec } from '../spec/schema.ts';
import { entrySize } from './layers/latents.ts';
import type { Model } from './model.ts';

/** undefined where codes can be any numbers, or it is not known. */
export function codeReach({ layers }: Pick<Model, 'layers'>): CodeReach | undefined {
  const encoding = layers.filter(({ part }) => part === 'encoder' || part === 'latent');
  for (const { spec, inputShape } of encoding.reverse()) {
    switch (spec.type) {
      case 'spherical': return { kind: 'sphere' };
      case 'quantized': return { kind: 'entries', size: entrySize(spec, inputShape) };
      case 'dense': case 'conv2d': case 'conv2dTranspose': case 'activation': return activationReach(spec.activation);
      // These move numbers, or leave some out; what they keep lies where it lay before.
      case 'flatten': case 'reshape': case 'dropout': case 'maxPooling2d': case 'averagePooling2d': case 'upSampling2d': continue;
      default: return undefined;
    }
  }
  return undefined;
}

const SELU_LOWEST = -1.7580993408473766;

function activationReach(activation: ActivationSpec): CodeReach | undefined {
  const range = (low: number, high?: number): CodeReach => ({ kind: 'range', activation: activation.type, low, ...(high === undefined ? {} : { high }) });
  switch (activation.type) {
    case 'sigmoid': case 'softmax': return range(0, 1);
    case 'tanh': return range(-1, 1);
    case 'relu': case 'softplus': return range(0);
    case 'elu': return activation.alpha >= 0 ? range(-activation.alpha) : undefined;
    case 'selu': return range(SELU_LOWEST);
    default: return undefined;
  }
}
