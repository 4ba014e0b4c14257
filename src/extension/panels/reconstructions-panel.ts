// The reconstructions page's host: test samples once, then which epochs have pictures; the page asks for those it shows.
import type * as vscode from 'vscode';
import type { PictureRun, ReconstructionsHostMessage } from '../../protocol/messages.ts';
import { readPictureEpoch, readPictureSamples } from '../run-tensors.ts';
import { PagePanel, type PanelHost, type ShownRun } from './page-panel.ts';

export class ReconstructionsPanel extends PagePanel<ReconstructionsHostMessage> {
  protected readonly answers = {
    picture: async ({ runId, epoch }: { runId: string; epoch: number }) => readPictureEpoch(this.recordOf(runId).folder, epoch),
  };
  /** What the page knows of each run: label and epochs as JSON, and whether it has the samples. */
  private readonly told = new Map<string, { readonly text: string; readonly samples: boolean }>();

  constructor(host: PanelHost, panel: vscode.WebviewPanel) {
    super('reconstructions', host, panel, true);
  }

  protected async snapshot(): Promise<ReconstructionsHostMessage> {
    this.told.clear();
    const runs = await Promise.all(this.runs.map(run => this.pictureRun(run)));
    for (const { run, epochs, samples } of runs) this.told.set(run.id, { text: JSON.stringify({ run, epochs }), samples: samples !== undefined });
    return { type: 'snapshot', revision: this.nextRevision(), runs };
  }

  protected async increment(): Promise<ReconstructionsHostMessage | 'snapshot' | undefined> {
    let news: ReconstructionsHostMessage | undefined;
    for (const shown of this.runs) {
      const feed = this.feedOf(shown);
      if (feed === undefined) continue;
      const run = this.labelOf(shown);
      const epochs = feed.series.epochs('picture');
      const told = this.told.get(run.id);
      if (told === undefined || (!told.samples && epochs.length > 0)) return 'snapshot';
      const text = JSON.stringify({ run, epochs });
      if (text === told.text) continue;
      // One run at a time.
      if (news !== undefined) {
        this.passOver();
        break;
      }
      this.told.set(run.id, { text, samples: told.samples });
      news = { type: 'update', revision: this.nextRevision(), run, epochs };
    }
    return news;
  }

  private async pictureRun(shown: ShownRun): Promise<PictureRun> {
    const feed = this.feedOf(shown);
    const run = this.labelOf(shown);
    if (feed === undefined) return { run, epochs: [], lossName: 'loss' };
    const info = await feed.info();
    const samples = info === undefined ? undefined : await readPictureSamples(feed.folder, info);
    return { run, epochs: samples === undefined ? [] : feed.series.epochs('picture'), lossName: await feed.loss(), ...(samples === undefined ? {} : { samples }) };
  }
}
