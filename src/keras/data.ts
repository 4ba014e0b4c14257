// The part of a script that brings samples: read as the spec says where NumPy and Keras can, and noise as it is put on batches.
import * as path from 'node:path';
import type { CorruptionSpec, DataSpec, Spec } from '../spec/schema.ts';
import { float, indented, text } from './python.ts';

/** What a script reads its samples with. */
export interface DataPart {
  readonly lines: readonly string[];
  /** The samples come from a file given with --data, because only Autoencoder Studio reads this data set. */
  readonly given: boolean;
}

/** @param baseFolder where relative paths of the spec start. */
export function dataPart({ data, seed }: Spec, baseFolder: string): DataPart {
  const source = sourceOf(data, baseFolder);
  // Sets without a test part give a tenth of their samples.
  const share = data.validation === 'test' ? 0.1 : data.validation;
  const divide = 'divideBy' in data && data.divideBy !== undefined ? float(data.divideBy) : '(255.0 if x.dtype == np.uint8 else 1.0)';
  const lines = [
    `def load_data(${source.given ? 'file' : ''}):`,
    `    """Training and validation samples, ${source.about}."""`,
    ...source.read.map(line => `    ${line}`),
    ...(data.limit === undefined ? [] : [`    x_train = x_train[:${data.limit}]`]),
    ...indented(split(share, seed, data.validation === 'test' ? source.test : 'never')),
    ...normalized('normalize' in data ? data.normalize : undefined),
    '    return prepared(x_train), prepared(x_test)',
    '', '',
    'def prepared(x):',
    '    """On the scale of the model, in the shape of its input."""',
    `    x = ${'normalize' in data && data.normalize !== undefined ? 'x' : `(x / ${divide})`}.astype("float32").reshape(-1, *INPUT_SHAPE)`,
    `    return ${data.binarize === 'threshold' ? '(x >= 0.5).astype("float32")' : 'x'}`,
  ];
  return { lines, given: source.given };
}

/** Columns brought to one range by the training samples, as src/data/normalize.ts does. */
function normalized(kind: 'standard' | 'minMax' | undefined): string[] {
  if (kind === undefined) return [];
  const [center, spread] = kind === 'standard' ? ['x_train.mean(axis=0)', 'x_train.std(axis=0)'] : ['x_train.min(axis=0)', 'np.ptp(x_train, axis=0)'];
  return indented([
    'x_train, x_test = x_train.astype("float64"), x_test.astype("float64")',
    `center, spread = ${center}, ${spread}`,
    'spread = np.where(np.ptp(x_train, axis=0) == 0, 1.0, spread)  # a column that never changes',
    'x_train, x_test = (x_train - center) / spread, (x_test - center) / spread',
  ]);
}

/** Sets samples aside, if need be only where the data has no test part. */
function split(share: number, seed: number, hasTest: Source['test'] | 'never'): string[] {
  if (hasTest === 'always') return [];
  if (share === 0) return ['x_test = x_train[:0]'];
  const taking = [
    `order = np.random.default_rng(${seed}).permutation(len(x_train))`,
    `count = round(${float(share)} * len(x_train))`,
    'x_train, x_test = x_train[order[count:]], x_train[order[:count]]',
  ];
  return hasTest === 'perhaps' ? ['if x_test is None:', ...indented(taking)] : taking;
}

interface Source {
  readonly about: string;
  readonly read: readonly string[];
  /** Whether x_test is there as the data set's own test part. */
  readonly test: 'always' | 'perhaps' | 'never';
  readonly given: boolean;
}

function sourceOf(data: DataSpec, baseFolder: string): Source {
  const file = (name: string): string => text(path.resolve(baseFolder, name));
  switch (data.type) {
    case 'mnist': case 'fashion-mnist':
      return { about: `Keras's own ${data.type}`, read: [`(x_train, _), (x_test, _) = keras.datasets.${data.type.replace('-', '_')}.load_data()`], test: 'always', given: false };
    case 'npz': return {
      about: 'from an archive of NumPy',
      read: [
        `with np.load(${file(data.path)}) as archive:`, `    x_train = archive[${text(data.images)}]`,
        `    x_test = archive[${text(data.testImages)}] if ${text(data.testImages)} in archive.files else None`,
      ],
      test: 'perhaps', given: false,
    };
    case 'npy': return {
      about: 'from files of NumPy',
      read: [`x_train = np.load(${file(data.images)})`, ...(data.testImages === undefined ? [] : [`x_test = np.load(${file(data.testImages)})`])],
      test: data.testImages === undefined ? 'never' : 'always', given: false,
    };
    default: return {
      about: 'arrays "x_train" and "x_test" of an .npz file: bytes, or numbers on the scale of the model',
      read: ['with np.load(file) as archive:', '    x_train, x_test = archive["x_train"], archive["x_test"]'], test: 'always', given: true,
    };
  }
}

/** Noise on a copy of samples. */
export function corruptionFunction(corruption: readonly CorruptionSpec[]): string[] {
  return [
    'def corrupt(x, random):',
    '    """What the encoder sees in place of clean samples."""',
    ...corruption.flatMap(step => [...noise(step), ...(step.clip ? ['    x = np.clip(x, 0, 1)'] : [])]),
    '    return x.astype("float32")',
  ];
}

function noise(step: CorruptionSpec): string[] {
  switch (step.type) {
    case 'gaussian': return [`    x = x + random.normal(${float(step.mean)}, ${float(step.stddev)}, x.shape)`];
    case 'uniform': return [`    x = x + random.uniform(0, ${float(step.amount)}, x.shape)`];
    case 'saltAndPepper': return [
      '    draw = random.random(x.shape)',
      `    x = np.where(draw < ${float(step.amount)}, draw >= ${float(step.amount / 2)}, x)  # black or white`,
    ];
    case 'masking': return [`    x = x * (random.random(x.shape) >= ${float(step.amount)})`];
    case 'occlusion': {
      const [height, width] = step.size;
      return [
        '    x = x.copy()',
        '    for sample in x:',
        `        top, left = random.integers(sample.shape[0] - ${height - 1}), random.integers(sample.shape[1] - ${width - 1})`,
        `        sample[top:top + ${height}, left:left + ${width}] = ${float(step.value)}`,
      ];
    }
  }
}
