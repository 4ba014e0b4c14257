// Data for its page to show: digits with noise, a table in its own units, pictures in colour without classes, very many classes, and data
// that is not there or cannot be read.
import { RandomStream } from '../../src/core/random.ts';
import type { DataContent, DataFeatures, DataPreview, DataSamples, PreviewDraw, PreviewSplit, ShownData } from '../../src/protocol/messages.ts';
import { installHost, type FakeHost } from './fake-host.ts';
import { glyph, side } from './glyph-images.ts';

const scene = new URLSearchParams(location.search).get('scene') ?? 'digits';
const COLUMN_BINS = 16;

interface Kind {
  readonly shape: readonly number[];
  readonly sample: (index: number) => Float32Array;
  readonly change: Partial<DataPreview>;
  readonly labelOf?: (index: number) => number;
  readonly corrupted?: boolean;
}

const faces = Array.from({ length: 1500 }, (_, i) => `Person with a rather long name number ${i}`);
const digit = (index: number): number => (index * 7) % 10;
const kinds: Record<string, Kind> = {
  digits: {
    shape: [side, side, 1], sample: index => glyph(digit(index), index), labelOf: digit, corrupted: true,
    change: { name: 'glyphs', type: 'glyphs', classNames: Array.from({ length: 10 }, (_, i) => String(i)), corruption: ['saltAndPepper (amount 0.12)'], constant: 123, duplicates: { train: 0, shared: 0 } },
  },
  plain: {
    shape: [side, side, 1], sample: index => glyph(digit(index), index), labelOf: digit,
    change: { name: 'fashion-mnist', source: '/data/fashion-mnist', classNames: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'] },
  },
  table: {
    shape: [6], sample: index => { const random = new RandomStream(index, 'sampling'); return Float32Array.from({ length: 6 }, (_, c) => (c === 5 ? 0 : random.normal())); },
    change: {
      name: 'measurements-of-the-whole-year.csv', type: 'csv', source: '/home/somebody/projects/a-rather-long-folder/data/measurements-of-the-whole-year.csv',
      columnNames: ['speed', 'height', 'share', 'temperature of the outer wall in the shade', 'load', 'version'],
      normalization: { kind: 'standard', center: [12, 1500, 0.2, 18, 0, 3], spread: [3, 420, 0.05, 6.5, 1, 1] }, constant: 1,
      findings: [
        { level: 'error', text: 'binaryCrossentropy needs targets in [0, 1], but measurements-of-the-whole-year.csv lies in -3.1 … 3.4. Take the loss "mse" and set "outputActivation": "linear" in "decoder".', section: 'training' },
        { level: 'warning', text: 'The same in every training sample: version. Such columns tell a model nothing; leave them out.', section: 'data' },
        { level: 'info', text: 'measurements-of-the-whole-year.csv: the first line was taken as the names of its 6 columns (speed, height, share, ...).', section: 'data' },
      ],
    },
  },
  color: {
    shape: [side, side, 3], sample: index => { const image = glyph(digit(index), index); return Float32Array.from({ length: side * side * 3 }, (_, i) => 16 * image[Math.floor(i / 3)]! * [1, 0.7, 0.3][(i + index) % 3]!); },
    change: { name: 'icons.npy', type: 'npy', source: '/data/icons.npy', scale: 1, fromDisk: true, bytes: 4.2e9, findings: [{ level: 'warning', text: 'icons.npy lies in 0 … 16, but the output (sigmoid) in 0 … 1: what is outside can never be rebuilt. Cure: divide by more ("divideBy": 16 in "data").', section: 'decoder' }] },
  },
  many: { shape: [side, side, 1], sample: index => glyph(digit(index), index), labelOf: index => (index * 37) % faces.length, change: { name: 'lfw', type: 'lfw', classNames: faces, source: '/data/lfw' } },
};

const kind = kinds[scene] ?? kinds['digits']!;
const features = kind.shape.reduce((a, b) => a * b, 1);
const counts = { train: 5400, validation: 600 };

function samplesOf({ split, draw, className }: PreviewDraw): DataSamples {
  const names = kind.change.classNames ?? [];
  const wanted = className === undefined ? undefined : names.indexOf(className);
  const general = wanted === undefined ? 96 : 30;
  const index = Int32Array.from({ length: general }, (_, i) => draw * 1000 + i * 3 + (split === 'train' ? 0 : 1));
  const original = new Float32Array(general * features);
  index.forEach((place, i) => original.set(kind.sample(wanted === undefined ? place : place * 10 + 3 * wanted), i * features));
  const random = new RandomStream(draw, 'corruption');
  return {
    split, draw, ...(className === undefined ? {} : { className }), count: general, general, original, index,
    ...(kind.corrupted ? { corrupted: original.map(value => (random.uniform() < 0.12 ? Math.round(random.uniform()) : value)) } : {}),
    ...(kind.labelOf ? { labels: Int32Array.from(index, place => wanted ?? kind.labelOf!(place)) } : {}),
  };
}

function featuresOf(original: Float32Array): DataFeatures {
  const count = original.length / features;
  const column = (c: number): number[] => Array.from({ length: count }, (_, i) => original[i * features + c]!);
  const per = (of: (values: readonly number[]) => number): Float32Array => Float32Array.from({ length: features }, (_, c) => of(column(c)));
  const mean = per(values => values.reduce((a, b) => a + b) / count);
  const min = per(values => Math.min(...values));
  const max = per(values => Math.max(...values));
  const stddev = Float32Array.from({ length: features }, (_, c) => Math.sqrt(column(c).reduce((sum, value) => sum + (value - mean[c]!) ** 2, 0) / count));
  const histograms = new Int32Array(features * COLUMN_BINS);
  if (kind.shape.length === 1) for (let c = 0; c < features; c++) for (const value of column(c)) histograms[c * COLUMN_BINS + Math.min(COLUMN_BINS - 1, Math.floor((value - min[c]!) / Math.max(max[c]! - min[c]!, 1e-9) * COLUMN_BINS))]!++;
  return { mean, stddev, min, max, ...(kind.shape.length === 1 ? { histograms } : {}) };
}

function content(): DataContent {
  const samples = samplesOf({ split: 'train', draw: 0 });
  const described = featuresOf(samples.original);
  const [least, most] = [Math.min(...described.min), Math.max(...described.max)];
  const bars = 32;
  const histogram = (values: Float32Array): PreviewSplit['histogram'] => {
    const found = new Array<number>(bars).fill(0);
    for (const value of values) found[Math.min(bars - 1, Math.max(0, Math.floor((value - least) / (most - least) * bars)))]!++;
    return { low: least, width: (most - least) / bars, counts: found };
  };
  const part = (split: 'train' | 'validation'): PreviewSplit => ({
    count: counts[split], seen: counts[split], min: least, max: most, mean: 0.131, stddev: 0.31, zeros: 0.78,
    histogram: histogram(samplesOf({ split, draw: 0 }).original),
    ...(kind.change.classNames ? { classes: kind.change.classNames.map((_, label) => Math.max(1, Math.round(counts[split] / kind.change.classNames!.length * (1 + 0.1 * Math.sin(label * 3))))) } : {}),
  });
  return {
    samples, features: described,
    preview: {
      format: 1, name: 'x', type: 'idx', shape: kind.shape, scale: kind.shape.length === 1 ? 1 : 1 / 255, bytes: 4_704_000, fromDisk: false, train: part('train'), validation: part('validation'),
      corruption: [], constant: 0, findings: [], samples: { split: 'train', draw: 0, count: samples.count }, ...kind.change,
    },
  };
}

const states: Record<string, ShownData> = {
  failed: { name: 'measurements', hasConfig: true, failure: { reason: '/home/somebody/projects/a-rather-long-folder/data/measurements-of-the-whole-year.csv:12: column 3: "n/a" is no number. Replace it, or leave the line out.', dataPlace: 'measurements-of-the-whole-year.csv, line 12' } },
  untrusted: { name: 'measurements', hasConfig: true, failure: { reason: 'Looking at data needs a trusted workspace: it reads the files that a config names. Choose "Manage Workspace Trust".' } },
  download: { name: 'mnist', hasConfig: false, download: { title: 'MNIST', bytes: 11_594_722 } },
  loading: { name: 'mnist', hasConfig: false, busy: 'Downloading train-images-idx3-ubyte.gz, 40 %' },
};

let revision = 3;
const asked: PreviewDraw[] = [];
const host: FakeHost = installHost({
  onReady: to => to.send({ type: 'snapshot', revision, data: states[scene] ?? { name: 'quickstart', hasConfig: true, content: content() } }),
  onRequest: request => {
    if (request.name === 'dataSamples') {
      asked.push(request.params);
      return samplesOf(request.params);
    }
    if (request.name === 'dataAction') return true;
    throw new Error(`No answer to ${request.name}.`);
  },
});

declare global {
  interface Window {
    /** What other samples the page asked for. */
    samplesAsked: PreviewDraw[];
    /** The host reads the data anew, or has read it: with another corruption. */
    dataBusy: (busy?: string) => void;
    dataRead: (corruption: readonly string[]) => void;
  }
}
window.samplesAsked = asked;
window.dataBusy = busy => host.send({ type: 'progress', revision: ++revision, ...(busy === undefined ? {} : { busy }) });
window.dataRead = corruption => {
  const { preview, samples: { corrupted, ...clean }, features: described } = content();
  const samples = corruption.length === 0 || corrupted === undefined ? clean : { ...clean, corrupted };
  host.send({ type: 'snapshot', revision: ++revision, data: { name: 'quickstart', hasConfig: true, content: { preview: { ...preview, corruption }, samples, features: described } } });
};
