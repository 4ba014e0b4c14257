// The parity table: how far every engine's losses are from Keras's, sample by sample, against the limits.
import { convolves, largestDifference, openCourse } from './course.ts';
import type { Golden } from './golden.ts';

export interface Trained {
  readonly device: string;
  readonly name: string;
  /** Why the device was not asked. */
  missing?: string;
  /** By sample; neither losses nor an error where it was not asked. */
  readonly losses: Record<string, number[]>;
  readonly errors: Record<string, string>;
}

export interface Cell {
  readonly device: string;
  /** Largest difference from Keras over the steps, relative. */
  readonly difference?: number;
  readonly limit: number;
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
  readonly cells: readonly Cell[];
}
export interface Table {
  readonly keras: string;
  readonly tensorflow: string;
  readonly batch: number;
  readonly steps: number;
  readonly devices: readonly { readonly device: string; readonly name: string; readonly missing?: string }[];
  readonly rows: readonly Row[];
}

/** 1e-5; 1e-4 where a GPU convolves. */
export function limitOf(device: string, convolutional: boolean): number {
  return device === 'webgpu' && convolutional ? 1e-4 : 1e-5;
}

/**
 * @param effects by sample, of one rounding: a training that multiplies it beyond the limit may be as far off, and so may Keras's. So may
 * one that is as far from exact as Keras itself is in float32.
 */
export function tableOf(golden: Golden, trained: readonly Trained[], effects: Readonly<Record<string, number>>): Table {
  const there = trained.filter(({ missing }) => missing === undefined);
  const { losses, ...facts } = golden;
  const rows = Object.entries(losses).map(([name, { float32, float64 }]): Row => {
    const convolutional = convolves(openCourse(name));
    const moved = effects[name]!;
    const rounding = largestDifference(float32, float64);
    const cells = there.map(({ device, losses: got, errors }): Cell => {
      const limit = Math.max(limitOf(device, convolutional), 2 * Math.max(moved, rounding));
      const own = got[name];
      if (own === undefined) return { device, limit, fails: errors[name] !== undefined, ...(errors[name] === undefined ? {} : { error: errors[name] }) };
      const difference = largestDifference(own, float32);
      return { device, limit, difference, fails: !(difference <= limit) };
    });
    return { name, first: float32[0]!, last: float32.at(-1)!, rounding, moved, cells };
  });
  return { ...facts, devices: trained.map(({ device, name, missing }) => ({ device, name, ...(missing === undefined ? {} : { missing }) })), rows };
}

/** What a reader has to know of samples that are over a limit or have no counterpart. */
const notes: Readonly<Record<string, string>> = {
  'beyond/everything': 'One rounding moves the losses beyond 1e-5: `topK` keeps the 200 largest of 1,568 activations, and where two are all but equal, rounding decides which one is kept.',
  'systems/iwae-50': 'One rounding moves the losses beyond 1e-5: the weights of the ten samples are powers of differences between numbers around 500 nats, of which float32 has four decimals.',
  'systems/faces-lfw': 'One rounding moves the losses beyond 1e-5: in the last five steps, in which they fall by a third, it is multiplied.',
  'beyond/vector-quantised': 'Keras has no such layer; codebook and revival are written in TensorFlow for the comparison (`test/parity/keras_objective.py`).',
  'types/deep': 'The training after the pretraining; what a Boltzmann machine learns is tested in `src/graph/boltzmann.test.ts`.',
};

const number = (value: number): string => value.toExponential(1);

export function page(table: Table, machine: string): string {
  const asked = table.devices.filter(({ missing }) => missing === undefined);
  const line = (row: Row): string => {
    const cells = row.cells.map(({ difference, fails, error }) => (difference === undefined ? (error === undefined ? '' : `**failed**: ${error}`) : fails ? `**${number(difference)}**` : number(difference)));
    return `| ${row.name} | ${row.first.toPrecision(6)} → ${row.last.toPrecision(6)} | ${cells.join(' | ')} | ${number(row.rounding)} | ${number(row.moved)} |`;
  };
  const over = table.rows.filter(row => row.cells.some(({ fails }) => fails));
  const explained = table.rows.filter(({ name }) => notes[name] !== undefined);
  return `# Parity

The same ${table.steps} steps of training on every engine and in Keras: the same first weights, the same batches of ${table.batch}, and the same noise,
dropout masks and draws of latents, which our trainer makes and the others are given. Samples are pictures of soft blobs in the shape of the
data set, so that no download is needed. Each number is the largest difference of a loss from
Keras's over the ${table.steps} steps, relative to it. The limit is 1e-5, 1e-4 for convolutions on a GPU, and twice the effect of rounding (the larger of the
last two columns) where that is more. Bold is over the limit.

Made by \`npm run parity\` with what \`-- --keras\` kept (Keras ${table.keras}, TensorFlow ${table.tensorflow}) on ${machine}; the numbers also lie in \`parity.json\`. The tests compare every
sample with Keras's losses in \`test/parity/golden/samples.json\`.

${table.devices.map(({ device, name, missing }) => `- \`${device}\`: ${name}${missing === undefined ? '' : `. Not asked: ${missing}`}`).join('\n')}
- An empty cell was not asked: software in place of a GPU takes half a minute of processor time for a sample.
- rounding: Keras in float32 against Keras in float64, the same way.
- one rounding: every first weight moved up or down by one part in 2²³, on our CPU: how far that moves a loss, the largest of twelve trainings. Two
  trainings that differ in nothing but the order of their sums may be as far from each other.

| sample | loss in Keras | ${asked.map(({ device }) => device).join(' | ')} | rounding | one rounding |
| --- | --- | ${asked.map(() => '---').join(' | ')} | --- | --- |
${table.rows.map(line).join('\n')}

${over.length === 0 ? 'All samples are within the limits.' : `Over a limit: ${over.map(({ name }) => name).join(', ')}.`}

${explained.map(({ name }) => `- **${name}**: ${notes[name]}`).join('\n')}
`;
}
