// The host of the latent page's tests: ten kinds of drawn digits, codes that gather into clusters over the epochs, and a real
// decoder (decoder-model.ts). The scene in the address says how many samples, dimensions and classes.
import { RandomStream } from '../../src/core/random.ts';
import { nearestCodes, type CodeReach } from '../../src/core/code-reach.ts';
import type { LatentEpoch, LatentRun } from '../../src/protocol/messages.ts';
import { decodeByHand, decoderModel, type Prototypes } from './decoder-model.ts';
import { installHost } from './fake-host.ts';

interface Scene {
  readonly count: number;
  readonly latentShape: readonly number[];
  readonly epochs: number;
  readonly total: number;
  readonly features?: number;
  readonly live?: boolean;
  readonly empty?: boolean;
  readonly brokenModel?: boolean;
  readonly sameEpoch?: boolean;
  readonly noWebGL?: boolean;
  readonly classes?: readonly string[];
  /** Where codes can lie: they are brought there. */
  readonly reach?: CodeReach;
  readonly softness?: number;
}
const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const garments = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'];
const scenes: Record<string, Scene> = {
  two: { count: 4000, latentShape: [2], epochs: 12, total: 12, classes: digits, sameEpoch: true },
  many: { count: 4000, latentShape: [16], epochs: 12, total: 35, live: true, classes: garments },
  clusters: { count: 1500, latentShape: [16], epochs: 12, total: 12, classes: garments },
  plain: { count: 4000, latentShape: [2], epochs: 12, total: 12, classes: digits, sameEpoch: true, noWebGL: true },
  one: { count: 3000, latentShape: [1], epochs: 5, total: 5, classes: digits, sameEpoch: true },
  image: { count: 800, latentShape: [4, 4, 8], epochs: 3, total: 3, classes: digits, sameEpoch: true },
  vectors: { count: 1200, latentShape: [3], epochs: 4, total: 4, features: 24, sameEpoch: true },
  large: { count: 70_000, latentShape: [2], epochs: 3, total: 3, classes: digits, sameEpoch: true },
  sigmoid: { count: 3000, latentShape: [2], epochs: 4, total: 4, classes: digits, sameEpoch: true, reach: { kind: 'range', activation: 'sigmoid', low: 0, high: 1 }, softness: 0.03 },
  sigmoid16: { count: 3000, latentShape: [16], epochs: 4, total: 4, classes: garments, sameEpoch: true, reach: { kind: 'range', activation: 'sigmoid', low: 0, high: 1 }, softness: 0.1 },
  sphere: { count: 2000, latentShape: [3], epochs: 4, total: 4, classes: digits, sameEpoch: true, reach: { kind: 'sphere' }, softness: 0.1 },
  entries: { count: 2000, latentShape: [4], epochs: 4, total: 4, classes: digits, sameEpoch: true, reach: { kind: 'entries', size: 2 } },
  names: { count: 4000, latentShape: [2], epochs: 2, total: 2, classes: Array.from({ length: 40 }, (_, k) => `class number ${k + 1}`), sameEpoch: true },
  broken: { count: 500, latentShape: [2], epochs: 2, total: 2, classes: digits, brokenModel: true },
  empty: { count: 0, latentShape: [2], epochs: 0, total: 30, live: true, empty: true },
  failed: { count: 0, latentShape: [2], epochs: 0, total: 30, empty: true },
};
const scene = scenes[new URLSearchParams(location.search).get('scene') ?? 'two'] ?? scenes['two']!;
const latentSize = scene.latentShape.reduce((a, b) => a * b, 1);
const shape = scene.features === undefined ? [28, 28, 1] : [scene.features];
const features = shape.reduce((a, b) => a * b, 1);
const classCount = scene.classes?.length ?? 10;
const random = new RandomStream(11, 'glyphs');

/** A digit written by the browser's own font, a little turned, scaled and moved each time. */
function drawDigits(): Uint8Array[][] {
  const canvas = new OffscreenCanvas(28, 28);
  const ctx = canvas.getContext('2d', { willReadFrequently: true })!;
  return digits.map(digit => Array.from({ length: 24 }, (_, variant) => {
    const wobble = variant === 0 ? () => 0 : () => random.normal();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.fillStyle = 'black';
    ctx.fillRect(0, 0, 28, 28);
    ctx.translate(14 + wobble(), 15 + wobble());
    ctx.rotate(0.14 * wobble());
    ctx.scale(1 + 0.08 * wobble(), 1 + 0.08 * wobble());
    ctx.fillStyle = 'white';
    ctx.font = '24px DejaVu Sans, sans-serif';
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.fillText(digit, 0, 0);
    const rgba = ctx.getImageData(0, 0, 28, 28).data;
    return Uint8Array.from({ length: 784 }, (_p, i) => rgba[4 * i]!);
  }));
}

function drawProfiles(): Uint8Array[][] {
  return digits.map((_, k) => Array.from({ length: 12 }, () => Uint8Array.from({ length: features }, (_f, f) => 128 + 90 * Math.sin((k + 1) * 0.4 * f + k) + 12 * random.normal())));
}

const pictures = scene.features === undefined ? drawDigits() : drawProfiles();
const labels = Uint16Array.from({ length: scene.count }, () => random.integer(classCount));
const original = new Uint8Array(scene.count * features);
labels.forEach((label, i) => {
  const kind = pictures[label % 10]!;
  original.set(kind[random.integer(kind.length)]!, i * features);
});

