// Where codes and decoder come from: follows the host's messages, fetches the wanted epoch (only ever the newest wish) and the
// decoder when a newer one was written.
import { messageOf } from '../../core/errors.ts';
import type { LatentEpoch, LatentHostMessage, LatentRun } from '../../protocol/messages.ts';
import type { PageClient } from '../shared/client.ts';
import { isLive } from '../../view/runs.ts';
import type { Decoder } from './decoder.ts';
import { EpochStore } from './epoch-store.ts';

export interface SourceEvents {
  /** The page is about another run now. */
  reset(): void;
  /** The samples may be new ones. */
  samples(): void;
  /** Codes of an epoch to put into the picture. */
  show(data: LatentEpoch): void;
  changed(): void;
}

export class RunSource {
  run: LatentRun | undefined;
  /** The epoch asked for; the picture follows when its codes are there. */
  epoch: number | undefined;
  /** The newest epoch is shown as it arrives. */
  follow = true;
  busy = false;
  /** Counts the decoders fetched: what was decoded with another number is of another decoder. */
  modelVersion = -1;
  private shown: number | undefined;
  /** The codes shown are of an older snapshot. */
  private stale = true;
  private modelBusy = false;
  private loading: Promise<void> | undefined;
  private store = this.newStore();

  constructor(
    private readonly client: Pick<PageClient<LatentHostMessage, object>, 'request' | 'run' | 'ready'>,
    private readonly decoder: Pick<Decoder, 'load'>,
    private readonly events: SourceEvents,
  ) {}

  get live(): boolean {
    return this.run !== undefined && isLive(this.run.run.state);
  }

  /** Resolves when the newest epoch and decoder are shown, where they are followed. */
  async receive(message: Exclude<LatentHostMessage, { type: 'response' }>): Promise<void> {
    if (message.type === 'snapshot') {
      if (this.run?.run.id !== message.run.run.id) this.forget();
      this.run = message.run;
      this.store.clear();
      this.stale = true;
      this.events.samples();
    } else if (this.run !== undefined) {
      this.run = { ...this.run, run: message.run, epochs: message.epochs, modelVersion: message.modelVersion };
      this.store.keepOnly(message.epochs);
      // The first codes are there, and with them samples, which only a snapshot brings.
      if (this.run.samples === undefined && message.epochs.length > 0) this.client.ready();
    }
    const caughtUp = this.catchUp();
    this.events.changed();
    await caughtUp;
  }

  /** Brings epoch and decoder to where the run is. */
  private async catchUp(): Promise<void> {
    const epochs = this.run?.epochs ?? [];
    const last = epochs[epochs.length - 1];
    if (last !== undefined && (this.follow || this.epoch === undefined || !epochs.includes(this.epoch))) this.showEpoch(last, this.follow);
    else if (this.epoch !== undefined && this.stale) this.showEpoch(this.epoch, this.follow);
    const model = this.refreshModel();
    this.client.run(model);
    await Promise.allSettled([this.loading, model]);
  }

  showEpoch(epoch: number, follow: boolean): void {
    this.epoch = epoch;
    this.follow = follow;
    this.events.changed();
    if (this.busy) return;
    this.loading = this.loadWanted();
    this.client.run(this.loading);
  }

  private forget(): void {
    this.store = this.newStore();
    this.epoch = undefined;
    this.shown = undefined;
    this.follow = true;
    this.modelVersion = -1;
    this.events.reset();
  }

  private newStore(): EpochStore {
    return new EpochStore(epoch => this.client.request('latent', { runId: this.run!.run.id, epoch }));
  }

  /** Fetches the wanted epoch, and again if another is wanted by then: never a queue of epochs. */
  private async loadWanted(): Promise<void> {
    this.busy = true;
    try {
      while (this.run?.samples !== undefined && this.epoch !== undefined && (this.stale || this.epoch !== this.shown)) {
        const { epoch, store } = this;
        this.stale = false;
        const data = await store.get(epoch);
        if (store !== this.store) continue;
        this.shown = epoch;
        this.events.show(data);
      }
    } finally {
      this.busy = false;
      this.events.changed();
    }
  }

  /** Fetches the decoder when there is a newer one; one request at a time. */
  private async refreshModel(): Promise<void> {
    if (this.modelBusy) return;
    this.modelBusy = true;
    try {
      while (this.run !== undefined && this.run.epochs.length > 0 && this.modelVersion !== this.run.modelVersion) {
        const { run } = this;
        this.modelVersion = run.modelVersion;
        const { epoch, bytes } = await this.client.request('model', { runId: run.run.id, model: 'decoder' });
        if (this.run.run.id === run.run.id) await this.decoder.load(bytes, epoch);
      }
    } catch (error) {
      // A live run may not have written its model yet: the next increment asks again.
      if (!this.live) throw error;
      this.modelVersion = -1;
      console.warn(`The decoder could not be fetched: ${messageOf(error)}`);
    } finally {
      this.modelBusy = false;
    }
  }
}
