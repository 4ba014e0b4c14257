// The part of a script that builds the model: encoder, decoder, and the autoencoder that is trained, which shares their weights.
import type { Model, ModelLayer, Parameter, Part } from '../model/model.ts';
import { decayingKernels, penalizedLayer } from '../model/penalties.ts';
import type { PenaltySpec, Spec } from '../spec/schema.ts';
import { denseCall, layerCalls, type Classes } from './layers.ts';
import { applied, call, float, text, tuple } from './python.ts';

/** Where a parameter's numbers go: "encoder/dense/kernel" by Keras's names of model, layer and variable. */
export interface Place {
  readonly parameter: Parameter;
  readonly key: string;
}

export interface Network {
  /** Functions that build the models. */
  readonly lines: readonly string[];
  readonly classes: Classes;
  readonly places: readonly Place[];
  /** Whether the decoder ends in a vector where samples are images. */
  readonly flatOutput: boolean;
}

/** The model that a part of ours belongs to in Keras. */
const modelOf = (part: Part): 'encoder' | 'decoder' => (part === 'decoder' ? 'decoder' : 'encoder');

export class NetworkWriter {
  private readonly classes: Classes = new Set();
  private readonly places: Place[] = [];
  private readonly taken = { encoder: new Set<string>(), decoder: new Set<string>() };

  constructor(private readonly model: Model, private readonly spec: Spec) {}

  write(): Network {
    const encoder = this.encoder();
    const decoder = this.decoder();
    const output = this.model.layers.at(-1)?.part === 'decoder' ? this.model.layers.at(-1)!.outputShape : this.model.latentShape;
    return {
      lines: [...encoder, '', '', ...decoder, '', '', ...this.autoencoder()],
      classes: this.classes, places: this.places, flatOutput: output.length !== this.model.inputShape.length,
    };
  }

  /** A name that the model has not yet. */
  private name(model: 'encoder' | 'decoder', wanted: string): string {
    let name = wanted;
    for (let i = 1; this.taken[model].has(name); i++) name = `${wanted}_${i}`;
    this.taken[model].add(name);
    return name;
  }

  private place(layer: ModelLayer, name: string, variables: Readonly<Record<string, string>> = {}): void {
    for (const parameter of layer.parameters) {
      const own = parameter.name.split('/').at(-1)!;
      this.places.push({ parameter, key: variables[parameter.role] ?? `${modelOf(layer.part)}/${name}/${own}` });
    }
  }

  private encoder(): string[] {
    const layers = this.model.layers.filter(({ part }) => part !== 'decoder');
    const body = layers.flatMap(layer => (layer.part === 'latent' && layer.spec.type !== 'dense' ? this.latent(layer) : this.layer(layer)));
    if (layers.length === 0) body.push(`x = layers.Identity(name="latent")(x)`, ...this.penalties(undefined, 'x', 'latent'));
    const outputs = this.spec.latent.type === 'gaussian' ? '[mean, log_variance]' : 'x';
    const about = this.spec.latent.type === 'gaussian' ? ['"""Mean and logarithm of the variance of each code\'s distribution."""'] : [];
    return ['def build_encoder():', ...[...about, 'x = inputs = keras.Input(INPUT_SHAPE)', ...body, `return keras.Model(inputs, ${outputs}, name="encoder")`].map(line => `    ${line}`)];
  }

  private decoder(): string[] {
    const layers = this.model.layers.filter(({ part }) => part === 'decoder');
    const late = this.lateSigmoid(layers);
    const body = layers.flatMap(layer => {
      if (layer !== late) return this.layer(layer);
      return layer.spec.type === 'activation' ? [] : this.layer({ ...layer, spec: { ...layer.spec, activation: { type: 'linear' } } as ModelLayer['spec'] });
    });
    if (layers.length === 0) body.push('x = layers.Identity(name="reconstruction")(x)');
    if (late !== undefined) {
      body.push('# Last, so that the loss finds the logits behind it.', `x = layers.Activation("sigmoid", name=${text(this.name('decoder', late.spec.type === 'activation' ? late.name : 'sigmoid'))})(x)`);
    }
    return ['def build_decoder():', ...[`x = inputs = keras.Input(${tuple(this.model.latentShape)})`, ...body, 'return keras.Model(inputs, x, name="decoder")'].map(line => `    ${line}`)];
  }

  /** A sigmoid that only a change of shape follows; binary cross-entropy wants to see it behind that. */
  private lateSigmoid(layers: readonly ModelLayer[]): ModelLayer | undefined {
    if (this.spec.training.loss !== 'binaryCrossentropy') return undefined;
    const reshaping = layers.length - 1 - layers.findLastIndex(({ spec }) => spec.type !== 'flatten' && spec.type !== 'reshape');
    const layer = layers[layers.length - 1 - reshaping];
    if (reshaping === 0 || layer === undefined || !('activation' in layer.spec) || layer.spec.activation.type !== 'sigmoid') return undefined;
    return this.spec.penalties.some(penalty => 'layer' in penalty && penalizedLayer(penalty.layer, this.model.layers) === layer) ? undefined : layer;
  }

  private layer(layer: ModelLayer): string[] {
    const name = this.name(modelOf(layer.part), layer.name);
    this.place(layer, name);
    const found = this.model.layers.find(each => each.part === layer.part && each.name === layer.name)!;
    return [...layerCalls({ spec: layer.spec, name }, this.decay(layer), this.classes).flatMap(made => applied('x', made)), ...this.penalties(found, 'x', name)];
  }

