// The loss page's host: curves of one run or many, whole at first, then only the points that came since.
import type * as vscode from 'vscode';
import type { Curve, LossHostMessage, LossRun, RunLabel } from '../../protocol/messages.ts';
import type { SeriesCursor } from '../../runs/series.ts';
import { findingsOf } from '../findings.ts';
import type { RunFeed } from '../run-feed.ts';
import { PagePanel, type PanelHost } from './page-panel.ts';

interface Told {
  readonly cursor: SeriesCursor;
  /** The label as JSON. */
  readonly label: string;
}

export class LossPanel extends PagePanel<LossHostMessage> {
  protected readonly answers = {};
  /** What the page knows of each run. */
  private readonly told = new Map<string, Told>();

  constructor(host: PanelHost, panel: vscode.WebviewPanel) {
    super('loss', host, panel, true);
  }

  protected async snapshot(): Promise<LossHostMessage> {
    this.told.clear();
    const runs = await Promise.all(this.runs.map(run => {
      const feed = this.feedOf(run);
      const label = this.labelOf(run);
      if (feed === undefined) return { run: label, curves: [], lossName: 'loss' };
      this.told.set(label.id, { cursor: feed.series.cursor(), label: JSON.stringify(label) });
      return this.lossRun(feed, label, feed.series.curves());
    }));
    return { type: 'snapshot', revision: this.nextRevision(), runs };
  }

  protected async increment(): Promise<LossHostMessage | 'snapshot' | undefined> {
    const news: Promise<LossRun>[] = [];
    for (const run of this.runs) {
      const feed = this.feedOf(run);
      if (feed === undefined) continue;
      const label = this.labelOf(run);
      const told = this.told.get(label.id);
      if (told === undefined) return 'snapshot';
      const { reset, curves, cursor } = feed.series.since(told.cursor);
      if (reset) return 'snapshot';
      const text = JSON.stringify(label);
      if (curves.length === 0 && text === told.label) continue;
      this.told.set(label.id, { cursor, label: text });
      news.push(this.lossRun(feed, label, curves));
    }
    return news.length === 0 ? undefined : { type: 'append', revision: this.nextRevision(), runs: await Promise.all(news) };
  }

  private async lossRun(feed: RunFeed, run: RunLabel, curves: readonly Curve[]): Promise<LossRun> {
    const best = feed.series.best();
    const baseline = (await feed.info())?.baseline;
    const levels = baseline?.levels ?? (baseline && { mse: baseline.mse });
    const record = this.host.studio.store.find(feed.folder);
    const findings = record === undefined ? [] : await findingsOf(feed, record);
    return { run, curves, lossName: await feed.loss(), ...(findings.length === 0 ? {} : { findings }), ...(best === undefined ? {} : { bestEpoch: best.epoch }), ...(levels === undefined ? {} : { levels }) };
  }
}

