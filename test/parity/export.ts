// Courses as files for make_samples.py: a description as JSON, and weights and batches as arrays.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npz } from '../../src/keras/npz.ts';
import type { HostTensor } from '../../src/core/tensor.ts';
import type { Course } from './course.ts';

/** Writes <folder>/<place>.json and .npz; `place` keeps the courses in order. */
export function exportCourse({ description, weights, steps, scale }: Course, folder: string, place: number): void {
  mkdirSync(folder, { recursive: true });
  const arrays: Record<string, HostTensor> = {};
  for (const [name, value] of Object.entries(weights)) arrays[`weights/${name}`] = value;
  for (const [step, { feeds }] of steps.entries()) {
    for (const [port, value] of Object.entries(feeds)) {
      const kind = port === 'target' || port === 'input' ? port : `random/${port}`;
      arrays[`steps/${step}/${kind}`] = value;
    }
  }
  const file = join(folder, String(place).padStart(3, '0'));
  writeFileSync(`${file}.npz`, npz(arrays));
  writeFileSync(`${file}.json`, JSON.stringify({ description, scale, rates: steps.map(({ rate }) => rate), anneal: steps.map(({ anneal }) => anneal) }));
}
