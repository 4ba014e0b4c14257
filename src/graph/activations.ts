// Activation functions by Keras's names. Sources: leaky ReLU, Maas et al. (2013); ELU, Clevert et al. (2016); SELU, Klambauer
// et al. (2017); GELU, Hendrycks and Gimpel (2016); swish, Ramachandran et al. (2017).
import { unreachable } from '../core/errors.ts';
import type { ActivationSpec } from '../spec/schema.ts';
import type { Value } from './ir.ts';
import * as ops from './ops.ts';

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** Element-wise, but for softmax, which runs over `channelAxis`. */
export function activate(spec: ActivationSpec, x: Value, channelAxis: number): Value {
  switch (spec.type) {
    case 'linear': return x;
    case 'relu': return ops.relu(x);
    case 'leakyRelu': return ops.leakyRelu(x, spec.slope);
    case 'elu': return ops.elu(x, spec.alpha);
    case 'selu': return ops.mul(ops.elu(x, SELU_ALPHA), SELU_SCALE);
    case 'sigmoid': return ops.sigmoid(x);
    case 'tanh': return ops.tanh(x);
    case 'softplus': return ops.softplus(x);
    case 'softmax': {
      // Subtracting the largest input changes nothing but keeps eˣ finite.
      const powers = ops.exp(ops.sub(x, ops.stopGradient(ops.reduceMax(x, [channelAxis], true))));
      return ops.div(powers, ops.sum(powers, [channelAxis], true));
    }
    case 'gelu': return ops.mul(ops.mul(x, 0.5), ops.add(ops.erf(ops.mul(x, Math.SQRT1_2)), 1));
    case 'swish': return ops.mul(x, ops.sigmoid(x));
    default: return unreachable(spec);
  }
}
