// ONNX Runtime computes inside the event loop. Between steps the loop needs a turn now and then, for files, timers and
// signals, but a turn at every step of a small model would cost more than the step.

/** Milliseconds of computing between two turns of the event loop. */
const INTERVAL = 20;

export class Breath {
  private last = performance.now();

  /** Gives the event loop a turn when the last one is some time ago, or at once when files wait for it. */
  async take(filesWait = false): Promise<void> {
    if (!filesWait && performance.now() - this.last < INTERVAL) return;
    await new Promise<void>(resolve => { setImmediate(resolve); });
    this.last = performance.now();
  }
}
