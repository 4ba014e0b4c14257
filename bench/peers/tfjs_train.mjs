// Trains a case of the benchmark with tf.layers and model.fit of @tensorflow/tfjs-node (AECONF_TENSORFLOW names its installation). Its
// weights are its own; everything else is as in the other trainings.
//   node tfjs_train.mjs FOLDER THREADS
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import util from 'node:util';

const [folder, threads] = process.argv.slice(2);
Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: threads, TF_NUM_INTEROP_THREADS: threads });
// Gone since Node 23, and still asked for by the package.
util.isNullOrUndefined ??= value => value === null || value === undefined;
util.isArray ??= Array.isArray;
const tf = createRequire(join(process.env.AECONF_TENSORFLOW, 'package.json'))('@tensorflow/tfjs-node');

const { description, batchSize, scale } = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8'));

/** The array of an .npy file of ours (npz.ts): version 1.0, row-major. */
function load(name) {
  const file = readFileSync(join(folder, `${name}.npy`));
  const start = 10 + file.readUInt16LE(8);
  const header = file.toString('latin1', 10, start);
  const shape = /\(([\d, ]+)\)/.exec(header)[1].split(',').filter(text => text.trim() !== '').map(Number);
  const bytes = file.buffer.slice(file.byteOffset + start, file.byteOffset + file.length);
  return { shape, data: header.includes('i4') ? new Int32Array(bytes) : new Uint8Array(bytes) };
}

class Corruption extends tf.layers.Layer {
  static className = 'Corruption';
  constructor(spec) {
    super({});
    this.spec = spec;
  }
  computeOutputShape(shape) {
    return shape;
  }
  call(inputs) {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    const noisy = x.add(tf.randomNormal(x.shape, this.spec.mean, this.spec.stddev));
    return this.spec.clip ? noisy.clipByValue(0, 1) : noisy;
  }
}

function activated(spec) {
  const { type, slope, alpha } = spec.activation;
  if (type === 'leakyRelu') return [tf.layers.leakyReLU({ alpha: slope })];
  if (type === 'elu') return [tf.layers.elu({ alpha })];
  if (type === 'linear') return [];
  return [tf.layers.activation({ activation: type })];
}

function convolution(spec) {
  const { filters, kernelSize, strides, padding, useBias, inputShape, outputShape } = spec;
  const explicit = Array.isArray(padding);
  const options = { filters, kernelSize, strides, useBias, padding: explicit ? 'valid' : padding };
  if (spec.type === 'conv2d') {
    const border = explicit && padding.some(n => n > 0) ? [tf.layers.zeroPadding2d({ padding: padding.map(n => [n, n]) })] : [];
    return [...border, tf.layers.conv2d(options)];
  }
  // What a full transposed convolution gives beyond the output is cut off.
  const over = outputShape.slice(0, 2).map((size, i) => (explicit ? (inputShape[i] - 1) * strides[i] + kernelSize[i] - size : 0));
  const cut = over.map((n, i) => [explicit ? padding[i] : 0, explicit ? n - padding[i] : 0]);
  return [tf.layers.conv2dTranspose(options), ...(over.some(n => n > 0) ? [tf.layers.cropping2D({ cropping: cut })] : [])];
}

const makers = {
  dense: spec => [tf.layers.dense({ units: spec.units, useBias: spec.useBias }), ...activated(spec)],
  conv2d: spec => [...convolution(spec), ...activated(spec)],
  conv2dTranspose: spec => [...convolution(spec), ...activated(spec)],
  flatten: () => [tf.layers.flatten()],
  reshape: spec => [tf.layers.reshape({ targetShape: spec.targetShape })],
  activation: activated,
  dropout: spec => [tf.layers.dropout({ rate: spec.rate })],
  batchNormalization: spec => [tf.layers.batchNormalization({ momentum: spec.momentum, epsilon: spec.epsilon, center: spec.center, scale: spec.scale })],
};

function network() {
  const input = tf.input({ shape: description.inputShape });
  let x = input;
  for (const spec of description.corruption) x = new Corruption(spec).apply(x);
  for (const spec of description.layers) {
    if (makers[spec.type] === undefined) throw new Error(`tf.layers has no ${spec.type}.`);
    for (const layer of makers[spec.type](spec)) x = layer.apply(x);
  }
  return tf.model({ inputs: input, outputs: x });
}

const model = network();
const { learningRate, beta1, beta2, epsilon } = description.optimizer;
const losses = { mse: 'meanSquaredError', mae: 'meanAbsoluteError', binaryCrossentropy: 'binaryCrossentropy' };
model.compile({ optimizer: tf.train.adam(learningRate.learningRate, beta1, beta2, epsilon), loss: losses[description.loss] });
const flat = model.outputs[0].shape.length === 2;
const tensors = (name, order) => tf.tidy(() => {
  const { shape, data } = load(name);
  const x = tf.tensor(Float32Array.from(data, value => value * scale), shape);
  const ordered = order === undefined ? x : tf.gather(x, tf.tensor1d(load(order).data, 'int32'));
  return [ordered, flat ? ordered.reshape([shape[0], -1]) : ordered.clone()];
});
const [x, y] = tensors('train', 'order');
const validationData = tensors('validation');
const say = facts => { console.log(JSON.stringify(facts)); };
const fit = { epochs: 1, batchSize, shuffle: false, verbose: 0, yieldEvery: 'never' };
const { history } = await model.fit(x, y, { ...fit, validationData });
say({ loss: history.loss[0], validationLoss: history.val_loss[0], tfjs: tf.version.tfjs });

let share = x.shape[0];
for await (const line of createInterface({ input: process.stdin })) {
  const [word, wanted] = line.split(' ');
  if (word === 'end') break;
  const before = process.cpuUsage();
  let [samples, seconds] = [0, 0];
  // One epoch over as many of the samples as that takes, by the speed of the last one; then what is missing.
  while (seconds < Number(wanted)) {
    const [input, target] = [x, y].map(all => all.slice(0, share));
    const began = performance.now();
    await model.fit(input, target, fit);
    const spent = (performance.now() - began) / 1000;
    tf.dispose([input, target]);
    samples += share;
    seconds += spent;
    share = Math.min(x.shape[0], (Math.floor(1.05 * share / spent * Number(wanted) / batchSize) + 1) * batchSize);
  }
  const { user, system } = process.cpuUsage(before);
  say({ samples, seconds, cpu: (user + system) / 1e6 });
}
