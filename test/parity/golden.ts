// What Keras computed, kept in golden/samples.json: the losses of every course, in float32 and once more in float64, which tells how
// much of a difference is rounding.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allCourses, BATCH, STEPS } from './course.ts';

export interface Golden {
  readonly keras: string;
  readonly tensorflow: string;
  readonly batch: number;
  readonly steps: number;
  /** By the names of courses. */
  readonly losses: Readonly<Record<string, { readonly float32: readonly number[]; readonly float64: readonly number[] }>>;
}

const file = join(process.cwd(), 'test/parity/golden/samples.json');

export function readGolden(): Golden {
  return JSON.parse(readFileSync(file, 'utf8')) as Golden;
}

interface Answer { readonly keras: string; readonly tensorflow: string; readonly losses: Readonly<Record<string, number[]>> }

/**
 * Keeps what make_samples.py printed: FOLDER/keras-float32.json and keras-float64.json.
 * @param kept courses that were not trained this time, with their losses
 */
export function writeGolden(folder: string, kept: Golden | undefined): void {
  const [single, double] = ['float32', 'float64'].map(dtype => JSON.parse(readFileSync(join(folder, `keras-${dtype}.json`), 'utf8')) as Answer) as [Answer, Answer];
  if (kept !== undefined && (kept.keras !== single.keras || kept.tensorflow !== single.tensorflow)) {
    throw new Error(`Keras ${single.keras} with TensorFlow ${single.tensorflow} cannot add to losses of Keras ${kept.keras} with TensorFlow ${kept.tensorflow}: train all samples (without --only).`);
  }
  const numbers = (losses: readonly number[], digits: number): string => `[${losses.map(loss => Number(loss.toPrecision(digits))).join(', ')}]`;
  const rows = allCourses().map(name => {
    const losses = single.losses[name] === undefined ? kept?.losses[name] : { float32: single.losses[name], float64: double.losses[name]! };
    if (losses === undefined) throw new Error(`Keras has not trained ${name}.`);
    return `  ${JSON.stringify(name)}: {\n   "float32": ${numbers(losses.float32, 9)},\n   "float64": ${numbers(losses.float64, 12)}\n  }`;
  });
  writeFileSync(file, `{\n "keras": "${single.keras}",\n "tensorflow": "${single.tensorflow}",\n "batch": ${BATCH},\n "steps": ${STEPS},\n "losses": {\n${rows.join(',\n')}\n }\n}\n`);
}
