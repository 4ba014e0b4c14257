// Memory for samples. It is shared, so that the batch worker reads it without a copy, and it is refused with a clear text
// before it is asked for when the machine cannot have it: a damaged header may claim any size.
import { totalmem } from 'node:os';
import { StudioError } from '../core/errors.ts';

/** Samples in memory: bytes stay bytes, everything else is float32. */
export type Samples = Uint8Array | Float32Array;

export type SampleKind = 'uint8' | 'float32';

export function kindOf(values: Samples): SampleKind {
  return values instanceof Uint8Array ? 'uint8' : 'float32';
}

/** An array as a file holds it; the first axis counts the samples. */
export interface NumberArray {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Samples;
}

/** "1.2 GB", as messages print sizes. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`;
}

/** Memory this process may use, in bytes: the machine's, or the container's when that is less. */
function availableMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/**
 * Zeroed shared memory for `length` samples values.
 * @param name the file or data set it is for, used in the error
 * @throws StudioError('data') when the machine does not have that much memory
 */
export function allocate(kind: 'uint8', length: number, name: string): Uint8Array;
export function allocate(kind: 'float32', length: number, name: string): Float32Array;
export function allocate(kind: SampleKind, length: number, name: string): Samples;
export function allocate(kind: SampleKind, length: number, name: string): Samples {
  const bytes = length * (kind === 'uint8' ? 1 : 4);
  const available = availableMemory();
  const refuse = (cause?: unknown) => new StudioError('data',
    `${name}: its samples need ${formatBytes(bytes)} of memory, this machine has ${formatBytes(available)}. Use fewer of them with "limit", or a smaller "size" for images.`, { cause });
  if (bytes > available * 0.9) throw refuse();
  try {
    const memory = new SharedArrayBuffer(bytes);
    return kind === 'uint8' ? new Uint8Array(memory) : new Float32Array(memory);
  } catch (error) {
    throw refuse(error);
  }
}

/** Labels in shared memory. */
export function allocateLabels(length: number): Uint16Array {
  return new Uint16Array(new SharedArrayBuffer(length * 2));
}
