// Codes of epochs that were fetched already, so that scrubbing back and forth does not ask the host again. The oldest go when
// they take too much memory. Two askers of one epoch share one request.
import type { LatentEpoch } from '../../protocol/messages.ts';

/** Bytes of codes and errors kept. */
const CAPACITY = 192 * 1024 * 1024;

export class EpochStore {
  /** In order of last use. */
  private readonly kept = new Map<number, LatentEpoch>();
  private readonly asked = new Map<number, Promise<LatentEpoch>>();

  constructor(private readonly fetch: (epoch: number) => Promise<LatentEpoch>, private readonly capacity = CAPACITY) {}

  /** The codes of an epoch; rejects as the request does, and may be asked again then. */
  async get(epoch: number): Promise<LatentEpoch> {
    const known = this.kept.get(epoch);
    if (known !== undefined) {
      this.kept.delete(epoch);
      this.kept.set(epoch, known);
      return known;
    }
    let request = this.asked.get(epoch);
    if (request === undefined) {
      request = this.fetch(epoch).finally(() => {
        if (this.asked.get(epoch) === request) this.asked.delete(epoch);
      });
      this.asked.set(epoch, request);
    }
    const own = request;
    const data = await own;
    if (!this.kept.has(epoch)) {
      this.kept.set(epoch, data);
      this.shrink();
    }
    return data;
  }

  has(epoch: number): boolean {
    return this.kept.has(epoch);
  }

  /** Forgets epochs that are not in the list: a resumed run takes its last ones back. */
  keepOnly(epochs: readonly number[]): void {
    const valid = new Set(epochs);
    for (const epoch of [...this.kept.keys()]) if (!valid.has(epoch)) this.kept.delete(epoch);
  }

  clear(): void {
    this.kept.clear();
    this.asked.clear();
  }

  private shrink(): void {
    let bytes = 0;
    for (const data of this.kept.values()) bytes += data.code.byteLength + data.error.byteLength;
    for (const [epoch, data] of this.kept) {
      if (bytes <= this.capacity || this.kept.size === 1) return;
      bytes -= data.code.byteLength + data.error.byteLength;
      this.kept.delete(epoch);
    }
  }
}
