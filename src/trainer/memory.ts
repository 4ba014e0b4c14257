// Refuses a model that would not fit before it starts, when the message can still be clear.
import os from 'node:os';
import { StudioError } from '../core/errors.ts';

/** Bytes this process could still take: the system's free memory, or what a container leaves. */
export function availableMemory(): number {
  // macOS counts memory that files are cached in as used, so "free" says nothing there.
  if (process.platform === 'darwin') return os.totalmem() * 0.75;
  // Newer versions of Node know the limit of a container too.
  const node: { availableMemory?: () => number } = process;
  return node.availableMemory?.() ?? os.freemem();
}

/** WebAssembly addresses no more. */
const WASM_MEMORY = 2 ** 32;

/** "1.4 GB". */
function gigabytes(bytes: number): string {
  return bytes < 1e8 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 0)} GB`;
}

/**
 * @param needed estimated bytes of a training session at that batch size.
 * @param device a device id.
 * @throws StudioError('memory') naming the estimate. A GPU has memory of its own, which nobody can ask for; it is not judged.
 */
export function requireMemory(needed: number, batchSize: number, device: string, available = availableMemory()): void {
  if (device !== 'cpu' && device !== 'wasm') return;
  const free = device === 'wasm' ? Math.min(available, WASM_MEMORY) : available;
  if (needed <= free) return;
  throw new StudioError(
    'memory',
    `Training this model needs about ${gigabytes(needed)} of memory at a batch size of ${batchSize}, ${gigabytes(free)} are free. `
    + 'Lower training.batchSize, make the largest layers smaller ("aeconf summary" lists them), or close other programs.',
    { details: { needed, available: free } },
  );
}
