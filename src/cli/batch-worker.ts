import * as fs from 'node:fs';
import * as path from 'node:path';

/** The worker that prepares batches lies beside the built program; from source there is none. */
export function batchWorker(): string | undefined {
  const worker = path.join(path.dirname(fs.realpathSync(process.argv[1] ?? '.')), 'batch-worker.js');
  return fs.existsSync(worker) ? worker : undefined;
}
