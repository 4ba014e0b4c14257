// The queue before the decoding worker. The pointer asks more often than a slow model can answer, so each channel ("hover",
// "sliders" ...) keeps at most one waiting request: a newer one replaces it. Small requests go before the next piece of a grid.

/** Runs one request: codes (count × latent size) → values (count × features). */
export type Decode = (codes: Float32Array, count: number) => Promise<Float32Array>;

interface Job {
  readonly codes: Float32Array;
  readonly count: number;
  readonly resolve: (values: Float32Array | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export class LatestWins {
  private readonly waiting = new Map<string, Job>();
  private readonly order: readonly string[];
  private running = false;

  /** @param channels in order of urgency; others come after them */
  constructor(private readonly decode: Decode, channels: readonly string[]) {
    this.order = channels;
  }

  /** The decoded values, or undefined when a newer request on the channel made them superfluous. */
  ask(channel: string, codes: Float32Array, count: number): Promise<Float32Array | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.get(channel)?.resolve(undefined);
      this.waiting.set(channel, { codes, count, resolve, reject });
      this.next();
    });
  }

  /** Drops what waits on a channel. */
  cancel(channel: string): void {
    this.waiting.get(channel)?.resolve(undefined);
    this.waiting.delete(channel);
  }

  private next(): void {
    if (this.running) return;
    const channel = this.order.find(name => this.waiting.has(name)) ?? [...this.waiting.keys()][0];
    if (channel === undefined) return;
    const job = this.waiting.get(channel)!;
    this.waiting.delete(channel);
    this.running = true;
    this.decode(job.codes, job.count).then(job.resolve, job.reject).finally(() => {
      this.running = false;
      this.next();
    });
  }
}
