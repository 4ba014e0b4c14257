// What no schema can say: rules between keys of a spec that is well formed. Nothing here needs the shape of the data; what
// does stands in src/model.
import { unreachable } from '../core/errors.ts';
import type { ActivationSpec, LayerSpec, OptimizerSpec, ProbeSpec, Spec } from './schema.ts';
import { diagnosticAt, locate, propertyOf, shortPlace, type Source, type Syntax } from './parse.ts';
import { formatPath, type Diagnostic, type Fix, type SpecPath } from './diagnostics.ts';
import { idleDefaults } from './defaults.ts';
import { keepTheirOwn } from './schema/defaults.ts';
import { checkSweep } from './sweep.ts';

type Finding = Pick<Diagnostic, 'severity' | 'code' | 'message' | 'cure'> & { readonly fix?: Fix };

/** Findings about a resolved spec; `tree` says where things stand. */
export function checkMeaning(spec: Spec, tree: Syntax, source: Source): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const report = (path: SpecPath, finding: Finding) => {
    diagnostics.push(diagnosticAt(source, shortPlace(locate(tree, path)), path, { kind: 'meaning', ...finding }));
  };
  checkDefaults(tree, report);
  checkLayers(spec.encoder, ['encoder'], report);
  if (Array.isArray(spec.decoder)) checkLayers(spec.decoder, ['decoder'], report);
  if (spec.probe !== undefined) checkProbe(spec, spec.probe, report);
  checkLatent(spec, tree, report);
  checkInitializers(spec, tree, report);
  checkOutput(spec, tree, report);
  checkPretraining(spec, report);
  checkTraining(spec, report);
  checkData(spec, report);
  if (spec.sweep !== undefined) checkSweep(spec.sweep, tree, source, report);
  return diagnostics;
}

type Report = (path: SpecPath, finding: Finding) => void;

function checkDefaults(tree: Syntax, report: Report): void {
  for (const key of idleDefaults(tree)) {
    report(['defaults', key], {
      severity: 'warning', code: 'no-effect', message: `no layer of this model takes "${key}" from here.`,
      cure: key === 'activation' ? `It is for layers with weights, but not for ${keepTheirOwn}. Write it there, or remove it here.` : 'Remove it.',
    });
  }
}

function checkLayers(layers: readonly LayerSpec[], path: SpecPath, report: Report): void {
  const firstWith = new Map<string, number>();
  for (const [index, layer] of layers.entries()) {
    const at = [...path, index];
    if (layer.name !== undefined) {
      const first = firstWith.get(layer.name);
      if (first !== undefined) {
        report([...at, 'name'], { severity: 'error', code: 'duplicate-layer-name', message: `the name "${layer.name}" is already that of ${formatPath([...path, first])}.`, cure: 'Give each layer of a part a name of its own, or leave the name out.' });
      } else firstWith.set(layer.name, index);
      if (layer.name.includes('/')) {
        report([...at, 'name'], { severity: 'error', code: 'bad-layer-name', message: `the name "${layer.name}" contains "/", which separates parts in the names of weights.`, cure: `Write "${layer.name.replaceAll('/', '_')}".` });
      }
    }
    if (layer.type === 'reshape') checkShape(layer.targetShape, [...at, 'targetShape'], report);
    if (layer.type === 'conv2dTranspose' && layer.outputPadding !== undefined) {
      const tooLarge = layer.outputPadding.findIndex((padding, axis) => padding >= layer.strides[axis]!);
      if (tooLarge !== -1) {
        report([...at, 'outputPadding'], {
          severity: 'error', code: 'output-padding', message: `outputPadding ${layer.outputPadding[tooLarge]} is not less than strides ${layer.strides[tooLarge]}.`,
          cure: layer.strides[tooLarge] === 1 ? 'Leave outputPadding out: with strides 1 the size is never in doubt.' : `Write at most ${layer.strides[tooLarge]! - 1}, or raise strides.`,
        });
      }
    }
  }
}

/** Samples and codes are vectors or images. */
function checkShape(shape: readonly number[], path: SpecPath, report: Report): void {
  if (shape.length !== 2) return;
  report(path, { severity: 'error', code: 'bad-shape', message: `a shape of two numbers, ${shape.join('×')}, is neither a vector nor an image.`, cure: `Write [${shape.join(', ')}, 1] for an image of one channel, or [${shape[0]! * shape[1]!}] for a vector.` });
}

