// Each layer of a model as the call that makes it in Keras 3. Options are written where they are not Keras's own defaults, which
// are ours, too.
import { StudioError } from '../core/errors.ts';
import type { ModelLayerOf, ModelLayerSpec } from '../model/model.ts';
import type { ActivationSpec, InitializerSpec } from '../spec/schema.ts';
import { boolean, call, float, text, tuple } from './python.ts';

/** A layer under the name it has in Keras. */
export interface NamedLayer {
  readonly spec: ModelLayerSpec;
  readonly name: string;
}

/** Names of classes that the script has to define. */
export type Classes = Set<string>;

const snake = (name: string): string => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);

/** Where an argument wants an activation; undefined for none. */
export function activationOf(spec: ActivationSpec): string | undefined {
  switch (spec.type) {
    case 'linear': return undefined;
    case 'leakyRelu': return spec.slope === 0.2 ? text('leaky_relu') : call('layers.LeakyReLU', [], { negative_slope: float(spec.slope) });
    case 'elu': return spec.alpha === 1 ? text('elu') : call('layers.ELU', [], { alpha: float(spec.alpha) });
    case 'swish': return text('silu');
    default: return text(spec.type);
  }
}

/** undefined for Keras's default of a kernel. */
export function initializerOf(spec: InitializerSpec, usual: InitializerSpec['type']): string | undefined {
  if (spec.type === usual) return undefined;
  switch (spec.type) {
    case 'constant': return call('keras.initializers.Constant', [float(spec.value)]);
    case 'randomNormal': return spec.mean === 0 && spec.stddev === 0.05 ? text('random_normal') : call('keras.initializers.RandomNormal', [], { mean: float(spec.mean), stddev: float(spec.stddev) });
    case 'truncatedNormal': return call('keras.initializers.TruncatedNormal', [], { mean: float(spec.mean), stddev: float(spec.stddev) });
    case 'randomUniform': return call('keras.initializers.RandomUniform', [], { minval: float(spec.minval), maxval: float(spec.maxval) });
    case 'varianceScaling': return call('keras.initializers.VarianceScaling', [], { scale: float(spec.scale), mode: text(snake(spec.mode)), distribution: text(snake(spec.distribution)) });
    case 'orthogonal': return spec.gain === 1 ? text('orthogonal') : call('keras.initializers.Orthogonal', [], { gain: float(spec.gain) });
    default: return text(snake(spec.type));
  }
}

type Kernel = Pick<ModelLayerOf<'dense'>, 'useBias' | 'kernelInitializer' | 'biasInitializer' | 'trainable'>;

/** Options that all layers with a kernel have. */
function kernelOptions(spec: Kernel, decay: string | undefined): Record<string, string | undefined> {
  return {
    use_bias: spec.useBias ? undefined : 'False',
    kernel_initializer: initializerOf(spec.kernelInitializer, 'glorotUniform'),
    bias_initializer: initializerOf(spec.biasInitializer, 'zeros'),
    kernel_regularizer: decay,
    trainable: spec.trainable ? undefined : 'False',
  };
}

export function denseCall(units: number, spec: Kernel & { readonly activation?: ActivationSpec }, name: string, decay: string | undefined): string {
  return call('layers.Dense', [String(units)], {
    activation: spec.activation && activationOf(spec.activation), ...kernelOptions(spec, decay), name: text(name),
  });
}

type Convolution = ModelLayerOf<'conv2d' | 'conv2dTranspose'>;
const pair = ([height, width]: readonly [number, number]): string => (height === width ? String(height) : tuple([height, width]));

/** Padding by a number of rows and columns, which Keras's convolutions do not know, is a layer of its own. */
function convolution(spec: Convolution, name: string, decay: string | undefined): string[] {
  const explicit = typeof spec.padding !== 'string';
  const border = typeof spec.padding !== 'string' && spec.padding.some(count => count > 0) ? pair(spec.padding) : undefined;
  const main = call(spec.type === 'conv2d' ? 'layers.Conv2D' : 'layers.Conv2DTranspose', [String(spec.filters), pair(spec.kernelSize)], {
    strides: pair(spec.strides) === '1' ? undefined : pair(spec.strides),
    padding: spec.padding === 'same' ? text('same') : undefined,
    output_padding: outputPadding(spec, explicit),
    activation: activationOf(spec.activation), ...kernelOptions(spec, decay), name: text(name),
  });
  if (border === undefined) return [main];
  return spec.type === 'conv2d'
    ? [call('layers.ZeroPadding2D', [border], { name: text(`${name}_padding`) }), main]
    : [main, call('layers.Cropping2D', [border], { name: text(`${name}_cropping`) })];
}

function outputPadding(spec: Convolution, explicit: boolean): string | undefined {
  if (spec.type === 'conv2d') return undefined;
  if (spec.outputPadding !== undefined) return pair(spec.outputPadding);
  return explicit ? '0' : undefined;
}

function activationLayer(activation: ActivationSpec, name: string): string {
  if (activation.type === 'leakyRelu') return call('layers.LeakyReLU', [], { negative_slope: float(activation.slope), name: text(name) });
  if (activation.type === 'elu') return call('layers.ELU', [], { alpha: activation.alpha === 1 ? undefined : float(activation.alpha), name: text(name) });
  return call('layers.Activation', [activationOf(activation) ?? text('linear')], { name: text(name) });
}

function pooling(type: string, spec: ModelLayerOf<'maxPooling2d' | 'averagePooling2d'>, name: string): string {
  return call(`layers.${type}`, [pair(spec.poolSize)], {
    strides: spec.strides && pair(spec.strides), padding: spec.padding === 'same' ? text('same') : undefined, name: text(name),
  });
}

/** A layer of encoder or decoder, or a dense latent: the calls to be applied one after another. @param decay its kernel's regulariser. */
export function layerCalls(layer: NamedLayer, decay: string | undefined, classes: Classes): string[] {
  const { spec } = layer;
  const name = text(layer.name);
  switch (spec.type) {
    case 'dense': return [denseCall(spec.units, spec, layer.name, decay)];
    case 'conv2d': case 'conv2dTranspose': return convolution(spec, layer.name, decay);
    case 'flatten': return [call('layers.Flatten', [], { name })];
    case 'reshape': return [call('layers.Reshape', [tuple(spec.targetShape)], { name })];
    case 'activation': return [activationLayer(spec.activation, layer.name)];
    case 'dropout': return [call('layers.Dropout', [float(spec.rate)], { name })];
    case 'batchNormalization': return [call('layers.BatchNormalization', [], {
      momentum: spec.momentum === 0.99 ? undefined : float(spec.momentum), epsilon: spec.epsilon === 0.001 ? undefined : float(spec.epsilon),
      center: spec.center ? undefined : boolean(false), scale: spec.scale ? undefined : boolean(false), trainable: spec.trainable ? undefined : boolean(false), name,
    })];
    case 'maxPooling2d': return [pooling('MaxPooling2D', spec, layer.name)];
    case 'averagePooling2d': return [pooling('AveragePooling2D', spec, layer.name)];
    case 'upSampling2d': return [call('layers.UpSampling2D', [pair(spec.size)], { name })];
    case 'topK':
      classes.add('TopK');
      return [call('TopK', [String(spec.k)], { name })];
    default: throw new StudioError('internal', `A ${spec.type} latent is no layer of the encoder.`);
  }
}
