// Refuses a model that would not fit before it starts, when the message can still be clear.
import { StudioError } from '../core/errors.ts';
import { freeMemory } from '../data/free-memory.ts';

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
export function requireMemory(needed: number, batchSize: number, device: string, available = freeMemory()): void {
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
