// Runs for the loss page to show: curves with the shape and noise of real training, points arriving when a test says so.
import { RandomStream } from '../../src/core/random.ts';
import type { Curve, Finding, LossRun, RunLabel } from '../../src/protocol/messages.ts';
import { installHost, type FakeHost } from './fake-host.ts';

interface RunPlan {
  readonly id: string;
  readonly name: string;
  readonly state: RunLabel['state'];
  readonly epochs: number;
  readonly done: number;
  readonly floor: number;
  readonly start: number;
  readonly pace: number;
  readonly overfit?: number;
  readonly message?: string;
  readonly created?: number;
  /** Numbers in the code, and what principal components reach with as many. */
  readonly components?: readonly [count: number, mse: number];
  readonly findings?: readonly Finding[];
}

const stepsPerEpoch = 60;
const batchEvery = 4;

function losses(plan: RunPlan, epoch: number): { train: number; validation: number } {
  const fall = plan.floor + (plan.start - plan.floor) * Math.exp(-epoch / plan.pace);
  return { train: fall, validation: fall * 1.04 + (plan.overfit ?? 0) * epoch ** 1.5 };
}

function lossRun(plan: RunPlan, fromEpoch: number, toEpoch: number, withPenalty = false): LossRun {
  const random = new RandomStream(plan.id.length * 31 + plan.id.charCodeAt(0) + fromEpoch, 'sampling');
  const curve = (split: Curve['split'], per: Curve['per'], epochs: readonly number[], noise: number, value = 'loss'): Curve => ({
    value, split, per,
    epoch: Float64Array.from(epochs), step: Float64Array.from(epochs, e => Math.round(e * stepsPerEpoch)), time: Float64Array.from(epochs, e => e * 2300 * (1 + 0.05 * Math.sin(e / 6))),
    y: Float64Array.from(epochs, e => losses(plan, e)[split] * Math.exp(noise * random.normal()) * (value === 'loss' ? 1 : 0.2)),
  });
  const whole = Array.from({ length: Math.floor(toEpoch) - Math.floor(fromEpoch) }, (_, i) => Math.floor(fromEpoch) + i + 1);
  const batches = Array.from({ length: Math.floor((toEpoch - fromEpoch) * stepsPerEpoch / batchEvery) }, (_, i) => fromEpoch + ((i + 1) * batchEvery) / stepsPerEpoch);
  const validation = curve('validation', 'epoch', whole, 0.012);
  const all = Array.from({ length: Math.floor(toEpoch) }, (_, i) => losses(plan, i + 1).validation);
  const bestEpoch = all.indexOf(Math.min(...all)) + 1;
  return {
    run: { id: plan.id, name: plan.name, state: plan.state, epoch: toEpoch, epochs: plan.epochs, star: false, ...(toEpoch >= 1 ? { checkpoint: true as const } : {}), ...(plan.message ? { message: plan.message } : {}), ...(plan.created ? { created: plan.created } : {}), ...(plan.components ? { baseline: { components: plan.components[0], mse: plan.components[1], model: losses(plan, toEpoch).validation } } : {}) },
    lossName: 'mse', ...(plan.components ? { levels: { loss: plan.components[1] } } : {}),
    ...(bestEpoch > 0 ? { bestEpoch } : {}), ...(plan.findings ? { findings: plan.findings } : {}),
    curves: [
      curve('train', 'batch', batches, 0.09), curve('train', 'epoch', whole, 0.006), validation,
      ...(withPenalty ? [curve('train', 'epoch', whole, 0.02, 'sparsity')] : []),
    ],
  };
}

const live: RunPlan = { id: '20260301-101500-janet', name: 'janet-50', state: 'training', epochs: 35, done: 14.4, floor: 0.0119, start: 0.11, pace: 2.6 };
const finished = (id: string, name: string, change: Partial<RunPlan> = {}): RunPlan => ({ id, name, state: 'finished', epochs: 35, done: 35, floor: 0.0119, start: 0.11, pace: 2.6, ...change });

