// What a reader found becomes a data set: shapes and labels are checked, then it is cut into training and validation.
import { StudioError } from '../core/errors.ts';
import { formatShape, sizeOf } from '../core/tensor.ts';
import type { DataSpec } from '../spec/schema.ts';
import type { Dataset, Split } from './dataset.ts';
import { limitRows, type SampleArray } from './elements.ts';
import { classNamesOf, labelIndices, type LabelTexts } from './labels.ts';
import { splitKind } from './rows.ts';
import { emptySplit, splitOff } from './splits.ts';

/** What a reader found, before it is cut. */
export interface Parts {
  readonly name: string;
  readonly train: Part;
  /** Absent when the set has none, or it is not wanted. */
  readonly test?: Part | undefined;
  readonly scale: number;
  /** Names of classes 0, 1, ... where they are known beforehand; otherwise the labels themselves. */
  readonly classNames?: readonly string[];
  readonly shape?: readonly number[] | undefined;
  readonly columnNames?: readonly string[] | undefined;
  readonly notes?: readonly string[];
  readonly source?: string;
}

export interface Part {
  readonly samples: SampleArray;
  readonly labels?: LabelTexts | undefined;
}

/** Sets without a test part lose this share of their samples to validation. */
const DEFAULT_SHARE = 0.1;

/** Cuts what was read into training and validation. @throws StudioError('data') when parts do not fit each other or the shape */
export function finish(parts: Parts, data: DataSpec, seed: number): Dataset {
  const { name } = parts;
  const shape = parts.shape ?? sampleShape(parts.train.samples, name);
  const features = sizeOf(shape);
  requireFeatures(parts.train.samples, features, shape, `${name}: the training samples`);
  const known = parts.classNames;
  const classNames = parts.train.labels ? known ?? classNamesOf(name, parts.train.labels, parts.test?.labels) : undefined;
  const toSplit = (part: Part): Split => ({
    count: part.samples.shape[0]!,
    ...('stored' in part.samples ? { stored: part.samples.stored } : { values: part.samples.data }),
    ...(part.labels && classNames ? { labels: known ? numericLabels(part.labels, known.length, name) : labelIndices(part.labels, classNames) } : {}),
  });
  const limited: Part = { ...parts.train, samples: limitRows(parts.train.samples, data.limit), ...(parts.train.labels ? { labels: parts.train.labels.slice(0, data.limit) } : {}) };
  const all = toSplit(limited);
  if (all.count === 0) throw new StudioError('data', `${name} holds no samples.`);
  const common = {
    name, shape, scale: parts.scale, ...(classNames ? { classNames } : {}),
    ...(parts.columnNames && shape.length === 1 ? { columnNames: parts.columnNames } : {}),
    ...(parts.notes ? { notes: parts.notes } : {}),
    ...(parts.source === undefined ? {} : { source: parts.source }),
  };
  if (data.validation === 'test' && parts.test) {
    requireFeatures(parts.test.samples, features, shape, `${name}: the test samples`);
    const validation = toSplit(parts.test);
    if (splitKind(validation) !== splitKind(all)) throw new StudioError('data', `${name}: training and test samples must be of one type, bytes or other numbers.`);
    return { ...common, train: all, validation };
  }
  const share = data.validation === 'test' ? DEFAULT_SHARE : data.validation;
  if (share > 0 && all.count < 2) throw new StudioError('data', `${name} holds a single sample; it cannot be cut into training and validation. Say "validation": 0.`);
  if (share === 0) return { ...common, train: all, validation: emptySplit(all) };
  return { ...common, ...splitOff(all, features, share, seed, name) };
}

/** Labels 0 to 9 of sets whose classes have names. */
function numericLabels(labels: LabelTexts, classes: number, name: string): Uint16Array {
  const texts = Array.from({ length: classes }, (_, i) => String(i));
  const wrong = labels.find(label => !(Number(label) >= 0 && Number(label) < classes));
  if (wrong !== undefined) throw new StudioError('data', `${name}: there is a label ${wrong}, labels must be 0 to ${classes - 1}.`);
  return labelIndices(labels, texts);
}

/** Shape of one sample as a model sees it: pictures without channels get one. */
function sampleShape(array: SampleArray, name: string): readonly number[] {
  const shape = array.shape.slice(1);
  if (shape.length === 0) return [1];
  if (shape.length === 2) return [...shape, 1];
  if (shape.length > 3) throw new StudioError('data', `${name}: samples of shape ${formatShape(shape)} have too many axes. Say what they are with "shape": [height, width, channels].`);
  return shape;
}

function requireFeatures(array: SampleArray, features: number, shape: readonly number[], what: string): void {
  const each = sizeOf(array.shape.slice(1));
  if (each !== features) {
    throw new StudioError('data', `${what} have ${each} numbers each (${formatShape(array.shape.slice(1))}), the shape ${formatShape(shape)} needs ${features}.`);
  }
}
