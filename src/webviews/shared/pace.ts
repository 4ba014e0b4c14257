// Live pictures at a calm pace. Training and pages share one machine, and an epoch may take less than a second: what a new
// epoch costs to fetch, project and decode would come out of the next one.

/** Runs the newest of many tasks: at once when the last run is long enough ago, else as soon as it is. */
export class Pace {
  private last = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param interval milliseconds between two runs */
  constructor(private readonly interval: number) {}

  run(task: () => void): void {
    clearTimeout(this.timer);
    const wait = this.last + this.interval - performance.now();
    if (wait <= 0) this.runNow(task);
    else this.timer = setTimeout(() => { this.runNow(task); }, wait);
  }

  /** Also takes the place of a task that was waiting. */
  runNow(task: () => void): void {
    clearTimeout(this.timer);
    this.last = performance.now();
    task();
  }
}
