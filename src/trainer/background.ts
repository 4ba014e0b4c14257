// One piece of writing at a time beside the training. Whoever starts the next waits for the one before, so that a slow disk
// slows training down in place of filling the memory.

export class Background {
  private work: Promise<void> = Promise.resolve();
  private failure: { readonly error: unknown } | undefined;
  private running = false;

  get busy(): boolean {
    return this.running;
  }

  /** Waits for earlier work, then starts this and returns at once. @throws what earlier work threw. */
  async start(work: () => Promise<void>): Promise<void> {
    await this.idle();
    this.running = true;
    this.work = work()
      .catch((error: unknown) => { this.failure = { error }; })
      .finally(() => { this.running = false; });
  }

  /** Waits for the work to end. @throws what it threw. */
  async idle(): Promise<void> {
    await this.work;
    this.check();
  }

  /** @throws what work that is over threw, without waiting. */
  check(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure) throw failure.error;
  }
}
