// The events of runs that some page shows, read as they grow and kept once for all pages. Pages hold a cursor of their own.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { readResolvedConfig } from '../runs/compare.ts';
import type { KnownSpec } from '../runs/diagnosis.ts';
import { runFiles, type RunEvent, type RunInfo } from '../runs/events.ts';
import { readTextIfThere } from '../runs/files.ts';
import { parseInfo } from '../runs/json.ts';
import { epochOfModel } from '../runs/model-epoch.ts';
import { RunTail } from '../runs/reader.ts';
import { RunSeries } from '../runs/series.ts';

export class RunFeed {
  readonly series = new RunSeries();
  /** Checkpoints that hold, in order. */
  private checkpoints: Extract<RunEvent, { type: 'checkpoint' }>[] = [];
  private readonly tail: RunTail;
  private knownSpec: KnownSpec | undefined;
  private running: Promise<void> | undefined;
  private runInfo: RunInfo | undefined;
  private infoChanged: number | undefined;

  constructor(readonly folder: string) {
    this.tail = new RunTail(folder);
  }

  /** Reads what is new; calls that come while one is under way share it. */
  update(): Promise<void> {
    this.running ??= this.read().finally(() => { this.running = undefined; });
    return this.running;
  }

  /** run.json once it is there; it is completed while the run is prepared, and when the baseline is known. */
  async info(): Promise<RunInfo | undefined> {
    const where = path.join(this.folder, runFiles.info);
    if (this.infoChanged === undefined || fs.statSync(where, { throwIfNoEntry: false })?.mtimeMs !== this.infoChanged) {
      const file = await readTextIfThere(where);
      const info = file === undefined ? undefined : parseInfo(file.text);
      if (typeof info === 'object') [this.runInfo, this.infoChanged] = [info, file?.changed];
    }
    return this.runInfo;
  }

  /** "mse", as the spec says. */
  async loss(): Promise<string> {
    return (await this.spec())?.training?.loss ?? 'loss';
  }

  /** The epoch whose weights an exported model of the run holds. One that does not say so is of an earlier version, and of a run that is over. */
  async modelEpoch(model: Uint8Array): Promise<number> {
    const kind = (await this.spec())?.training?.earlyStopping?.restoreBest === true ? 'best' : 'last';
    return epochOfModel(model) ?? Math.floor(this.checkpoints.findLast(checkpoint => checkpoint.kind === kind)?.epoch ?? 0);
  }

  /** The config with what it leaves out; undefined until it is there. */
  async spec(): Promise<KnownSpec | undefined> {
    this.knownSpec ??= await this.readSpec();
    return this.knownSpec;
  }

  private async readSpec(): Promise<KnownSpec | undefined> {
    const file = await readTextIfThere(path.join(this.folder, runFiles.resolvedConfig));
    if (file === undefined) return undefined;
    // Written by the trainer from a spec that it had checked.
    return await readResolvedConfig(this.folder) as KnownSpec | null ?? undefined;
  }

  private async read(): Promise<void> {
    const { events, restarted } = await this.tail.read();
    if (restarted) {
      this.series.clear();
      this.checkpoints = [];
    }
    this.series.apply(events);
    for (const event of events) {
      if (event.type === 'checkpoint') this.checkpoints.push(event);
      else if (event.type === 'resume') this.checkpoints = this.checkpoints.filter(checkpoint => checkpoint.step <= event.step);
    }
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
