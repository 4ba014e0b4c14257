// Judged runs for the report page to show: numbers of the size that system C reports, pictures drawn on the spot.
import { RandomStream } from '../../src/core/random.ts';
import type { ProbeReport, ReportRun, RobustnessReport, RunLabel, Scores, SubjectReport } from '../../src/protocol/messages.ts';
import { installHost, type FakeHost } from './fake-host.ts';

const classNames = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'];
/** How often a class is found, and what it is taken for most. */
const easy = [0.86, 0.98, 0.82, 0.9, 0.83, 0.97, 0.68, 0.96, 0.98, 0.96];
const taken: Record<number, readonly number[]> = { 0: [6, 3], 1: [3], 2: [4, 6], 3: [0, 4], 4: [2, 6], 5: [7, 9], 6: [0, 2, 4], 7: [9, 5], 8: [6], 9: [7] };

function classification(shift: number, seed: number): NonNullable<SubjectReport['result']> {
  const random = new RandomStream(seed, 'sampling');
  const confusion = easy.map((share, actual) => {
    const row = easy.map(() => 0);
    for (let i = 0; i < 1000; i++) {
      const right = random.uniform() < share + shift;
      const wrong = random.uniform() < 0.8 ? taken[actual]![Math.floor(random.uniform() * taken[actual]!.length)]! : Math.floor(random.uniform() * 10);
      row[right ? actual : wrong]!++;
    }
    return row;
  });
  const column = (i: number) => confusion.reduce((sum, row) => sum + row[i]!, 0);
  return {
    accuracy: confusion.reduce((sum, row, i) => sum + row[i]!, 0) / 10_000, confusion,
    classes: classNames.map((name, i) => {
      const [precision, recall] = [confusion[i]![i]! / column(i), confusion[i]![i]! / 1000];
      return { name, precision, recall, f1: 2 * precision * recall / (precision + recall), support: 1000 };
    }),
  };
}

function subject(on: SubjectReport['on'], shift: number, epochs: number, of: number): SubjectReport {
  const result = classification(shift, on.length + Math.round(shift * 1000));
  const random = new RandomStream(on.length, 'sampling', 7);
  const curve = Array.from({ length: epochs }, (_, i) => {
    const reach = 1 - Math.exp(-(i + 1) / 6);
    const validationAccuracy = result.accuracy * (0.72 + 0.28 * reach) + 0.004 * random.normal();
    return { epoch: i + 1, trainLoss: 1.1 - 0.6 * reach, trainAccuracy: validationAccuracy - 0.06, validationLoss: 0.75 - 0.42 * reach + 0.006 * random.normal(), validationAccuracy };
  });
  const done = epochs === of;
  return {
    on, shape: on === 'codes' ? [196] : [28, 28, 1], parameters: { total: 15146, trainable: 15082, notTrainable: 64 }, curve, seconds: 41,
    ...(done ? { result, best: { epoch: epochs - 3, accuracy: result.accuracy + 0.002 }, neighbors: { ...classification(shift - 0.03, 5 + on.length), k: 5, seconds: 9 } } : {}),
  };
}

function probe(shift: number, state: ProbeReport['state'] = 'finished'): ProbeReport {
  return {
    format: 1, state, process: { pid: 1, processStart: '', host: '' }, started: 0, updated: 0, checkpoint: 'best', epoch: 96, samples: { train: 60_000, validation: 10_000 },
    ...(state === 'running' ? { message: 'Training on pixels, epoch 12 of 40' } : {}),
    settings: { on: ['codes', 'pixels'], layers: [{ type: 'dense', units: 64 }, { type: 'dropout', rate: 0.2 }, { type: 'dense', units: 32 }, { type: 'dropout', rate: 0.2 }, { type: 'batchNormalization' }] as unknown as ProbeReport['settings']['layers'], epochs: 40, batchSize: 128, optimizer: { type: 'adam' } as unknown as ProbeReport['settings']['optimizer'], neighbors: 5, seed: 0 },
    subjects: [subject('codes', shift, 40, 40), subject('pixels', shift - 0.02, state === 'running' ? 12 : 40, 40)],
  };
}

const spread = (mean: number, width: number) => ({ mean, stddev: width, lowerQuartile: mean - width * 0.7, median: mean * 0.98, upperQuartile: mean + width * 0.7 });
function scores(mse: number): Scores {
  return { mse: spread(mse, mse * 0.35), psnr: spread(-10 * Math.log10(mse), 1.6), ssim: spread(Math.max(0.95 - 6 * mse, 0.05), 0.06) };
}

function robustness(name: string, type: string, strengths: readonly number[], takers: readonly (readonly [RunLabel, (strength: number) => number])[]): RobustnessReport {
  return {
    format: 1, name, created: 1, corruption: { type, amount: strengths[0], clip: true } as unknown as RobustnessReport['corruption'], seed: 0, split: 'validation', samples: 10_000,
    runs: takers.map(([{ id, name: own }]) => ({ id, name: own, checkpoint: 'best', epoch: 90, denoising: own.startsWith('dae') })),
    clean: takers.map(([, error]) => scores(error(0))),
    strengths: strengths.map(strength => ({ strength, corrupted: scores(strength ** 2 / 3), runs: takers.map(([, error]) => scores(error(strength))), picture: `robustness/${name}-${strength}.png` })),
    picture: `robustness/${name}.png`,
  };
}

