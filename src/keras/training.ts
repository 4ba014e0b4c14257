// The part of a script that trains: what is minimised, by which rule, measured how.
import { unreachable } from '../core/errors.ts';
import { sizeOf } from '../core/tensor.ts';
import { reductionOf } from '../graph/losses.ts';
import type { Model } from '../model/model.ts';
import { isExact } from '../model/penalties.ts';
import type { LearningRateSpec, LossName, MetricName, OptimizerSpec, PenaltySpec, Spec } from '../spec/schema.ts';
import * as classes from './classes.ts';
import { boolean, call, float, indented, text } from './python.ts';

type Contractive = Extract<PenaltySpec, { type: 'contractive' }>;

const words: Readonly<Record<LossName, { readonly short: string; readonly name: string }>> = {
  mse: { short: 'mse', name: 'mean_squared_error' },
  mae: { short: 'mae', name: 'mean_absolute_error' },
  binaryCrossentropy: { short: 'binary_crossentropy', name: 'binary_crossentropy' },
};

export const importanceOf = ({ latent }: Spec): number => (latent.type === 'gaussian' ? latent.importanceSamples : 1);
export const annealOf = ({ latent }: Spec): number => (latent.type === 'gaussian' ? latent.annealEpochs : 0);

/** Whether Keras would take the wrong logits: it takes a softmax's for a sigmoid's. */
function misreadsLogits(spec: Spec, model: Model): boolean {
  return spec.training.loss === 'binaryCrossentropy' && model.outputActivation.type === 'softmax';
}

/** The loss as compile() takes it; undefined where the model computes its own. */
export function lossName(spec: Spec, model: Model): string | undefined {
  if (importanceOf(spec) > 1) return undefined;
  return reductionOf(spec) === 'sum' || misreadsLogits(spec, model) ? 'reconstruction_loss' : text(words[spec.training.loss].short);
}

/** Functions and the class that the loss needs. */
export function objective(spec: Spec, model: Model): string[][] {
  const blocks: string[][] = [];
  const summed = reductionOf(spec) === 'sum';
  const { name } = words[spec.training.loss];
  const importance = importanceOf(spec);
  const output = misreadsLogits(spec, model) ? 'output + 0.0' : 'output';
  const note = misreadsLogits(spec, model) ? ['    # A sum, because Keras takes the logits of a softmax for those of a sigmoid.'] : [];
  if (lossName(spec, model) === 'reconstruction_loss') {
    blocks.push([
      'def reconstruction_loss(target, output):',
      `    """${summed ? 'Summed over the numbers of a sample, as in the evidence lower bound.' : 'Of the probabilities themselves.'}"""`, ...note,
      `    return ${summed ? 'FEATURES * ' : ''}keras.losses.${name}(target, ${output})`,
    ]);
  }
  const contractive = spec.penalties.filter(({ type }) => type === 'contractive') as Contractive[];
  const normalized = contractive.length > 0 && model.layers.some(({ part, spec: { type } }) => part === 'encoder' && type === 'batchNormalization');
  if (normalized) blocks.push(classes.walk);
  for (const exact of [true, false]) {
    if (!contractive.some(penalty => isExact(penalty, sizeOf(model.latentShape)) === exact)) continue;
    blocks.push(classes.contraction({ exact, normalized, gaussian: spec.latent.type === 'gaussian' }));
  }
  if (importance === 1 && contractive.length === 0) return blocks;
  blocks.push([
    'class Autoencoder(keras.Model):',
    `    """${importance > 1 ? 'Minimises the negative importance-weighted bound (Burda et al., 2016).' : 'Adds the contractive penalty to the loss.'}"""`, '',
    '    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):',
    ...(importance > 1 ? [
      '        output, log_ratio = y_pred',
      `        losses = keras.losses.${name}(ops.repeat(y, ${importance}, axis=0), ${output})`,
      `        losses = ${summed ? 'FEATURES * ' : ''}ops.mean(ops.reshape(losses, (-1, ${importance}, math.prod(losses.shape[1:]))), axis=-1)`,
      `        loss = -ops.mean(ops.logsumexp(log_ratio - losses, axis=1) - math.log(${importance}))`,
      '        loss = loss + sum(self.losses)',
    ] : ['        loss = super().compute_loss(x, y, y_pred, sample_weight, training)']),
    ...contractive.map(penalty => {
      const exact = isExact(penalty, sizeOf(model.latentShape));
      return `        loss = loss + ${float(penalty.weight)} * ${exact ? 'contraction' : 'estimated_contraction'}(${['self.get_layer("encoder")', 'x', 'training', ...(exact ? [] : [String(penalty.projections)])].join(', ')})`;
    }),
    '        return loss',
  ]);
  return blocks;
}

/** Metrics that are functions of ours, as they are defined. */
export function metricFunctions(spec: Spec): string[][] {
  const { metrics } = spec.training;
  return [
    ...(metrics.includes('psnr') ? [classes.psnr] : []),
    ...(metrics.includes('ssim') ? [classes.ssim] : []),
    ...(metrics.includes('accuracy') ? [classes.accuracy] : []),
  ];
}

/** As compile() takes it. */
export function metricOf(name: MetricName): string {
  switch (name) {
    case 'mse': return 'keras.metrics.MeanSquaredError(name="mse")';
    case 'mae': return 'keras.metrics.MeanAbsoluteError(name="mae")';
    case 'binaryCrossentropy': return 'keras.metrics.BinaryCrossentropy()';
    case 'binaryAccuracy': return 'keras.metrics.BinaryAccuracy()';
    case 'psnr': case 'ssim': case 'accuracy': return name;
    default: return unreachable(name);
  }
}

