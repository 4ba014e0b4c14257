// The parity table: how far every engine's losses are from Keras's, sample by sample, against the limits. What it says lies in
// docs/parity.json, whose limits the tests hold; docs/PARITY.md shows it.
import { largestDifference } from './course.ts';
import type { Golden } from './golden.ts';

export interface Trained {
  readonly device: string;
  readonly name: string;
  /** Why the device was not asked. */
  missing?: string;
  /** By course; neither losses nor an error where it was not asked. */
  readonly losses: Record<string, number[]>;
  readonly errors: Record<string, string>;
}

export interface Cell {
  readonly device: string;
  /** Largest difference from Keras over the steps, relative. */
  readonly difference?: number;
  readonly fails: boolean;
  readonly error?: string;
}
export interface Row {
  readonly name: string;
  /** Keras's loss at the first and last step. */
  readonly first: number;
  readonly last: number;
  /** Keras in float32 against Keras in float64. */
  readonly rounding: number;
  /** One rounding of every first weight on our CPU against none. */
  readonly moved: number;
  /** For every device. */
  readonly limit: number;
  readonly cells: readonly Cell[];
  /** Where it was measured later, and elsewhere, than the rest of the table. */
  readonly machine?: string;
}
export interface Table {
  readonly machine: string;
  readonly keras: string;
  readonly tensorflow: string;
  readonly batch: number;
  readonly steps: number;
  readonly devices: readonly { readonly device: string; readonly name: string; readonly missing?: string }[];
  readonly rows: readonly Row[];
}

/** What every engine has to keep, unless float32 itself does not. */
export const LIMIT = 1e-5;

/** Samples of which some engine is beyond LIMIT, and why none could be expected to keep it. */
export const amplifying: Readonly<Record<string, string>> = {
  'systems/conv-denoise-16@128': 'it is multiplied in the six steps in which the loss falls from 0.19 to 0.01, and gone at the end',
  'systems/dae-batchnorm@256': 'of the half million activations of a step now and then one lies within a rounding of zero, where the slope of the leaky rectifier jumps from 0.3 to 1, and the batch normalisations multiply what comes of it',
  'systems/faces-lfw': 'in the last five steps, in which the loss falls by a third, a rounding is multiplied',
  'systems/iwae-50': 'the weights of the ten draws are powers of differences between numbers around 500 nats, of which float32 has four decimals',
};

/**
 * LIMIT; for samples of `amplifying` as far as two engines may be apart that each round otherwise: twice as far as Keras in float32 is from
 * Keras in float64, or as one rounding of the first weights takes us from ourselves.
 */
export function limitOf(name: string, { rounding, moved }: Pick<Row, 'rounding' | 'moved'>): number {
  return amplifying[name] === undefined ? LIMIT : Math.max(LIMIT, 2 * Math.max(rounding, moved));
}

/** What was measured this time, and what stays as it was. */
export interface Measured {
  readonly machine: string;
  readonly trained: readonly Trained[];
  /** Of one rounding, by course. Courses that are not in it were not measured. */
  readonly effects: Readonly<Record<string, number>>;
}

/** @param before the table as it was, where only some courses were measured anew */
export function tableOf(golden: Golden, { machine, trained, effects }: Measured, before?: Table): Table {
  const devices = before?.devices ?? trained.map(({ device, name, missing }) => ({ device, name, ...(missing === undefined ? {} : { missing }) }));
  const asked = devices.filter(({ missing }) => missing === undefined);
  const { losses, ...facts } = golden;
  const rows = Object.entries(losses).map(([name, { float32, float64 }]): Row => {
    const known = before?.rows.find(row => row.name === name);
    const moved = effects[name] ?? known?.moved;
    if (moved === undefined) throw new Error(`${name} was not measured: npm run parity -- --only ${name}`);
    const rounding = largestDifference(float32, float64);
    const limit = limitOf(name, { rounding, moved });
    const row = { name, first: float32[0]!, last: float32.at(-1)!, rounding, moved, limit };
    if (effects[name] === undefined) return { ...known!, ...row, cells: known!.cells.map(cell => judged(cell, limit)) };
    const cells = asked.map(({ device }): Cell => {
      const { losses: got = {}, errors = {} } = trained.find(each => each.device === device) ?? {};
      if (errors[name] !== undefined) return { device, fails: true, error: errors[name] };
      return judged({ device, ...(got[name] === undefined ? {} : { difference: largestDifference(got[name], float32) }) }, limit);
    });
    return { ...row, cells, ...(before === undefined || before.machine === machine ? {} : { machine }) };
  });
  return { machine: before?.machine ?? machine, ...facts, devices, rows };
}

