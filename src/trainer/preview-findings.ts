// What a user should know of a data set before training: what the trainer would warn about or refuse, in its own words, and what only the
// samples tell.
import { StudioError } from '../core/errors.ts';
import { sizeOf } from '../core/tensor.ts';
import type { Dataset } from '../data/dataset.ts';
import { splitKind } from '../data/rows.ts';
import { checkConfig } from '../model/check.ts';
import type { DataPreview, PreviewFinding } from '../runs/data-preview.ts';
import { formatDiagnostic } from '../spec/diagnostics.ts';
import type { Spec } from '../spec/schema.ts';
import { fitOfData } from './data-fit.ts';
import { metricsWarning } from './meaningful.ts';
import { readingText } from './prepare.ts';
import { judgedSplit } from './views.ts';

/** Times as wide as the narrowest column the widest may be before the loss sees hardly anything but it. */
const UNEVEN = 100;
/** Validation samples for each class from which on one without any is worth a word. */
const SAMPLES_PER_CLASS = 10;

type Measured = Pick<DataPreview, 'train' | 'validation' | 'duplicates' | 'classNames' | 'columnNames'> & {
  /** Columns or pixels that are the same in all training samples. */
  readonly constant: readonly number[];
  readonly features: { readonly min: ArrayLike<number>; readonly max: ArrayLike<number> };
};

export interface CheckedText {
  readonly text: string;
  readonly path: string;
  readonly overrides: Readonly<Record<string, unknown>>;
}

/** @param config the file, whose layers are to fit the data; a named set has none, and no experiment that could go wrong. */
export function findingsOf(spec: Spec, dataset: Dataset, measured: Measured, config: CheckedText | undefined): PreviewFinding[] {
  const reading = readingText(dataset);
  return [
    ...(config === undefined ? [] : [...layers(config, dataset), ...fit(spec, dataset)]),
    ...ofSamples(dataset, measured),
    ...(dataset.notes ?? []).map((text): PreviewFinding => ({ level: 'info', text, section: 'data' })),
    ...(reading === undefined ? [] : [{ level: 'info', text: reading, section: 'data' } as const]),
    ...looked(measured),
  ];
}

/** Errors that only the shape of the data shows; the others the editor has told. */
function layers({ text, path, overrides }: CheckedText, dataset: Dataset): PreviewFinding[] {
  return checkConfig(text, path, { overrides, inputShape: dataset.shape }).diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(diagnostic => ({ level: 'error', text: formatDiagnostic(diagnostic), section: 'encoder' }));
}

function fit(spec: Spec, dataset: Dataset): PreviewFinding[] {
  const judged = judgedSplit({ dataset });
  // Every number would have to be read.
  const unmeasured = judged.stored !== undefined && splitKind(judged) !== 'uint8' ? undefined : metricsWarning(spec.training.metrics, dataset, judged);
  const metrics: PreviewFinding[] = unmeasured === undefined ? [] : [{ level: 'warning', text: unmeasured, section: 'training' }];
  try {
    const { output, corruption } = fitOfData({ spec, dataset });
    return [
      ...(output === undefined ? [] : [{ level: 'warning', text: output, section: 'decoder' } as const]),
      ...(corruption === undefined ? [] : [{ level: 'warning', text: corruption, section: 'corruption' } as const]),
      ...metrics,
    ];
  } catch (error) {
    if (!(error instanceof StudioError && error.reason === 'data')) throw error;
    return [{ level: 'error', text: error.message, section: 'training' }, ...metrics];
  }
}

function ofSamples(dataset: Dataset, { train, validation, constant, duplicates, classNames, columnNames, features }: Measured): PreviewFinding[] {
  const found: PreviewFinding[] = [];
  const add = (level: PreviewFinding['level'], text: string): void => { found.push({ level, text, section: 'data' }); };
  const vectors = dataset.shape.length === 1;
  const count = sizeOf(dataset.shape);
  // Of images that is the rule: their corners are black.
  if (vectors && constant.length > 0) {
    const names = constant.slice(0, 5).map(column => columnNames?.[column] ?? `column ${column + 1}`).join(', ');
    const more = constant.length > 5 ? ` and ${constant.length - 5} more` : '';
    add(columnNames === undefined ? 'info' : 'warning', `The same in every training sample: ${names}${more}. Such columns tell a model nothing; leave them out.`);
  }
  if (vectors && dataset.normalization === undefined && splitKind(dataset.train) === 'float32') {
    const spans = Array.from({ length: count }, (_, c) => features.max[c]! - features.min[c]!);
    const most = spans.reduce((a, b) => Math.max(a, b));
    const least = spans.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), Infinity);
    if (most > UNEVEN * least) {
      const widest = spans.indexOf(most);
      add('warning', `The widest column (${columnNames?.[widest] ?? `column ${widest + 1}`}) spans ${Math.round(most / least).toLocaleString('en-US')} times as much as the narrowest, so the loss sees little else. Set "normalize": "standard" or "minMax" in "data".`);
    }
  }
  if (duplicates !== undefined && duplicates.shared > 0) add('warning', `${duplicates.shared.toLocaleString('en-US')} of ${validation!.count.toLocaleString('en-US')} validation samples are training samples, too: what they measure says less of new data.`);
  if (duplicates !== undefined && duplicates.train > 0) add('info', `${duplicates.train.toLocaleString('en-US')} of ${train.count.toLocaleString('en-US')} training samples are equal to another one.`);
  const classes = classNames?.length ?? 0;
  if (validation?.classes !== undefined && train.classes !== undefined && validation.count >= SAMPLES_PER_CLASS * classes) {
    const missing = (of: readonly number[]): string => classNames!.filter((_, label) => (of[label] ?? 0) === 0).join(', ');
    for (const [name, of] of [['training', train.classes], ['validation', validation.classes]] as const) {
      if (missing(of) !== '') add('warning', `No ${name} sample is of class ${missing(of)}.`);
    }
  }
  return found;
}

/** That numbers are of some samples only. */
function looked({ train, validation }: Measured): PreviewFinding[] {
  return ([['training', train], ['validation', validation]] as const).flatMap(([name, split]) => (split === undefined || split.seen === split.count ? [] : [{
    level: 'info' as const, text: `Range, mean and distribution are of ${split.seen.toLocaleString('en-US')} of ${split.count.toLocaleString('en-US')} ${name} samples, spread evenly.`,
  }]));
}