function checkProbe(spec: Spec, probe: ProbeSpec, report: Report): void {
  checkLayers(probe.layers, ['probe', 'layers'], report);
  checkOptimizer(probe.optimizer, ['probe', 'optimizer'], probe.epochs, report);
  if (spec.data.validation !== 0) return;
  report(['probe'], { severity: 'error', code: 'conflict', message: 'a probe is judged on validation samples, but "validation" is 0.', cure: 'Give data.validation a share such as 0.1, or remove the probe.' });
}

function checkLatent(spec: Spec, tree: Syntax, report: Report): void {
  if (spec.latent.type !== 'plain' || spec.latent.units !== undefined) return;
  const node = propertyOf(tree, 'latent')?.value;
  for (const property of node?.kind === 'object' ? node.properties : []) {
    if (property.key === 'type') continue;
    report(['latent', property.key], { severity: 'warning', code: 'no-effect', message: `"${property.key}" has no effect: without "units" the latent adds no layer.`, cure: 'Add "units", or remove this key.' });
  }
}

function checkInitializers(spec: Spec, tree: Syntax, report: Report): void {
  const parts: [SpecPath, NonNullable<Spec['defaults']> | LayerSpec | Spec['latent']][] = [
    [['defaults'], spec.defaults ?? {}],
    ...spec.encoder.map((layer, index): [SpecPath, LayerSpec] => [['encoder', index], layer]),
    [['latent'], spec.latent],
    ...(Array.isArray(spec.decoder) ? spec.decoder.map((layer, index): [SpecPath, LayerSpec] => [['decoder', index], layer]) : []),
  ];
  for (const [path, layer] of parts) {
    for (const key of ['kernelInitializer', 'biasInitializer'] as const) {
      // What a layer took from `defaults` is told there.
      if (propertyOf(locate(tree, path), key) === undefined) continue;
      const initializer = (layer as Extract<LayerSpec, { type: 'dense' }>)[key];
      if (initializer.type === 'randomUniform' && initializer.minval > initializer.maxval) {
        report([...path, key, 'minval'], { severity: 'error', code: 'empty-range', message: `minval ${initializer.minval} is above maxval ${initializer.maxval}.`, cure: 'Swap them.' });
      }
    }
  }
}

/** The activation a list of layers ends in; linear when the last thing done is no activation. Dropout rescales, so it ends the search. */
export function lastActivation(layers: readonly LayerSpec[]): ActivationSpec {
  const last = layers.findLast(layer => layer.type !== 'flatten' && layer.type !== 'reshape');
  return last !== undefined && 'activation' in last ? last.activation : { type: 'linear' };
}

/** The activation that says what the numbers of a reconstruction can be; pooling and upsampling behind it change nothing about that. */
export function outputActivation({ decoder }: Pick<Spec, 'decoder'>): ActivationSpec {
  if (!Array.isArray(decoder)) return decoder.outputActivation;
  return lastActivation(decoder.filter(layer => !['maxPooling2d', 'averagePooling2d', 'upSampling2d'].includes(layer.type)));
}

/** The smallest and the largest value, or what they come near to. */
export function activationRange(activation: ActivationSpec): readonly [low: number, high: number] {
  switch (activation.type) {
    case 'sigmoid': case 'softmax': return [0, 1];
    case 'tanh': return [-1, 1];
    case 'relu': case 'softplus': return [0, Infinity];
    case 'leakyRelu': return [activation.slope > 0 ? -Infinity : 0, Infinity];
    case 'elu': return [-Math.max(0, activation.alpha), Infinity];
    case 'selu': return [-1.7581, Infinity];
    case 'gelu': return [-0.17, Infinity];
    case 'swish': return [-0.2785, Infinity];
    case 'linear': return [-Infinity, Infinity];
    default: return unreachable(activation);
  }
}

function checkOutput(spec: Spec, tree: Syntax, report: Report): void {
  if (spec.training.loss !== 'binaryCrossentropy') return;
  const mirrored = !Array.isArray(spec.decoder);
  const activation = outputActivation(spec);
  if (activation.type === 'sigmoid' || activation.type === 'softmax') return;
  const lastIndex = Array.isArray(spec.decoder) ? spec.decoder.findLastIndex(layer => 'activation' in layer) : -1;
  const path: SpecPath = mirrored ? ['decoder', 'outputActivation'] : lastIndex === -1 ? ['decoder'] : ['decoder', lastIndex, 'activation'];
  const node = locate(tree, path);
  report(path, {
    severity: 'warning', code: 'output-range',
    message: `binaryCrossentropy needs an output in [0, 1], but the decoder ends in ${activation.type === 'linear' ? 'no activation' : activation.type}.`,
    cure: 'End it in "sigmoid", or take the loss "mse".',
    ...(node.kind === 'string' && node.value === activation.type
      ? { fix: { title: 'Replace by "sigmoid"', offset: node.offset, length: node.length, text: '"sigmoid"' } } : {}),
  });
}

