// Labels: whatever a file holds becomes an index into a list of class names, one list for the training and the test part.
import { StudioError } from '../core/errors.ts';
import { compareNaturally } from './file-set.ts';
import { allocateLabels, type NumberArray } from './memory.ts';

/** A label of each sample as text: numbers as they print, names as they are. */
export type LabelTexts = readonly string[];

const MAX_CLASSES = 65536;

/** The classes of both parts in natural order (0, 1, 2, 10; then names). @throws StudioError('data') when they are too many */
export function classNamesOf(name: string, ...parts: readonly (LabelTexts | undefined)[]): string[] {
  const names = new Set<string>();
  for (const part of parts) for (const label of part ?? []) names.add(label);
  if (names.size > MAX_CLASSES) throw new StudioError('data', `${name} has ${names.size} different labels; these look like measurements, not classes.`);
  return [...names].sort(compareNaturally);
}

/** Index of each label in `classNames`, which must hold it. */
export function labelIndices(labels: LabelTexts, classNames: readonly string[]): Uint16Array {
  const index = new Map(classNames.map((label, i) => [label, i]));
  const out = allocateLabels(labels.length);
  labels.forEach((label, i) => { out[i] = index.get(label)!; });
  return out;
}

/**
 * Labels from an array of whole numbers.
 * @param count number of samples they must belong to
 * @throws StudioError('data') when they are not one whole number per sample
 */
export function labelsFromNumbers(array: NumberArray, count: number, name: string): LabelTexts {
  const rows = array.shape[0] ?? 0;
  if (array.data.length !== rows) {
    throw new StudioError('data', `${name}: labels must be one number per sample, its shape is ${array.shape.join('×')}.`);
  }
  if (rows !== count) throw new StudioError('data', `${name} holds ${rows} labels, the images are ${count}.`);
  return Array.from(array.data, (value, i) => {
    if (!Number.isInteger(value)) throw new StudioError('data', `${name}: label ${i} is ${value}, labels must be whole numbers.`);
    return String(value);
  });
}