/** What a variational model with pretraining and a classifier beside it records, epoch by epoch. */
function everything(run: LossRun, epochs: number): LossRun {
  const whole = Float64Array.from({ length: Math.floor(epochs) }, (_, i) => i + 1);
  const curve = (value: string, split: Curve['split'], y: (epoch: number) => number, epoch = whole, step = epoch.map(e => e * stepsPerEpoch)): Curve => ({ value, split, per: 'epoch', epoch, step, time: epoch.map(e => e * 2300), y: epoch.map(y) });
  const fall = (from: number, to: number, pace: number) => (epoch: number) => to + (from - to) * Math.exp(-epoch / pace);
  const both = (value: string, y: (epoch: number) => number) => [curve(value, 'train', y), curve(value, 'validation', epoch => y(epoch) * 1.03)];
  const layer = Float64Array.from({ length: 10 }, (_, i) => i + 1);
  return {
    ...run, run: { ...run.run, baseline: { components: 20, mse: 0.0214, model: 0.0124 } }, levels: { mse: 0.0214 },
    curves: [
      ...run.curves, ...both('reconstruction', fall(210, 78, 4)), ...both('kl', epoch => 24 * (1 - Math.exp(-epoch / 3))),
      ...Array.from({ length: 20 }, (_, d) => both(`kl/${d + 1}`, epoch => (d < 13 ? 2.4 - 0.1 * d : 0.02) * (1 - Math.exp(-epoch / 3)))).flat(),
      ...['mse', 'psnr', 'ssim', 'accuracy'].flatMap((metric, m) => both(metric, [fall(0.06, 0.012, 4), (epoch: number) => 20 - 8 * Math.exp(-epoch / 4), (epoch: number) => 0.9 - 0.5 * Math.exp(-epoch / 4), (epoch: number) => 0.42 - 0.3 * Math.exp(-epoch / 6)][m]!)),
      curve('activeUnits', 'validation', epoch => Math.min(20, 6 + epoch)), curve('rebuiltAsAnother', 'validation', fall(0.4, 0.042, 5)),
      ...['dense', 'dense_1', 'latent'].flatMap((name, l) => (['train', 'validation'] as const).map(split => curve(`pretraining/${name}`, split, fall(0.09 / (l + 1), 0.02 / (l + 1), 3), layer, layer.map(e => -((3 - l) * 10 - e) * stepsPerEpoch - 1)))),
    ],
  };
}

const overfitting: Finding = {
  kind: 'overfitting', level: 'problem', title: 'Overfitting since epoch 13', epoch: 13,
  text: 'The validation loss was lowest in epoch 13 (0.02114) and has risen by 41 % since, while the training loss fell by 6.2 %: the model learns its samples by heart.',
  cure: { text: '"earlyStopping" in training ends it there and keeps those weights; more training samples, dropout, weight decay or a smaller model help against the cause.', command: 'openConfig' },
};
const unused: Finding = {
  kind: 'unusedUnits', level: 'note', title: '37 of 50 units of the code in use', epoch: 35, text: '13 of the 50 units of the code vary by less than a hundredth of what the widest does over the 2,000 samples that were encoded.',
  cure: { text: 'A rectifier that is zero for every sample learns no more: leakyRelu or elu, or a smaller learning rate, keep it alive; fewer units would do as well.', command: 'openConfig' },
};
const better: Finding = { kind: 'principalComponents', level: 'good', title: 'Better than principal components', epoch: 35, text: 'PCA with 50 components: mse 0.0272; the model: 0.0249, better than principal components.' };
const stillLearning: Finding = {
  kind: 'stillLearning', level: 'note', title: 'Still learning at the end', epoch: 35, text: 'The validation loss still fell by 2.3 % over the last 4 epochs (to 0.01244).', cure: { text: 'More epochs would lower it further.', command: 'resume' },
};