function checkPretraining({ init, pretraining }: Spec, report: Report): void {
  if (init === undefined || pretraining === undefined) return;
  report(['pretraining'], { severity: 'error', code: 'conflict', message: '"init" and "pretraining" both say what the weights are before training.', cure: 'Keep one of them.' });
}

function checkTraining(spec: Spec, report: Report): void {
  const { optimizer, earlyStopping, epochs } = spec.training;
  checkOptimizer(optimizer, ['training', 'optimizer'], epochs, report);
  if (earlyStopping?.monitor === 'validationLoss' && spec.data.validation === 0) {
    report(['training', 'earlyStopping'], { severity: 'error', code: 'conflict', message: 'early stopping watches the validation loss, but "validation" is 0.', cure: 'Give data.validation a share such as 0.1, or monitor "trainLoss".' });
  }
}

function checkOptimizer(optimizer: OptimizerSpec, at: SpecPath, epochs: number, report: Report): void {
  const clips = (['clipNorm', 'clipValue', 'globalClipNorm'] as const).filter(key => optimizer[key] !== undefined);
  if (clips.length > 1) {
    report([...at, clips[1]!], { severity: 'error', code: 'conflict', message: `${clips.map(key => `"${key}"`).join(' and ')} are both set.`, cure: 'Keep one way of clipping.' });
  }
  if (optimizer.type === 'sgd' && optimizer.nesterov && optimizer.momentum === 0) {
    report([...at, 'nesterov'], { severity: 'warning', code: 'no-effect', message: 'nesterov has no effect without momentum.', cure: 'Add "momentum": 0.9, or remove nesterov.' });
  }
  const rate = optimizer.learningRate;
  if (rate.type === 'cosine' && rate.minimum > rate.learningRate) {
    report([...at, 'learningRate', 'minimum'], { severity: 'warning', code: 'empty-range', message: `the rate would rise from ${rate.learningRate} to ${rate.minimum}.`, cure: 'Write a minimum below learningRate.' });
  }
  if (rate.warmupEpochs >= epochs) {
    report([...at, 'learningRate', 'warmupEpochs'], { severity: 'warning', code: 'empty-range', message: `the warm-up of ${rate.warmupEpochs} epochs lasts as long as the training of ${epochs}.`, cure: 'Write fewer, or train longer.' });
  }
}

function checkData(spec: Spec, report: Report): void {
  const { data } = spec;
  if ('shape' in data && data.shape !== undefined) checkShape(data.shape, ['data', 'shape'], report);
  if ((data.type === 'idx' || data.type === 'npy') && data.testLabels !== undefined && data.testImages === undefined) {
    report(['data', 'testLabels'], { severity: 'error', code: 'conflict', message: 'there are test labels but no test images.', cure: 'Add "testImages", or remove "testLabels".' });
  }
  checkNormalize(data, report);
  for (const [index, corruption] of spec.corruption.entries()) {
    if ('amount' in corruption && corruption.amount === 0) {
      report(['corruption', index, 'amount'], { severity: 'warning', code: 'no-effect', message: `${corruption.type} of amount 0 changes nothing.`, cure: 'Write a share above 0, or remove it.' });
    }
  }
}

function checkNormalize(data: Spec['data'], report: Report): void {
  if (!('normalize' in data) || data.normalize === undefined) return;
  if (data.binarize !== undefined) {
    report(['data', 'normalize'], { severity: 'error', code: 'conflict', message: '"binarize" takes values for probabilities, which "normalize" moves elsewhere.', cure: 'Keep one of them.' });
  }
  if (data.shape !== undefined && data.shape.length !== 1) {
    report(['data', 'normalize'], { severity: 'error', code: 'conflict', message: '"normalize" works column by column, but "shape" makes pictures of the columns.', cure: 'Bring pictures to [0, 1] with "divideBy", or remove "shape".' });
  }
  if (data.divideBy !== undefined) {
    report(['data', 'divideBy'], { severity: 'warning', code: 'no-effect', message: '"divideBy" has no effect beside "normalize", which chooses a unit for each column.', cure: 'Remove it.' });
  }
}
