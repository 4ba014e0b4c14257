// The latent-space page's host: encoded samples of one run by epoch, and the newest exported models for decoding in the page.
import type * as vscode from 'vscode';
import { StudioError } from '../../core/errors.ts';
import type { LatentHostMessage } from '../../protocol/messages.ts';
import { modelVersion, readLatentEpoch, readLatentSamples, readModel } from '../run-tensors.ts';
import { PagePanel, type PanelHost } from './page-panel.ts';

export class LatentPanel extends PagePanel<LatentHostMessage> {
  protected readonly answers = {
    latent: async ({ runId, epoch }: { runId: string; epoch: number }) => {
      const { folder } = this.recordOf(runId);
      const info = await this.shownFeed().info();
      if (info === undefined) throw new StudioError('run', `${folder} has no run.json that can be read.`);
      return readLatentEpoch(folder, epoch, info);
    },
    model: async ({ runId, model }: { runId: string; model: 'encoder' | 'decoder' | 'autoencoder' }) => {
      const bytes = await readModel(this.recordOf(runId).folder, model);
      return { epoch: await this.shownFeed().modelEpoch(bytes), bytes };
    },
  };
  private told = '';
  private toldSamples = false;

  constructor(host: PanelHost, panel: vscode.WebviewPanel) {
    super('latent', host, panel, false);
  }

  private shownFeed() {
    const feed = this.runs[0] === undefined ? undefined : this.feedOf(this.runs[0]);
    if (feed === undefined) throw new StudioError('run', 'The run has not begun yet.');
    return feed;
  }

  protected async snapshot(): Promise<LatentHostMessage | undefined> {
    const shown = this.runs[0];
    if (shown === undefined) return undefined;
    const run = this.labelOf(shown);
    const feed = this.feedOf(shown);
    this.toldSamples = false;
    if (feed === undefined) return { type: 'snapshot', revision: this.nextRevision(), run: { run, epochs: [], modelVersion: 0, lossName: 'loss' } };
    const info = await feed.info();
    const samples = info === undefined ? undefined : await readLatentSamples(feed.folder, info);
    const state = { epochs: samples === undefined ? [] : feed.series.epochs('latent'), modelVersion: modelVersion(feed.folder) };
    this.told = JSON.stringify({ run, ...state });
    this.toldSamples = samples !== undefined;
    return { type: 'snapshot', revision: this.nextRevision(), run: { run, ...state, lossName: await feed.loss(), ...(samples === undefined ? {} : { samples }) } };
  }

  protected async increment(): Promise<LatentHostMessage | 'snapshot' | undefined> {
    const shown = this.runs[0];
    const feed = shown && this.feedOf(shown);
    if (shown === undefined || feed === undefined) return undefined;
    const run = this.labelOf(shown);
    const state = { epochs: feed.series.epochs('latent'), modelVersion: modelVersion(feed.folder) };
    if (!this.toldSamples && state.epochs.length > 0) return 'snapshot';
    const told = JSON.stringify({ run, ...state });
    if (told === this.told) return undefined;
    this.told = told;
    return { type: 'update', revision: this.nextRevision(), run, ...state };
  }
}
