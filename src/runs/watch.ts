// Tells when something in a folder may have changed: at once where the system reports changes, and by asking now and then
// where it does not (network disks, folders that come and go).
import * as fs from 'node:fs';

export interface Watch {
  dispose(): void;
}

export interface WatchOptions {
  /** Shortest time between two calls, in milliseconds. */
  readonly atMost?: number;
  /** Call at least this often, in milliseconds, whatever the system reports. */
  readonly atLeast?: number;
}

/**
 * Calls `changed` when files directly in `folder` may have changed, and once soon after the start. Calls never overlap: while a promise
 * it returned is open, the next call waits. Errors are the caller's: `changed` must not reject.
 */
export function watchFolder(folder: string, changed: () => void | Promise<void>, options: WatchOptions = {}): Watch {
  const { atMost = 100, atLeast = 1000 } = options;
  let watcher: fs.FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;
  let due = Infinity;
  let busy = false;
  let disposed = false;
  let last = -Infinity;

  const callWithin = (milliseconds: number): void => {
    if (disposed || busy) return;
    const at = performance.now() + milliseconds;
    if (at >= due) return;
    due = at;
    clearTimeout(timer);
    timer = setTimeout(() => void call(), milliseconds);
  };
  let again = false;
  const call = async (): Promise<void> => {
    due = Infinity;
    busy = true;
    again = false;
    last = performance.now();
    if (watcher === undefined) start();
    try {
      await changed();
    } finally {
      busy = false;
      callWithin(again ? Math.max(0, last + atMost - performance.now()) : atLeast);
    }
  };
  const noticed = (): void => {
    again = true;
    callWithin(Math.max(0, last + atMost - performance.now()));
  };
  const start = (): void => {
    try {
      watcher = fs.watch(folder, { persistent: false }, noticed);
      watcher.on('error', () => {
        watcher?.close();
        watcher = undefined; // Gone or out of watches: asking now and then goes on, and tries to watch again.
      });
    } catch {
      watcher = undefined; // Not there yet, or a file system that cannot be watched.
    }
  };

  start();
  callWithin(0);
  return {
    dispose() {
      disposed = true;
      clearTimeout(timer);
      watcher?.close();
    },
  };
}