function judged({ device, difference, error }: Omit<Cell, 'fails'>, limit: number): Cell {
  if (error !== undefined) return { device, error, fails: true };
  return difference === undefined ? { device, fails: false } : { device, difference, fails: !(difference <= limit) };
}

const RECTIFIER = 'an activation within a rounding of zero, and rounding decides on which side of the rectifier\'s kink it lies';

/** What a reader has to know of samples with a number in bold, or without a counterpart in Keras. */
export const notes: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(amplifying).map(([name, why]) => [name, `One rounding moves the losses beyond 1e-5: ${why}. Hence its limit: twice "rounding" or "one rounding", whichever is more.`])),
  'conv-mirror': `One rounding: three of the twelve trainings meet ${RECTIFIER}; the other nine stay within 4.4e-7. No engine meets it, so the limit is that of all.`,
  'systems/dae-batchnorm': `One rounding: in one of the twelve trainings the ninth step meets ${RECTIFIER}, which the batch normalisations of eight samples multiply; the other eleven stay within 8.7e-7. No engine meets it, so the limit is that of all.`,
  'beyond/vector-quantised': 'Keras has no such layer; codebook and revival are written in TensorFlow for the comparison (`test/parity/keras_objective.py`).',
  'types/deep': 'The training after the pretraining; what a Boltzmann machine learns is tested in `src/graph/boltzmann.test.ts`. So it is for the other samples with pretraining.',
};

const number = (value: number): string => value.toExponential(1);
/** In bold what is above 1e-5, whether that is the row's limit or not. */
const shown = (value: number): string => (value > LIMIT ? `**${number(value)}**` : number(value));

function line({ name, first, last, rounding, moved, limit, cells }: Row): string {
  const texts = cells.map(({ difference, fails, error }) => (error !== undefined ? `**failed**: ${error}` : difference === undefined ? '' : `${shown(difference)}${fails ? ' ✗' : ''}`));
  return `| ${name} | ${first.toPrecision(6)} → ${last.toPrecision(6)} | ${texts.join(' | ')} | ${shown(limit)} | ${shown(rounding)} | ${shown(moved)} |`;
}

export function page(table: Table): string {
  const asked = table.devices.filter(({ missing }) => missing === undefined);
  const over = table.rows.filter(row => row.cells.some(({ fails }) => fails));
  const explained = table.rows.filter(({ name }) => notes[name] !== undefined);
  const elsewhere = table.rows.flatMap(({ name, machine }) => (machine === undefined ? [] : [`${name} on ${machine}`]));
  const heading = [
    `| sample | loss in Keras | ${asked.map(({ device }) => device).join(' | ')} | limit | rounding | one rounding |`,
    `| --- | --- | ${asked.map(() => '---').join(' | ')} | --- | --- | --- |`,
  ].join('\n');
  const lines = (full: boolean): string => table.rows.filter(({ name }) => name.includes('@') === full).map(line).join('\n');
  return `# Parity

The same ${table.steps} steps of training on every engine and in Keras: the same first weights, the same batches, and the same noise,
dropout masks and draws of latents, which our trainer makes and the others are given. Samples are pictures of soft blobs in the shape of the
data set, so that no download is needed. Each number is the largest difference of a loss from
Keras's over the ${table.steps} steps, relative to it. Bold is above 1e-5, ✗ is over the limit of the row. The limit is 1e-5 on every engine; where float32 itself
is not good to that, a row has one of its own, for a reason that stands below the tables.

Made by \`npm run parity\` with what \`-- --keras\` kept (Keras ${table.keras}, TensorFlow ${table.tensorflow}) on ${table.machine}${elsewhere.length === 0 ? '' : ` (${elsewhere.join('; ')})`}; the numbers also lie in \`parity.json\`. The tests compare every
sample with Keras's losses in \`test/parity/golden/samples.json\`, and hold these limits.

${table.devices.map(({ device, name, missing }) => `- \`${device}\`: ${name}${missing === undefined ? '' : `. Not asked: ${missing}`}`).join('\n')}
- An empty cell was not asked: software in place of a GPU takes half a minute of processor time for a sample.
- rounding: Keras in float32 against Keras in float64, the same way.
- one rounding: every first weight moved up or down by one part in 2²³, on our CPU: how far that moves a loss, the largest of twelve trainings, of three
  with full batches. Two trainings that differ in nothing but the order of their sums may be as far from each other.

## Batches of ${table.batch}

${heading}
${lines(false)}

## Batches as published

The number behind @ is the size of a batch.

${heading}
${lines(true)}

## Reading

${over.length === 0 ? 'All samples are within their limits.' : `Over a limit: ${over.map(({ name }) => name).join(', ')}.`}

${explained.map(({ name }) => `- **${name}**: ${notes[name]}`).join('\n')}
`;
}
