// Runs for the reconstructions page: digits, salt-and-pepper noise, and models that learn to see them from epoch to epoch.
import { RandomStream } from '../../src/core/random.ts';
import type { PictureEpoch, PictureRun, PictureSamples, RunLabel } from '../../src/protocol/messages.ts';
import { installHost, type FakeHost } from './fake-host.ts';
import { blurred, glyph, side } from './glyph-images.ts';

interface Model {
  readonly id: string;
  readonly name: string;
  readonly state: RunLabel['state'];
  readonly epochs: number;
  readonly done: number;
  readonly latent: number;
  /** How quickly it learns: larger is slower. */
  readonly pace: number;
  readonly message?: string;
  readonly checkpoint?: true;
  /** Its loss is the mean squared error times so much. */
  readonly lossFactor?: number;
}

const scene = new URLSearchParams(location.search).get('scene') ?? 'one';
const vectors = scene === 'vectors' || scene === 'compareVectors';
const color = scene === 'color';
const count = scene === 'many' ? 256 : 16;
const shape = vectors ? [24] : color ? [side, side, 3] : [side, side, 1];
const features = shape.reduce((a, b) => a * b, 1);

function sample(index: number): Float32Array {
  if (vectors) {
    const random = new RandomStream(index, 'sampling');
    const [phase, pitch] = [random.uniform() * 6, 0.3 + random.uniform() * 0.4];
    return Float32Array.from({ length: features }, (_, i) => 0.5 + 0.4 * Math.sin(phase + i * pitch));
  }
  const image = glyph((index * 7) % 10, index);
  return color ? Float32Array.from({ length: features }, (_, i) => image[Math.floor(i / 3)]! * [1, 0.7, 0.3][(i + index) % 3]!) : image;
}

const originals = Array.from({ length: count }, (_, i) => sample(i));
const mean = originals[0]!.map((_, i) => originals.reduce((sum, s) => sum + s[i]!, 0) / count);

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.length * parts[0]!.length);
  parts.forEach((part, i) => all.set(part, i * part.length));
  return all;
}

function corrupted(): Float32Array {
  return joined(originals.map((image, i) => {
    const random = new RandomStream(i, 'corruption');
    return image.map(v => (random.uniform() < 0.12 ? Math.round(random.uniform()) : v));
  }));
}

const samples = (latent: number): PictureSamples => ({
  shape, latentShape: [latent], count, original: joined(originals),
  ...(vectors ? { columns: { names: Array.from({ length: features }, (_, i) => `sensor ${i + 1}`), spread: new Array<number>(features).fill(100), center: new Array<number>(features).fill(20) } } : {}),
  ...(scene === 'denoising' || scene === 'compare' || scene === 'vectors' ? { corrupted: corrupted() } : {}),
  ...(vectors ? {} : { labels: originals.map((_, i) => String((i * 7) % 10)) }),
});

function picture(model: Model, epoch: number): PictureEpoch {
  const learned = 1 - Math.exp(-epoch / model.pace);
  const reconstruction = originals.map((image, i) => {
    const soft = vectors || color ? image : blurred(image, 0.4 + 2.2 * (1 - learned));
    return image.map((_, k) => mean[k]! + (soft[k]! - mean[k]!) * learned * (0.86 + 0.1 * Math.sin(i)));
  });
  const random = new RandomStream(model.latent, 'latent');
  const base = originals.map(() => Float32Array.from({ length: model.latent }, () => random.uniform()));
  return {
    epoch, reconstruction: joined(reconstruction), code: joined(base.map(c => c.map(v => 0.5 + (v - 0.5) * learned))),
    error: Float32Array.from(reconstruction, (r, i) => r.reduce((sum, v, k) => sum + (v - originals[i]![k]!) ** 2, 0) / features * (model.lossFactor ?? 1)),
  };
}

const janet: Model = { id: 'janet', name: 'janet-50', state: 'training', epochs: 35, done: 14, latent: 50, pace: 6 };
const scenes: Record<string, readonly Model[]> = {
  one: [janet], many: [janet], denoising: [{ ...janet, name: 'janet-50-saltpepper', state: 'finished', done: 35 }],
  compare: [{ ...janet, latent: 32 }, { ...janet, id: 'small', name: 'conv-selu-2', state: 'finished', done: 30, latent: 2, pace: 14 }],
  vectors: [{ ...janet, name: 'sensors', latent: 6 }], color: [{ ...janet, name: 'faces-lfw', latent: 64 }],
  two: [{ ...janet, name: 'code-of-two', latent: 2 }],
  names: [{ ...janet, name: 'a-rather-long-name-that-ends-in-its-size-32', latent: 32 }, { ...janet, id: 'small', name: 'a-rather-long-name-that-ends-in-its-size-64', state: 'finished', done: 30, latent: 64, pace: 3, lossFactor: features }],
  compareVectors: [{ ...janet, name: 'sensors-a', latent: 6 }, { ...janet, id: 'small', name: 'sensors-b', latent: 3, pace: 14 }],
  interrupted: [{ ...janet, state: 'interrupted', done: 0, message: 'Its process (4711) ended without a word. It left no checkpoint to go on from: train it again.' }],
  stopped: [{ ...janet, state: 'stopped', done: 0, checkpoint: true }],
  preparing: [{ ...janet, state: 'preparing', done: 0 }], none: [],
};
const models = scenes[scene] ?? scenes['one']!;
let revision = 1;
let done = models[0]?.done ?? 0;
const epochsOf = (model: Model, index: number) => Array.from({ length: index === 0 ? done : model.done }, (_, i) => i + 1);
const labelOf = (model: Model, index: number): RunLabel => ({ id: model.id, name: model.name, state: index === 0 && done > 0 && model.state === 'preparing' ? 'training' : model.state, epoch: index === 0 ? done : model.done, epochs: model.epochs, star: false, ...(model.message === undefined ? {} : { message: model.message }), ...(model.checkpoint ? { checkpoint: true } : {}), ...(model.latent === undefined ? {} : { baseline: { components: model.latent, mse: 0.0198, model: index === 0 ? 0.0123 : 0.0217 } }) });

declare global {
  interface Window {
    /** The first run ends that many more epochs. */
    finishEpochs: (count: number) => void;
    /** Answers of `picture` fail while set. */
    failPictures: boolean;
  }
}
window.failPictures = false;

const host: FakeHost = installHost({
  onReady: h => h.send({
    type: 'snapshot', revision,
    runs: models.map((model, i): PictureRun => ({ run: labelOf(model, i), epochs: epochsOf(model, i), lossName: model.lossFactor === undefined ? 'mse' : 'mse (sum)', ...(epochsOf(model, i).length > 0 ? { samples: samples(model.latent) } : {}) })),
  }),
  onRequest: async request => {
    if (request.name === 'pickRuns') return true;
    if (request.name !== 'picture') throw new Error(`The reconstructions page does not need ${request.name}.`);
    await new Promise(resolve => setTimeout(resolve, 15));
    if (window.failPictures) throw new Error(`The pictures of epoch ${request.params.epoch} are damaged.`);
    return picture(models.find(m => m.id === request.params.runId)!, request.params.epoch);
  },
});

window.finishEpochs = more => {
  done += more;
  const model = models[0]!;
  host.send({ type: 'update', revision: ++revision, run: labelOf(model, 0), epochs: epochsOf(model, 0) });
};
