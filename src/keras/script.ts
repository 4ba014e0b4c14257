// A model of ours as a Python script for Keras 3, which computes the same numbers from the same weights. What Keras has is written as
// Keras has it; what it has not, the script defines (classes.ts). What neither could say exactly is refused by name.
import { StudioError } from '../core/errors.ts';
import { sizeOf } from '../core/tensor.ts';
import type { Model } from '../model/model.ts';
import { decayingKernels } from '../model/penalties.ts';
import type { Spec } from '../spec/schema.ts';
import * as classes from './classes.ts';
import { corruptionFunction, dataPart } from './data.ts';
import { NetworkWriter, type Place } from './network.ts';
import { plainly, text, tuple } from './python.ts';
import { annealOf, compileFunction, importanceOf, learningRate, meanMetrics, metricFunctions, objective } from './training.ts';

export interface ScriptOptions {
  readonly title: string;
  /** "the run 20…, after epoch 35"; undefined for a model that was not trained. */
  readonly trained: string | undefined;
  /** Whether weights.npz has `samples`, and with noise `inputs`, to be reconstructed. */
  readonly samples: boolean;
  /** Where relative paths of the spec start. */
  readonly baseFolder: string;
}

export interface KerasScript {
  readonly text: string;
  /** Which number goes where in weights.npz. */
  readonly places: readonly Place[];
}

/** @throws StudioError('spec') naming the key of what cannot be said exactly. */
export function kerasScript(spec: Spec, model: Model, options: ScriptOptions): KerasScript {
  refuse(spec, model, options.trained !== undefined);
  const network = new NetworkWriter(model, spec).write();
  const { warmup } = learningRate(spec.training.optimizer.learningRate);
  const annealed = annealOf(spec) > 0;
  const corrupts = spec.corruption.length > 0;
  const data = dataPart(spec, options.baseFolder);
  const gaussian = { freeBits: spec.latent.type === 'gaussian' && spec.latent.freeBits > 0, annealed, importance: importanceOf(spec) > 1 };
  const known: Readonly<Record<string, string[]>> = {
    TopK: classes.topK, ActivityL1: classes.activityL1, KLSparsity: classes.klSparsity, VectorQuantizer: classes.vectorQuantizer,
    MaximumMeanDiscrepancy: classes.discrepancy, Gaussian: classes.gaussian(gaussian),
  };
  const measuresMeans = spec.latent.type === 'gaussian' && spec.training.metrics.length > 0;
  const blocks: string[][] = [
    ...Object.keys(known).filter(name => network.classes.has(name)).map(name => known[name]!),
    ...objective(spec, model),
    [...network.lines],
    ...metricFunctions(spec),
    ...(warmup ? [classes.warmup] : []),
    compileFunction(spec, model),
    ...(options.trained === undefined ? [] : [loadWeights]),
    reconstruct(spec),
    [...data.lines],
    ...(corrupts ? [corruptionFunction(spec.corruption)] : []),
    ...(drawsBatches(spec) ? [batches(spec, network.flatOutput)] : []),
    ...(annealed ? [classes.annealing] : []),
    ...(measuresMeans ? [meanMetrics(spec)] : []),
    trainFunction(spec, network.flatOutput, measuresMeans),
    mainBlock(spec, options, data.given),
  ];
  const body = blocks.map(block => block.join('\n')).join('\n\n\n');
  return { text: `${head(spec, model, options, body).join('\n')}\n\n\n${body}\n`, places: network.places };
}

/** What a script could not do as the spec says. */
function refuse(spec: Spec, model: Model, trained: boolean): void {
  const no = (key: string, why: string, cure: string): never => { throw new StudioError('spec', `"${key}" cannot be written in Keras exactly: ${why} ${cure}`); };
  const { latent, penalties, training } = spec;
  if (!trained && spec.pretraining !== undefined) no('pretraining', 'Keras has nothing that trains layer by layer, so the script could not start where the training starts.', 'Train the model and export the run, or leave the key out.');
  if (!trained && spec.init !== undefined) no('init', 'its weights lie in another run.', 'Train the model and export the run, or leave the key out.');
  if (latent.type === 'gaussian' && latent.importanceSamples > 1 && latent.freeBits > 0) no('latent.freeBits', 'the importance-weighted bound has no divergence by dimension.', 'Leave out "freeBits" or "importanceSamples".');
  penalties.forEach((penalty, i) => {
    if (penalty.type === 'contractive' && model.layers.some(({ part, spec: { type } }) => part === 'encoder' && type === 'dropout')) {
      no(`penalties.${i}`, 'Keras would draw the dropout of the encoder anew for the Jacobian.', 'Leave out one of the two.');
    }
    if (penalty.type !== 'weightDecay') return;
    const fixed = decayingKernels(penalty, model).find(({ trainable }) => !trainable);
    if (fixed !== undefined) no(`penalties.${i}`, `it counts ${fixed.name}, which is frozen, and Keras leaves frozen weights out of its loss.`, 'Name the layers that are trained in "layers".');
  });
  if (training.metrics.includes('ssim') && model.inputShape.length !== 3) no('training.metrics', '"ssim" needs images.', 'Leave it out.');
  for (const { spec: layer, part, name, outputShape } of model.layers) {
    // Of [height, width] without channels, ours counts rows as features and Keras columns.
    const byFeature = layer.type === 'batchNormalization' || ('activation' in layer && layer.activation.type === 'softmax');
    if (byFeature && outputShape.length === 2) no(`${part}/${name}`, 'its features are rows here and columns in Keras.', 'Give the data a shape with channels, such as [28, 28, 1].');
  }
}

