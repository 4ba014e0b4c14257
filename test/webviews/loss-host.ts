// Runs for the loss page to show: curves with the shape and noise of real training, points arriving when a test says so.
import { RandomStream } from '../../src/core/random.ts';
import type { Curve, LossRun, RunLabel } from '../../src/protocol/messages.ts';
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
    run: { id: plan.id, name: plan.name, state: plan.state, epoch: toEpoch, epochs: plan.epochs, star: false, ...(plan.message ? { message: plan.message } : {}) },
    lossName: 'mse',
    ...(bestEpoch > 0 ? { bestEpoch } : {}),
    curves: [
      curve('train', 'batch', batches, 0.09), curve('train', 'epoch', whole, 0.006), validation,
      ...(withPenalty ? [curve('train', 'epoch', whole, 0.02, 'sparsity')] : []),
    ],
  };
}

const live: RunPlan = { id: '20260301-101500-janet', name: 'janet-50', state: 'training', epochs: 35, done: 14.4, floor: 0.0119, start: 0.11, pace: 2.6 };
const finished = (id: string, name: string, change: Partial<RunPlan> = {}): RunPlan => ({ id, name, state: 'finished', epochs: 35, done: 35, floor: 0.0119, start: 0.11, pace: 2.6, ...change });

const scenes: Record<string, readonly RunPlan[]> = {
  one: [live],
  several: [
    live,
    finished('a-transfer', 'janet-50-transfer', { start: 0.04, pace: 1.8 }),
    finished('b-two', 'janet-2', { floor: 0.0392, start: 0.12, pace: 4 }),
    finished('c-overfit', 'conv-selu-6', { floor: 0.017, start: 0.09, pace: 3, overfit: 0.00006, state: 'stopped', done: 28 }),
    finished('d-old', 'janet-50', { floor: 0.0135, pace: 5, state: 'interrupted', done: 21 }),
  ],
  preparing: [{ ...live, state: 'preparing', done: 0, message: 'Downloading train-images-idx3-ubyte.gz, 40 %' }],
  failed: [{ ...live, state: 'failed', done: 0, message: 'The data set fashion-mnist is damaged: train-images-idx3-ubyte.gz has another checksum. Delete it and train again.' }],
  long: [finished('long', 'long-run', { epochs: 3000, done: 3000, pace: 300 })],
  none: [],
};

const scene = new URLSearchParams(location.search).get('scene') ?? 'one';
const plans = scenes[scene] ?? scenes['one']!;
let revision = 10;

declare global {
  interface Window {
    /** Lets the first run train on, and sends what came. */
    trainOn: (epochs: number, skipRevision?: boolean) => void;
  }
}

let done = plans[0]?.done ?? 0;

function snapshot(host: FakeHost): void {
  host.send({ type: 'snapshot', revision, runs: plans.map((plan, i) => lossRun(plan, 0, i === 0 ? done : plan.done, scene === 'several')) });
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