/** A gaussian latent is measured by its mean, not by a draw: by functions, after an epoch. */
export function meanMetrics(spec: Spec): string[] {
  const functions: Readonly<Record<MetricName, string>> = {
    mse: 'keras.metrics.mean_squared_error', mae: 'keras.metrics.mean_absolute_error', binaryCrossentropy: 'keras.metrics.binary_crossentropy',
    binaryAccuracy: 'keras.metrics.binary_accuracy', psnr: 'psnr', ssim: 'ssim', accuracy: 'accuracy',
  };
  return [
    'class MeanMetrics(keras.callbacks.Callback):',
    '    """Measures the reconstructions from the mean codes, not from draws."""', '',
    `    METRICS = {${spec.training.metrics.map(name => `${text(name)}: ${functions[name]}`).join(', ')}}`, '',
    '    def __init__(self, encoder, decoder, x, y):',
    '        super().__init__()',
    '        self.networks, self.x, self.y = (encoder, decoder), x, y', '',
    '    def on_epoch_end(self, epoch, logs=None):',
    '        output = reconstruct(*self.networks, self.x)',
    '        for name, metric in self.METRICS.items():',
    '            logs[f"val_{name}"] = float(ops.mean(metric(self.y, ops.convert_to_tensor(output))))',
  ];
}

/** The learning rate, and whether it depends on the number of steps in an epoch. */
export function learningRate(spec: LearningRateSpec): { readonly source: string; readonly bySteps: boolean; readonly warmup: boolean } {
  const rate = float(spec.learningRate);
  const warm = spec.warmupEpochs > 0;
  const warmSteps = `round(${float(spec.warmupEpochs)} * steps_per_epoch)`;
  const schedule = (name: string, options: Record<string, string>): string => call(`keras.optimizers.schedules.${name}`, [rate], options);
  if (spec.type === 'cosine') {
    const alpha = spec.minimum > 0 ? float(spec.minimum / spec.learningRate) : undefined;
    if (!warm) return { source: call('keras.optimizers.schedules.CosineDecay', [rate], { decay_steps: 'EPOCHS * steps_per_epoch', alpha }), bySteps: true, warmup: false };
    return {
      source: call('keras.optimizers.schedules.CosineDecay', ['0.0'], { decay_steps: `max(1, EPOCHS * steps_per_epoch - ${warmSteps})`, alpha, warmup_target: rate, warmup_steps: warmSteps }),
      bySteps: true, warmup: false,
    };
  }
  const then = spec.type === 'constant' ? rate
    : spec.type === 'step' ? schedule('ExponentialDecay', { decay_steps: `${spec.epochs} * steps_per_epoch`, decay_rate: float(spec.factor), staircase: 'True' })
      : schedule('ExponentialDecay', { decay_steps: 'steps_per_epoch', decay_rate: float(spec.factor) });
  return warm ? { source: call('Warmup', [rate, warmSteps, then]), bySteps: true, warmup: true } : { source: then, bySteps: spec.type !== 'constant', warmup: false };
}

const optimizers: Readonly<Record<OptimizerSpec['type'], string>> = {
  sgd: 'SGD', adam: 'Adam', adamw: 'AdamW', nadam: 'Nadam', adadelta: 'Adadelta', rmsprop: 'RMSprop', adagrad: 'Adagrad',
};
/** Keras's names of the options that are numbers, and its defaults. */
const numbers: Readonly<Record<string, readonly [name: string, usual: number]>> = {
  momentum: ['momentum', 0], beta1: ['beta_1', 0.9], beta2: ['beta_2', 0.999], epsilon: ['epsilon', 1e-7], weightDecay: ['weight_decay', 0.004],
  initialAccumulatorValue: ['initial_accumulator_value', 0.1],
};

/** With the rate by name where it is a schedule. */
function optimizerCall(spec: OptimizerSpec): string {
  const options: Record<string, string | undefined> = { learning_rate: learningRate(spec.learningRate).bySteps ? 'learning_rate' : learningRate(spec.learningRate).source };
  for (const [option, value] of Object.entries(spec)) {
    if (option === 'rho') options['rho'] = value === (spec.type === 'adadelta' ? 0.95 : 0.9) ? undefined : float(value as number);
    else if (option === 'nesterov' || option === 'centered') options[option] = value === true ? boolean(true) : undefined;
    else if (option in numbers) {
      const [name, usual] = numbers[option]!;
      options[name] = value === usual ? undefined : float(value as number);
    }
  }
  // Keras allows one of them; of several, this is the order in which it would look.
  if (spec.clipNorm !== undefined) options['clipnorm'] = float(spec.clipNorm);
  else if (spec.globalClipNorm !== undefined) options['global_clipnorm'] = float(spec.globalClipNorm);
  else if (spec.clipValue !== undefined) options['clipvalue'] = float(spec.clipValue);
  return call(`keras.optimizers.${optimizers[spec.type]}`, [], options);
}

export function compileFunction(spec: Spec, model: Model): string[] {
  const { bySteps, source } = learningRate(spec.training.optimizer.learningRate);
  const loss = lossName(spec, model);
  const metrics = spec.latent.type === 'gaussian' ? [] : spec.training.metrics.map(metricOf);
  return [
    `def compile_model(autoencoder${bySteps ? ', steps_per_epoch' : ''}):`,
    ...(bySteps ? [`    learning_rate = ${source}`] : []),
    '    autoencoder.compile(',
    ...indented([
      `optimizer=${optimizerCall(spec.training.optimizer)},`,
      ...(loss === undefined ? [] : [`loss=${loss},`]),
      ...(metrics.length === 0 ? [] : [`metrics=[${metrics.join(', ')}],`]),
    ], 8),
    '    )',
  ];
}
