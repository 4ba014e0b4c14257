// What the outside wants of a running training: stop (a signal, or control.json), pause, continue.
import type { RunControl } from '../runs/events.ts';
import { ControlReader } from '../runs/control.ts';

/** Milliseconds between two looks at control.json. */
const LOOK = 100;

export class Control {
  private readonly reader: ControlReader;
  private lastLook = 0;
  private wanted: RunControl['request'] = 'continue';

  constructor(folder: string, private readonly signal: AbortSignal | undefined) {
    this.reader = new ControlReader(folder);
  }

  /** What is wanted now. Costs nothing at most steps. @throws StudioError('run') when control.json cannot be read. */
  wish(): RunControl['request'] {
    if (this.signal?.aborted) return 'stop';
    const now = performance.now();
    if (now - this.lastLook >= LOOK) {
      this.lastLook = now;
      this.wanted = this.reader.next() ?? this.wanted;
    }
    return this.wanted;
  }

  /** Waits until something other than a pause is wanted. */
  async pauseOver(): Promise<void> {
    while (this.wish() === 'pause') await this.wait(LOOK);
  }

  private wait(milliseconds: number): Promise<void> {
    return new Promise(resolve => {
      const { signal } = this;
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal?.addEventListener('abort', done);
    });
  }
}