/** Where each class lies: on two rings in the first two dimensions, anywhere in the others. */
const centres = new Float32Array(classCount * latentSize);
for (let k = 0; k < classCount; k++) {
  for (let d = 0; d < latentSize; d++) {
    const angle = (k % 5) * 1.2566 + (k >= 5 ? 0.63 : 0) + 0.2 * Math.floor(k / 10);
    const radius = (k >= 5 ? 3.4 : 1.6) + 0.7 * Math.floor(k / 10);
    centres[k * latentSize + d] = latentSize === 1 ? k * 0.9 - 4 : d === 0 ? radius * Math.cos(angle) : d === 1 ? radius * Math.sin(angle) : random.normal();
  }
}
/** A codebook for latents that have one. */
const codebook = scene.reach?.kind === 'entries' ? new RandomStream(13, 'sampling').fillNormal(new Float32Array(12 * scene.reach.size)).map(value => 2 * value) : undefined;
/** Codes as the latent gives them. */
function given(codes: Float32Array): Float32Array {
  return scene.reach?.kind === 'range' ? codes.map(value => 1 / (1 + Math.exp(-value / 1.4))) : nearestCodes(codes, latentSize, scene.reach, codebook);
}
const prototypes: Prototypes = {
  centres: given(centres), count: classCount, latentSize, features, softness: scene.softness ?? 1.1,
  logits: Float32Array.from({ length: classCount * features }, (_, i) => ((pictures[Math.floor(i / features) % 10]![0]![i % features]! / 255) * 9 - 4.5)),
  ...(scene.latentShape.length > 1 ? { latentShape: scene.latentShape } : {}),
};
const noise = new RandomStream(12, 'sampling').fillNormal(new Float32Array(scene.count * latentSize));

function codesOf(epoch: number): LatentEpoch {
  const settled = 1 - Math.exp(-epoch / 3);
  const turn = 0.9 * (1 - settled);
  const code = new Float32Array(scene.count * latentSize);
  for (let i = 0; i < scene.count; i++) {
    for (let d = 0; d < latentSize; d++) code[i * latentSize + d] = settled * centres[labels[i]! * latentSize + d]! + (0.42 + 0.5 * (1 - settled)) * noise[i * latentSize + d]! * (d > 1 ? 0.6 : 1);
    if (latentSize > 1) {
      const [x, y] = [code[i * latentSize]!, code[i * latentSize + 1]!];
      code[i * latentSize] = Math.cos(turn) * x - Math.sin(turn) * y;
      code[i * latentSize + 1] = Math.sin(turn) * x + Math.cos(turn) * y;
    }
  }
  const error = Float32Array.from({ length: scene.count }, (_, i) => (0.008 + 0.004 * (labels[i]! % 4) + 0.03 * (1 - settled)) * (1 + 0.5 * Math.abs(noise[i * latentSize]!)));
  return { epoch, code: given(code), error, ...(codebook === undefined ? {} : { codebook }) };
}

let epochs = scene.epochs;
let revision = 0;
let modelVersion = 1;
const run = (): LatentRun['run'] => ({ id: 'run-1', name: scene.latentShape.length > 1 ? 'conv-image' : `janet-${latentSize}`, state: scene.live ? 'training' : scene.empty ? 'failed' : 'finished', epoch: epochs, epochs: scene.total, star: false });
const epochList = () => Array.from({ length: epochs }, (_, i) => i + 1);

if (scene.noWebGL) {
  const real = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
    return kind === 'webgl2' ? null : Reflect.apply(real, this, [kind, ...rest]) as never;
  } as typeof real;
}

const workers: Worker[] = [];
window.Worker = class extends Worker {
  constructor(address: string | URL) {
    super(address);
    workers.push(this);
  }
};

const host = installHost({
  onReady(target) {
    target.send({
      type: 'snapshot', revision: ++revision, run: {
        run: run(), epochs: epochList(), modelVersion, lossName: 'mse',
        ...(scene.empty ? {} : { samples: { shape, latentShape: scene.latentShape, count: scene.count, original, ...(scene.reach === undefined ? {} : { reach: scene.reach }), ...(scene.features === undefined ? {} : { columns: { names: Array.from({ length: features }, (_, i) => `sensor ${i}`), spread: new Array<number>(features).fill(100) } }), ...(scene.classes ? { labels, classNames: scene.classes } : {}) } }),
      },
    });
  },
  onRequest(request) {
    if (request.name === 'latent') return codesOf(request.params.epoch);
    if (request.name === 'model') return { epoch: scene.sameEpoch ? scene.total : epochs, bytes: scene.brokenModel ? new Uint8Array([1, 2, 3]) : decoderModel(prototypes) };
    throw new Error(`No answer to ${request.name}.`);
  },
});

declare global {
  interface Window {
    latentTest: {
      /** What the decoder must answer. */
      decode(code: readonly number[]): number[];
      centre(k: number): number[];
      /** The nearest code that the latent can give. */
      nearestKnown(code: readonly number[]): number[];
      codesOf(epoch: number): LatentEpoch;
      /** Trains `n` epochs more. */
      trainOn(n?: number): void;
      /** Every decoding worker the page has started. */
      readonly workers: readonly Worker[];
      original(sample: number): number[];
    };
  }
}
window.latentTest = {
  decode: code => [...decodeByHand(prototypes, code)],
  centre: k => [...prototypes.centres.subarray(k * latentSize, (k + 1) * latentSize)],
  nearestKnown: code => [...nearestCodes(Float32Array.from(code), latentSize, scene.reach, codebook)],
  codesOf,
  workers,
  original: sample => [...original.subarray(sample * features, (sample + 1) * features)],
  trainOn(n = 1) {
    epochs += n;
    modelVersion++;
    host.send({ type: 'update', revision: ++revision, run: run(), epochs: epochList(), modelVersion });
  },
};
