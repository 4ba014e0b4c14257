// What Keras computed, kept in golden/samples.json: the losses of every course, in float32 and once more in float64, which tells how
// much of a difference is rounding.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BATCH, STEPS } from './course.ts';

export interface Golden {
  readonly keras: string;
  readonly tensorflow: string;
  readonly batch: number;
  readonly steps: number;
  /** By the names of samples. */
  readonly losses: Readonly<Record<string, { readonly float32: readonly number[]; readonly float64: readonly number[] }>>;
}

const file = join(process.cwd(), 'test/parity/golden/samples.json');

export function readGolden(): Golden {
  return JSON.parse(readFileSync(file, 'utf8')) as Golden;
}

interface Answer { readonly keras: string; readonly tensorflow: string; readonly losses: Readonly<Record<string, number[]>> }

/** Keeps what make_samples.py printed: FOLDER/keras-float32.json and keras-float64.json. */
export function writeGolden(folder: string): void {
  const [single, double] = ['float32', 'float64'].map(dtype => JSON.parse(readFileSync(join(folder, `keras-${dtype}.json`), 'utf8')) as Answer) as [Answer, Answer];
  const numbers = (losses: readonly number[], digits: number): string => `[${losses.map(loss => Number(loss.toPrecision(digits))).join(', ')}]`;
  const rows = Object.keys(single.losses).sort().map(name =>
    `  ${JSON.stringify(name)}: {\n   "float32": ${numbers(single.losses[name]!, 9)},\n   "float64": ${numbers(double.losses[name]!, 12)}\n  }`);
  writeFileSync(file, `{\n "keras": "${single.keras}",\n "tensorflow": "${single.tensorflow}",\n "batch": ${BATCH},\n "steps": ${STEPS},\n "losses": {\n${rows.join(',\n')}\n }\n}\n`);
}