const label = (id: string, name: string, change: Partial<RunLabel> = {}): RunLabel => ({ id, name, state: 'finished', epoch: 100, epochs: 100, star: false, ...change });
const dae = label('20261121-0930-dae', 'dae-batchnorm');
const plain = label('20261121-0910-plain', 'the-plain-model-without-any-noise-on-its-input-batch-normalised-and-wide');
const uniform = [0.1, 0.2, 0.3, 0.4, 0.5];
const salt = [0.01, 0.05, 0.1, 0.2, 0.5, 0.7, 0.8, 0.9];

const judgedDae: ReportRun = {
  run: dae, lossName: 'mse', values: { loss: 0.00912, mse: 0.00912, psnr: 20.9, ssim: 0.89 }, latentShape: [196], baseline: { kind: 'pca', components: 196, mse: 0.0131 },
  evaluation: {
    format: 1, created: 1, checkpoint: 'best', epoch: 96, step: 22_560, split: 'validation', lossName: 'mse', samples: 10_000, loss: 0.00912, metrics: { mse: 0.00912, mae: 0.0431, psnr: 20.91, ssim: 0.891, accuracy: 0.5021 }, median: 0.0083, worst: 0.0611,
    train: { samples: 10_000, loss: 0.00874, metrics: { mse: 0.00874, mae: 0.0417, psnr: 21.08, ssim: 0.897, accuracy: 0.5192 } },
    classes: classNames.map((name, i) => ({ name, samples: 1000, loss: 0.006 + 0.0009 * i, metrics: { mse: 0.006 + 0.0009 * i, mae: 0.03 + 0.002 * i, psnr: 22 - 0.3 * i, ssim: 0.92 - 0.01 * i, accuracy: 0.5 } })),
  },
  probe: probe(0.01),
  robustness: [
    robustness('uniform', 'uniform', uniform, [[dae, s => 0.009 + 0.02 * s * s]]),
    robustness('saltAndPepper-against-the-plain-model', 'saltAndPepper', salt, [[dae, s => 0.009 + 0.08 * s], [plain, s => 0.008 + 0.2 * s]]),
  ],
  generated: [{ file: 'generated/prior-seed-0.png', version: 1 }, { file: 'generated/mixture-of-20-seed-3.png', version: 1 }],
};
const judgedPlain: ReportRun = {
  run: plain, lossName: 'mse', values: { loss: 0.0142, mse: 0.0142 }, latentShape: [196], baseline: { kind: 'pca', components: 196, mse: 0.0131 },
  probe: probe(-0.02), robustness: [robustness('uniform', 'uniform', uniform, [[plain, s => 0.008 + 0.14 * s * s]])], generated: [],
};
const bare = (run: RunLabel): ReportRun => ({ run, lossName: 'mse', values: { loss: 0.01 }, latentShape: [2], robustness: [], generated: [] });

const scenes: Record<string, readonly ReportRun[]> = {
  one: [judgedDae],
  two: [judgedDae, judgedPlain],
  running: [{ ...bare(dae), probe: probe(0.01, 'running') }],
  nothing: [bare(dae)],
  none: [],
};
const runs = scenes[new URLSearchParams(location.search).get('scene') ?? 'one'] ?? scenes['one']!;

/** A grid of grey squares, as a PNG: what the program would have written. */
async function picture(file: string): Promise<Uint8Array> {
  if (file.includes('0.5')) throw new Error(`Cannot read ${file}: the folder is gone. It was moved or deleted (ENOENT).`);
  const [columns, rows] = file.startsWith('generated') ? [8, 4] : [10, 3];
  const canvas = new OffscreenCanvas(columns * 30, rows * 30);
  const ctx = canvas.getContext('2d')!;
  const random = new RandomStream(file.length, 'sampling');
  for (let y = 0; y < rows * 5; y++) {
    for (let x = 0; x < columns * 5; x++) {
      const light = Math.round(255 * random.uniform());
      ctx.fillStyle = x % 5 === 0 || y % 5 === 0 ? '#000' : `rgb(${light},${light},${light})`;
      ctx.fillRect(x * 6, y * 6, 6, 6);
    }
  }
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
}

let revision = 5;
const host: FakeHost = installHost({
  onReady: to => to.send({ type: 'snapshot', revision, runs }),
  onRequest: request => {
    if (request.name === 'pickRuns') return true;
    if (request.name === 'file') return picture(request.params.file);
    throw new Error(`The report page does not need ${request.name}.`);
  },
});

declare global {
  interface Window {
    /** Lets the running probe finish. */
    finishProbe: () => void;
  }
}
window.finishProbe = () => {
  revision++;
  host.send({ type: 'update', revision, report: { ...bare(dae), probe: probe(0.01) } });
};