/** Whether batches are drawn anew each time, which arrays in memory are not. */
function drawsBatches({ corruption, data }: Spec): boolean {
  return corruption.length > 0 || data.binarize === 'sample';
}

function head(spec: Spec, model: Model, { title, trained }: ScriptOptions, body: string): string[] {
  const { training } = spec;
  const contractive = spec.penalties.some(({ type }) => type === 'contractive');
  const needsTensorflow = contractive ? 'the contractive penalty differentiates the encoder' : annealOf(spec) > 0 ? 'a callback changes the weight of the divergence' : undefined;
  const from = trained === undefined ? 'Not trained yet.' : `The weights in weights.npz are those of ${plainly(trained)}.`;
  const start = spec.pretraining !== undefined || spec.init !== undefined;
  return [
    `"""${plainly(title)}: an autoencoder in Keras 3, written by Autoencoder Studio.`, '',
    from,
    ...(trained === undefined ? [] : ['    python model.py            reconstructs a few samples']),
    `    python model.py --train    trains${trained !== undefined && start ? ` on from these weights: they began with ${spec.pretraining === undefined ? 'another run' : 'pretraining'}, which is not repeated here` : ''}`, '',
    'Layers, loss, optimiser and noise are those of the configuration; only random numbers (first weights, order, noise, draws) are',
    'Keras\'s and NumPy\'s own. Checked with Keras 3.15 on TensorFlow.',
    '"""',
    'import argparse',
    ...(body.includes('math.') ? ['import math'] : []),
    ...(needsTensorflow === undefined ? [] : ['import os']),
    ...(trained === undefined ? [] : ['import pathlib']),
    '',
    ...(needsTensorflow === undefined ? [] : [`os.environ["KERAS_BACKEND"] = "tensorflow"  # ${needsTensorflow}`]),
    'import keras',
    ...(/\bnp\./.test(body) ? ['import numpy as np'] : []),
    ...(contractive ? ['import tensorflow as tf'] : []),
    `from keras import layers${/\bops\./.test(body) ? ', ops' : ''}`, '',
    ...(spec.description === undefined ? [] : [`# ${plainly(spec.description)}`]),
    `INPUT_SHAPE = ${tuple(model.inputShape)}`,
    ...(/\bFEATURES\b/.test(body) ? [`FEATURES = ${sizeOf(model.inputShape)}`] : []),
    ...(/\bCODE_SIZE\b/.test(body) ? [`CODE_SIZE = ${sizeOf(model.latentShape)}`] : []),
    `EPOCHS = ${training.epochs}`,
    `BATCH_SIZE = ${training.batchSize}`,
    `SEED = ${spec.seed}`,
    ...(trained === undefined ? [] : ['WEIGHTS = pathlib.Path(__file__).with_name("weights.npz")']),
  ];
}

const loadWeights = [
  'def load_weights(encoder, decoder, file=WEIGHTS):',
  '    """The trained weights, in the file by the names of model, layer and variable."""',
  '    with np.load(file) as weights:',
  '        for model in (encoder, decoder):',
  '            for layer in model.layers:',
  '                for variable in layer.weights:',
  '                    variable.assign(weights[f"{model.name}/{layer.name}/{variable.name}"])',
];

function reconstruct({ latent }: Spec): string[] {
  const code = latent.type === 'gaussian' ? ['    code, _ = encoder.predict(x, verbose=0)'] : ['    code = encoder.predict(x, verbose=0)'];
  return ['def reconstruct(encoder, decoder, x):', `    """What the decoder makes of the ${latent.type === 'gaussian' ? 'mean codes' : 'codes'}."""`, ...code, '    return decoder.predict(code, verbose=0)'];
}

/** @param flat whether reconstructions are vectors where samples are images. */
function batches({ corruption, data }: Spec, flat: boolean): string[] {
  const drawn = data.binarize === 'sample';
  const seen = corruption.length > 0 ? 'corrupt(clean, self.random)' : 'clean';
  return [
    'class Batches(keras.utils.PyDataset):',
    `    """Batches of inputs and targets; ${drawn && corruption.length > 0 ? 'pixels and noise are' : drawn ? 'pixels are' : 'noise is'} drawn anew for every batch."""`, '',
    '    def __init__(self, samples, shuffle):',
    '        super().__init__()',
    '        self.samples, self.shuffle = samples, shuffle',
    '        self.random = np.random.default_rng(SEED)',
    '        self.order = np.arange(len(samples))',
    '        self.on_epoch_end()', '',
    '    def __len__(self):',
    '        return math.ceil(len(self.samples) / BATCH_SIZE)', '',
    '    def __getitem__(self, index):',
    '        clean = self.samples[self.order[index * BATCH_SIZE:(index + 1) * BATCH_SIZE]]',
    ...(drawn ? ['        clean = (self.random.random(clean.shape) < clean).astype("float32")'] : []),
    `        return ${seen}, ${flat ? 'clean.reshape(len(clean), -1)' : 'clean'}`, '',
    '    def on_epoch_end(self):',
    '        if self.shuffle:',
    '            self.random.shuffle(self.order)',
  ];
}

