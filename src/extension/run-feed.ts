// The events of runs that some page shows, read as they grow and kept once for all pages. Pages hold a cursor of their own.
import * as path from 'node:path';
import { readResolvedConfig } from '../runs/compare.ts';
import { runFiles, type RunInfo } from '../runs/events.ts';
import { readTextIfThere } from '../runs/files.ts';
import { parseInfo } from '../runs/json.ts';
import { RunTail } from '../runs/reader.ts';
import { RunSeries } from '../runs/series.ts';

export class RunFeed {
  readonly series = new RunSeries();
  /** Epoch of the newest checkpoint told of, with which models/ are refreshed. */
  checkpointEpoch = 0;
  private readonly tail: RunTail;
  private lossName: string | undefined;
  private running: Promise<void> | undefined;
  private runInfo: RunInfo | undefined;

  constructor(readonly folder: string) {
    this.tail = new RunTail(folder);
  }

  /** Reads what is new; calls that come while one is under way share it. */
  update(): Promise<void> {
    this.running ??= this.read().finally(() => { this.running = undefined; });
    return this.running;
  }

  /** run.json once it is there; it may be completed while the run is prepared. */
  async info(): Promise<RunInfo | undefined> {
    if (this.runInfo === undefined || this.runInfo.dataset.shape.length === 0) {
      const file = await readTextIfThere(path.join(this.folder, runFiles.info));
      const info = file === undefined ? undefined : parseInfo(file.text);
      if (typeof info === 'object') this.runInfo = info;
    }
    return this.runInfo;
  }

  /** "mse", as the spec says. */
  async loss(): Promise<string> {
    this.lossName ??= await this.readLossName();
    return this.lossName ?? 'loss';
  }

  private async readLossName(): Promise<string | undefined> {
    const file = await readTextIfThere(path.join(this.folder, runFiles.resolvedConfig));
    if (file === undefined) return undefined;
    const config = await readResolvedConfig(this.folder);
    const training = typeof config === 'object' && config !== null && 'training' in config ? config.training : undefined;
    return typeof training === 'object' && training !== null && 'loss' in training && typeof training.loss === 'string' ? training.loss : undefined;
  }

  private async read(): Promise<void> {
    const { events, restarted } = await this.tail.read();
    if (restarted) this.series.clear();
    this.series.apply(events);
    for (const event of events) if (event.type === 'checkpoint') this.checkpointEpoch = Math.floor(event.epoch);
  }
}

/** Feeds by run folder, shared by the panels that show the run and let go with the last. */
export class RunFeeds {
  private readonly feeds = new Map<string, { readonly feed: RunFeed; users: number }>();

  open(folder: string): { readonly feed: RunFeed; dispose(): void } {
    let entry = this.feeds.get(folder);
    if (entry === undefined) this.feeds.set(folder, entry = { feed: new RunFeed(folder), users: 0 });
    const held = entry;
    held.users++;
    let open = true;
    return {
      feed: held.feed,
      dispose: () => {
        if (!open) return;
        open = false;
        if (--held.users === 0) this.feeds.delete(folder);
      },
    };
  }
}