  /** The layers of a latent that is more than a dense layer, as far as they belong to the encoder. */
  private latent(layer: ModelLayer): string[] {
    const { spec } = layer;
    switch (spec.type) {
      case 'gaussian': {
        const [mean, variance] = [this.name('encoder', 'latent_mean'), this.name('encoder', 'latent_log_variance')];
        this.place(layer, mean, {
          meanKernel: `encoder/${mean}/kernel`, meanBias: `encoder/${mean}/bias`, logVarianceKernel: `encoder/${variance}/kernel`, logVarianceBias: `encoder/${variance}/bias`,
        });
        return [
          ...applied('mean', denseCall(spec.units, spec, mean, this.decay(layer)), 'x'), ...applied('log_variance', denseCall(spec.units, spec, variance, this.decay(layer)), 'x'),
          ...this.penalties(undefined, 'mean', mean),
        ];
      }
      case 'spherical': {
        const name = this.name('encoder', 'latent');
        this.place(layer, name);
        return [...applied('x', denseCall(spec.units, spec, name, this.decay(layer))), `x = layers.UnitNormalization(name=${text(this.name('encoder', 'on_sphere'))})(x)`, ...this.penalties(undefined, 'x', name)];
      }
      case 'wasserstein': {
        const name = this.name('encoder', 'latent');
        this.place(layer, name);
        return [...applied('x', denseCall(spec.units, spec, name, this.decay(layer))), ...this.penalties(undefined, 'x', name)];
      }
      case 'quantized': {
        const name = this.name('encoder', 'latent');
        this.place(layer, name);
        this.classes.add('VectorQuantizer');
        const dimension = layer.parameters.find(({ role }) => role === 'codebook')!.shape[1]!;
        const made = call('VectorQuantizer', [String(spec.codes), String(dimension)], { commitment: float(spec.commitment), decay: float(spec.decay), revival: float(spec.revivalThreshold), name: text(name) });
        return [...applied('x', made), ...this.penalties(undefined, 'x', name)];
      }
      default: return this.layer(layer);
    }
  }

  /** kernel_regularizer of a layer: what all penalties of the spec make of it. */
  private decay(layer: ModelLayer): string | undefined {
    const kernels = new Set(layer.parameters.map(({ name }) => name));
    const meant = this.spec.penalties.filter(penalty => penalty.type === 'weightDecay').filter(penalty => decayingKernels(penalty, this.model).some(({ name }) => kernels.has(name)));
    const [l1, l2] = [meant.reduce((sum, { l1 }) => sum + l1, 0), meant.reduce((sum, { l2 }) => sum + l2, 0)];
    if (l1 === 0 && l2 === 0) return undefined;
    if (l1 === 0) return call('keras.regularizers.L2', [float(l2)]);
    return l2 === 0 ? call('keras.regularizers.L1', [float(l1)]) : call('keras.regularizers.L1L2', [], { l1: float(l1), l2: float(l2) });
  }

  /** Layers that add to the loss what activations cost. @param layer undefined for the code. */
  private penalties(layer: ModelLayer | undefined, variable: string, name: string): string[] {
    const isCode = layer === undefined;
    const cost = (penalty: PenaltySpec): string | undefined => {
      if (!('layer' in penalty) || penalizedLayer(penalty.layer, this.model.layers) !== (isCode ? undefined : layer)) return undefined;
      const sparse = penalty.type === 'klSparsity';
      this.classes.add(sparse ? 'KLSparsity' : 'ActivityL1');
      const own = text(this.name(modelOf(layer?.part ?? 'latent'), `${name}_penalty`));
      return sparse
        ? call('KLSparsity', [float(penalty.weight)], { target: float(penalty.target), name: own })
        : call('ActivityL1', [float(penalty.weight)], { name: own });
    };
    return this.spec.penalties.flatMap(penalty => cost(penalty) ?? []).flatMap(made => applied(variable, made));
  }

  private autoencoder(): string[] {
    const { latent, penalties } = this.spec;
    const custom = penalties.some(({ type }) => type === 'contractive') || (latent.type === 'gaussian' && latent.importanceSamples > 1);
    const kind = custom ? 'Autoencoder' : 'keras.Model';
    const body: string[] = ['encoder, decoder = build_encoder(), build_decoder()', 'inputs = keras.Input(INPUT_SHAPE)'];
    if (latent.type === 'gaussian') {
      this.classes.add('Gaussian');
      const options = { beta: float(latent.beta), free_bits: latent.freeBits > 0 ? float(latent.freeBits) : undefined, samples: latent.importanceSamples > 1 ? String(latent.importanceSamples) : undefined, name: text('latent') };
      const drawn = call('Gaussian', [], options);
      if (latent.importanceSamples > 1) body.push(`codes, log_ratio = ${drawn}(encoder(inputs))`, `autoencoder = ${kind}(inputs, [decoder(codes), log_ratio], name="autoencoder")`);
      else body.push(`code = ${drawn}(encoder(inputs))`, `autoencoder = ${kind}(inputs, decoder(code), name="autoencoder")`);
    } else if (latent.type === 'wasserstein') {
      this.classes.add('MaximumMeanDiscrepancy');
      body.push(`code = ${call('MaximumMeanDiscrepancy', [float(latent.weight)], { name: text('discrepancy') })}(encoder(inputs))`, `autoencoder = ${kind}(inputs, decoder(code), name="autoencoder")`);
    } else body.push(`autoencoder = ${kind}(inputs, decoder(encoder(inputs)), name="autoencoder")`);
    return ['def build_autoencoder():', ...[
      '"""Encoder, decoder, and both as they are trained: three models that share their weights."""', ...body, 'return encoder, decoder, autoencoder',
    ].map(line => `    ${line}`)];
  }
}
