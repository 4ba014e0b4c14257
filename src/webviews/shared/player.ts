// <ae-player>: the slider over epochs that the reconstructions and latent pages share. It plays at a pace that shows any
// training in a few seconds, waits for the page while `busy`, and follows the newest epoch until the user takes the slider.
// Events: 'epoch' with detail { epoch, follow } on every change. Keys: arrows, Home, End on the slider; Space plays.
import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { attention } from './attention.ts';
import { iconButton } from './toolkit.ts';

export interface EpochDetail {
  readonly epoch: number;
  /** The newest epoch is to be shown as it arrives. */
  readonly follow: boolean;
}

const shortestFrame = 90;
const longestFrame = 450;
const wholeTraining = 7000;

@customElement('ae-player')
export class EpochPlayer extends LitElement {
  /** Epochs that can be shown, ascending. */
  @property({ attribute: false }) epochs: readonly number[] = [];
  /** The one shown. */
  @property({ type: Number }) epoch = 0;
  @property({ type: Boolean }) follow = true;
  /** The run is still writing epochs. */
  @property({ type: Boolean }) live = false;
  /** The page is loading an epoch: play waits. */
  @property({ type: Boolean }) busy = false;
  /** Epochs of the whole training, for the text. */
  @property({ type: Number }) total = 0;
  @state() private playing = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop();
  }

  /** Starts or stops playing; from the last epoch it starts over. */
  toggle(): void {
    if (this.playing) {
      this.stop();
      return;
    }
    if (this.epochs.length < 2) return;
    this.playing = true;
    if (this.index === this.epochs.length - 1) this.show(0, false);
    this.schedule();
  }

  /** One epoch forward (1) or back (−1). */
  step(by: number): void {
    this.stop();
    this.show(this.index + by, this.live && this.index + by >= this.epochs.length - 1);
  }

  private get index(): number {
    const at = this.epochs.indexOf(this.epoch);
    return at < 0 ? this.epochs.length - 1 : at;
  }

  private schedule(): void {
    const pace = Math.min(Math.max(wholeTraining / this.epochs.length, shortestFrame), longestFrame);
    this.timer = setTimeout(() => {
      attention.caught();
      if (!this.busy) {
        if (this.index >= this.epochs.length - 1) {
          this.stop();
          return;
        }
        this.show(this.index + 1, false);
      }
      this.schedule();
    }, pace);
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.playing = false;
  }

  private show(index: number, follow: boolean): void {
    const epoch = this.epochs[Math.min(Math.max(index, 0), this.epochs.length - 1)];
    if (epoch === undefined) return;
    this.epoch = epoch;
    this.follow = follow;
    this.dispatchEvent(new CustomEvent<EpochDetail>('epoch', { detail: { epoch, follow } }));
  }

  private readonly onInput = (event: Event) => {
    this.stop();
    const index = (event.currentTarget as HTMLInputElement).valueAsNumber;
    this.show(index, this.live && index === this.epochs.length - 1);
  };

  private readonly onKey = (event: KeyboardEvent) => {
    if (event.key !== ' ') return;
    event.preventDefault();
    this.toggle();
  };

  override render(): unknown {
    const last = this.epochs.length - 1;
    const text = `Epoch ${this.epoch}${this.total > 0 ? ` of ${this.total}` : ''}`;
    return html`<div class="player" role="group" aria-label="Epochs">
      ${iconButton({ label: this.playing ? 'Pause' : 'Play epochs', icon: this.playing ? 'debug-pause' : 'play', disabled: last < 1, onClick: () => this.toggle() })}
      ${iconButton({ label: 'Previous epoch', icon: 'chevron-left', disabled: this.index <= 0, onClick: () => this.step(-1) })}
      <input type="range" min="0" max=${Math.max(last, 0)} step="1" .value=${live(String(this.index))} ?disabled=${last < 1}
        aria-label="Epoch" aria-valuetext=${text} @input=${this.onInput} @keydown=${this.onKey}>
      ${iconButton({ label: 'Next epoch', icon: 'chevron-right', disabled: this.index >= last, onClick: () => this.step(1) })}
      <output class="player-text">${text}</output>
      ${this.live ? html`<button type="button" class="follow" aria-pressed=${this.follow ? 'true' : 'false'}
        title=${this.follow ? 'New epochs are shown as they arrive' : 'Show new epochs as they arrive'}
        @click=${() => { this.stop(); this.show(last, true); }}><span class="live-dot" aria-hidden="true"></span>Live</button>` : nothing}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ae-player': EpochPlayer;
  }
}