function trainFunction(spec: Spec, flat: boolean, measuresMeans: boolean): string[] {
  const { training, corruption, data } = spec;
  const { bySteps } = learningRate(training.optimizer.learningRate);
  const annealed = annealOf(spec);
  const shuffle = training.shuffle ? 'True' : 'False';
  const drawn = drawsBatches(spec);
  const target = (samples: string): string => (flat ? `${samples}.reshape(len(${samples}), -1)` : samples);
  const validation = corruption.length > 0 ? 'corrupt(x_test, random)' : 'x_test';
  const stop = training.earlyStopping;
  const callbacks = [
    ...(annealed > 0 ? [`Annealing(autoencoder.get_layer("latent"), ${annealed}, steps_per_epoch)`] : []),
    ...(measuresMeans ? ['MeanMetrics(encoder, decoder, *validation)'] : []),
    ...(stop === undefined ? [] : [
      `keras.callbacks.EarlyStopping(monitor=${text(stop.monitor === 'trainLoss' ? 'loss' : 'val_loss')}, patience=${stop.patience}${stop.minDelta > 0 ? `, min_delta=${stop.minDelta}` : ''}${stop.restoreBest ? ', restore_best_weights=True' : ''})`,
    ]),
  ];
  return [
    'def train(encoder, decoder, autoencoder, x_train, x_test):',
    ...(bySteps || annealed > 0 ? ['    steps_per_epoch = math.ceil(len(x_train) / BATCH_SIZE)'] : []),
    ...(drawn ? ['    random = np.random.default_rng(SEED)'] : []),
    ...(data.binarize === 'sample' ? ['    x_test = (random.random(x_test.shape) < x_test).astype("float32")  # drawn once'] : []),
    `    validation = (${validation}, ${target('x_test')})`,
    `    compile_model(autoencoder${bySteps ? ', steps_per_epoch' : ''})`,
    '    return autoencoder.fit(',
    drawn ? `        Batches(x_train, shuffle=${shuffle}), epochs=EPOCHS,` : `        x_train, ${target('x_train')}, epochs=EPOCHS, batch_size=BATCH_SIZE${training.shuffle ? '' : ', shuffle=False'},`,
    '        validation_data=validation if len(x_test) > 0 else None, validation_batch_size=BATCH_SIZE,',
    ...(callbacks.length === 0 ? [] : ['        callbacks=[', ...callbacks.map(callback => `            ${callback},`), '        ],']),
    '    )',
  ];
}

function mainBlock(spec: Spec, { trained, samples }: ScriptOptions, given: boolean): string[] {
  const corrupts = spec.corruption.length > 0;
  const begins = spec.pretraining !== undefined || spec.init !== undefined;
  const load = '    load_weights(encoder, decoder)';
  const data = `load_data(${given ? 'options.data' : ''})`;
  const own = trained !== undefined && samples;
  return [
    'if __name__ == "__main__":',
    `    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)`,
    '    parser.add_argument("--train", action="store_true", help="train before reconstructing")',
    ...(given ? ['    parser.add_argument("--data", metavar="FILE", help="an .npz file with x_train and x_test; Keras has no reader for this data set")'] : []),
    '    options = parser.parse_args()',
    ...(given ? [
      `    if ${own ? 'options.train and ' : ''}options.data is None:`,
      '        parser.error("--data FILE is needed: an .npz file with x_train and x_test")',
    ] : []),
    '    keras.utils.set_random_seed(SEED)',
    '    encoder, decoder, autoencoder = build_autoencoder()',
    '    autoencoder.summary(expand_nested=True)',
    ...(trained !== undefined && begins ? [load] : []),
    ...(own ? [] : [`    x_train, x_test = ${data}`]),
    '    if options.train:',
    ...(own ? [`        x_train, x_test = ${data}`] : []),
    '        train(encoder, decoder, autoencoder, x_train, x_test)',
    ...(trained === undefined || begins ? [] : ['    else:', `    ${load}`]),
    ...(own ? [
      '    with np.load(WEIGHTS) as archive:',
      `        clean, seen = archive["samples"], archive[${text(corrupts ? 'inputs' : 'samples')}]`,
    ] : [
      '    clean = x_test[:8] if len(x_test) > 0 else x_train[:8]',
      ...(corrupts ? ['    seen = corrupt(clean, np.random.default_rng(SEED))'] : ['    seen = clean']),
    ]),
    '    output = reconstruct(encoder, decoder, seen).reshape(clean.shape)',
    '    for number, error in enumerate(((output - clean) ** 2).reshape(len(clean), -1).mean(axis=1)):',
    '        print(f"sample {number}: mean squared error {error:.6f}")',
  ];
}