const scenes: Record<string, readonly RunPlan[]> = {
  one: [live],
  variational: [finished('vae', 'variational-on-binarised-digits')],
  variationals: [finished('vae', 'variational-on-binarised-digits'), finished('vae-2', 'the-same-with-free-bits', { floor: 0.02 })],
  several: [
    live,
    finished('a-transfer', 'janet-50-transfer', { start: 0.04, pace: 1.8 }),
    finished('b-two', 'janet-2', { floor: 0.0392, start: 0.12, pace: 4 }),
    finished('c-overfit', 'conv-selu-6', { floor: 0.017, start: 0.09, pace: 3, overfit: 0.00006, state: 'stopped', done: 28 }),
    finished('d-old', 'janet-50', { floor: 0.0135, pace: 5, state: 'interrupted', done: 21 }),
  ],
  preparing: [{ ...live, state: 'preparing', done: 0, message: 'Downloading train-images-idx3-ubyte.gz, 40 %' }],
  failed: [{ ...live, state: 'failed', done: 0, message: 'The data set fashion-mnist is damaged: train-images-idx3-ubyte.gz has another checksum. Delete it and train again.' }],
  compare: [
    finished('q1', 'quickstart', { epochs: 30, done: 30, floor: 0.0445, start: 0.075, pace: 4, created: new Date(2026, 10, 29, 19, 8, 59).getTime(), components: [2, 0.0625] }),
    finished('q2', 'quickstart', { epochs: 400, done: 17.2, floor: 0.0455, start: 0.085, pace: 4, state: 'training', created: new Date(2026, 10, 29, 19, 7, 1).getTime(), components: [2, 0.0625] }),
    finished('long-name', 'a very long file name that a student chose for the third homework', { epochs: 4, done: 4, floor: 0.0685, start: 0.09, pace: 1, state: 'paused', components: [1, 0.0673] }),
    finished('j50', 'j50', { epochs: 6, done: 6, floor: 0.0125, start: 0.04, pace: 1.2, components: [50, 0.012] }),
  ],
  best: [finished('j50', 'j50', { epochs: 6, done: 6, floor: 0.0125, start: 0.04, pace: 1.2, components: [50, 0.012] })],
  early: [finished('explode', 'explode', { epochs: 30, done: 30, floor: 0.12, start: 0.12, pace: 2, overfit: 0.00001, components: [2, 0.0625] })],
  middle: [finished('quickstart', 'quickstart', { epochs: 30, done: 30, floor: 0.0445, start: 0.085, pace: 4, components: [2, 0.0625] })],
  nan: [{ ...live, name: 'nan', state: 'failed', done: 0.4, epochs: 30, message: 'The loss became "not a number" in epoch 1, step 23. Take a smaller learning rate (training.optimizer.learningRate).' }],
  later: [{ ...live, name: 'later', state: 'failed', done: 9.4, epochs: 30, message: 'The disk is full: /data/runs/later/events.jsonl could not be written. Free some room, then resume.' }, finished('b-two', 'janet-2')],
  long: [finished('long', 'long-run', { epochs: 3000, done: 3000, pace: 300 })],
  findings: [finished('overfit', 'conv-selu-6', { floor: 0.017, start: 0.09, pace: 3, overfit: 0.00006, components: [50, 0.0272], findings: [overfitting, unused, better] })],
  more: [finished('more', 'janet-50', { findings: [stillLearning, better] })],
  findingsOfSeveral: [
    finished('overfit', 'conv-selu-6', { floor: 0.017, start: 0.09, pace: 3, overfit: 0.00006, findings: [overfitting, unused, better] }),
    finished('more', 'a very long file name that a student chose for the third homework', { findings: [stillLearning] }),
    finished('quiet', 'quiet', { floor: 0.014 }),
  ],
  lost: [finished('lost', 'lost', { state: 'interrupted', done: 0.6 })],
  none: [],
};

const scene = new URLSearchParams(location.search).get('scene') ?? 'one';
const plans = scenes[scene] ?? scenes['one']!;
let revision = 10;

declare global {
  interface Window {
    /** Lets the first run train on, and sends what came. */
    trainOn: (epochs: number, skipRevision?: boolean) => void;
    /** The run ends: as many epochs more, and it is finished. */
    finish: (epochs: number) => void;
  }
}

let done = plans[0]?.done ?? 0;

function snapshot(host: FakeHost): void {
  host.send({ type: 'snapshot', revision, runs: plans.map((plan, i) => {
    const run = lossRun(plan, 0, i === 0 ? done : plan.done, scene === 'several');
    return scene.startsWith('variational') ? everything(run, plan.done) : run;
  }) });
}

const host = installHost({
  onReady: snapshot,
  onRequest: request => {
    if (request.name === 'pickRuns') return true;
    throw new Error(`The loss page does not need ${request.name}.`);
  },
});

window.trainOn = (epochs, skipRevision = false) => {
  const from = done;
  done += epochs;
  revision += skipRevision ? 2 : 1;
  const plan = plans[0]!;
  host.send({ type: 'append', revision, runs: [lossRun({ ...plan, state: 'training' }, from, done)] });
};

window.finish = epochs => {
  const from = done;
  done += epochs;
  revision++;
  host.send({ type: 'append', revision, runs: [lossRun({ ...plans[0]!, state: 'finished' }, from, done)], urgent: true });
};
