// Pictures of epochs as they are asked for: a few are kept, and each run has one request under way. Scrubbing wishes for many
// epochs quickly; only the newest wish is fetched next, so that no backlog builds up.

export class EpochCache<T> {
  private readonly kept = new Map<string, T>();
  private readonly loading = new Map<string, Promise<void>>();
  private readonly wishes = new Map<string, { epoch: number; load: () => Promise<T> }>();
  private generation = 0;

  /**
   * @param most how many epochs of all runs together are kept
   * @param onLoaded called when something arrived
   * @param onError called when loading failed; the epoch may be wished for again
   */
  constructor(private readonly most: number, private readonly onLoaded: (runId: string, value: T) => void, private readonly onError: (error: unknown) => void) {}

  get busy(): boolean {
    return this.loading.size > 0;
  }

  /** Resolves when all that was wished for has come, or failed. */
  async settled(): Promise<void> {
    while (this.busy) await Promise.all(this.loading.values());
  }

  /** What is kept; what was used last is forgotten last. */
  get(runId: string, epoch: number): T | undefined {
    const key = keyOf(runId, epoch);
    const value = this.kept.get(key);
    if (value !== undefined) {
      this.kept.delete(key);
      this.kept.set(key, value);
    }
    return value;
  }

  /** Fetches the epoch unless it is there; while the run's last request is under way, a newer wish replaces an older one. */
  want(runId: string, epoch: number, load: () => Promise<T>): void {
    if (this.kept.has(keyOf(runId, epoch))) {
      this.wishes.delete(runId);
      return;
    }
    if (this.loading.has(runId)) {
      this.wishes.set(runId, { epoch, load });
      return;
    }
    const { generation } = this;
    const loaded = load().then(
      value => {
        this.loading.delete(runId);
        if (generation === this.generation) {
          this.keep(keyOf(runId, epoch), value);
          this.onLoaded(runId, value);
        }
        this.next(runId);
      },
      (error: unknown) => {
        this.loading.delete(runId);
        this.onError(error);
        this.next(runId);
      },
    );
    this.loading.set(runId, loaded);
  }

  /** Forgets everything, also what is still on its way. */
  clear(): void {
    this.kept.clear();
    this.wishes.clear();
    this.generation++;
  }

  private keep(key: string, value: T): void {
    this.kept.set(key, value);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.most) break;
      this.kept.delete(oldest);
    }
  }

  private next(runId: string): void {
    const wish = this.wishes.get(runId);
    this.wishes.delete(runId);
    if (wish) this.want(runId, wish.epoch, wish.load);
  }
}

function keyOf(runId: string, epoch: number): string {
  return `${epoch} ${runId}`;
}
