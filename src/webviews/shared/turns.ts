// Messages are taken in the order in which they came, also when one of them waits for a good moment.

export class Turns {
  private before = Promise.resolve();
  private hurry: () => void = () => undefined;

  /**
   * Begins the work when that before it has begun and `wait` milliseconds have passed, or at once after that when more work comes.
   * @returns what the work does; it need not end before the next begins.
   */
  async take<T>(wait: number, work: () => T | Promise<T>): Promise<T> {
    this.hasten();
    const { before } = this;
    let begun: () => void = () => undefined;
    this.before = new Promise(resolve => { begun = resolve; });
    const moment = wait > 0 ? this.moment(wait) : undefined;
    await before;
    await moment;
    let result: T | Promise<T>;
    try {
      result = work();
    } finally {
      begun();
    }
    return result;
  }

  /** Ends the wait for a good moment. */
  hasten(): void {
    this.hurry();
  }

  private moment(wait: number): Promise<void> {
    return new Promise(resolve => {
      this.hurry = resolve;
      setTimeout(resolve, wait);
    });
  }
}
