// Numbers that are none. A single NaN makes every weight NaN within one step, and then looks like too large a learning rate.
import { StudioError } from '../core/errors.ts';
import type { Samples } from './memory.ts';

/**
 * @param name of the file
 * @param sampleAt which sample of the file, from 0, the one at a place of `values` is
 * @throws StudioError('data') naming the first value that is NaN or infinite
 */
export function requireFinite(values: Samples, features: number, name: string, sampleAt: (place: number) => number = place => place): void {
  if (values instanceof Uint8Array) return;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value - value === 0) continue;
    const what = Number.isNaN(value) ? 'NaN' : `${value > 0 ? 'Infinity' : '-Infinity'}, or beyond what float32 holds`;
    throw new StudioError('data', `${name}: sample ${sampleAt(Math.floor(i / features))}, value ${i % features} is ${what} (both count from 0). Replace such values, for example with numpy.nan_to_num(...), or leave the sample out.`);
  }
}
