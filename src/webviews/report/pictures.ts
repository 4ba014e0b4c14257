// <ae-pictures>: pictures that the program wrote into run folders, fetched when they are first shown and again when they are written
// anew. Drawn without smoothing, at whole multiples of their size where there is room.
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { messageOf } from '../../core/errors.ts';
import type { ReportPicture } from '../../protocol/messages.ts';
import { iconButton } from '../shared/toolkit.ts';

export interface PictureItem extends ReportPicture {
  readonly runId: string;
  readonly caption: string;
}

export interface PictureSource {
  read(runId: string, file: string): Promise<Uint8Array>;
  save(name: string, bytes: Uint8Array): void;
}

interface Loaded {
  readonly version: number;
  readonly bytes?: Uint8Array;
  readonly address?: string;
  readonly failure?: string;
}

@customElement('ae-pictures')
export class PicturesView extends LitElement {
  @property({ attribute: false }) items: readonly PictureItem[] = [];
  @property({ attribute: false }) source!: PictureSource;
  /** Times the size of the picture on the screen; 0 fits the width. */
  @property({ type: Number }) zoom = 0;
  private readonly loaded = new Map<string, Loaded>();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const { address } of this.loaded.values()) if (address !== undefined) URL.revokeObjectURL(address);
    this.loaded.clear();
  }

  protected override willUpdate(changes: PropertyValues): void {
    if (!changes.has('items')) return;
    const wanted = new Set(this.items.map(keyOf));
    for (const [key, { address }] of this.loaded) {
      if (wanted.has(key)) continue;
      if (address !== undefined) URL.revokeObjectURL(address);
      this.loaded.delete(key);
    }
    for (const item of this.items) if (this.loaded.get(keyOf(item))?.version !== item.version) void this.load(item);
  }

  /** The picture before stays until the new one is here. */
  private async load(item: PictureItem): Promise<void> {
    const key = keyOf(item);
    const before = this.loaded.get(key);
    this.loaded.set(key, { ...before, version: item.version });
    const now = await this.source.read(item.runId, item.file).then(
      (bytes): Loaded => ({ version: item.version, bytes, address: URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'image/png' })) }),
      (error: unknown): Loaded => ({ version: item.version, failure: messageOf(error) }),
    );
    if (this.loaded.get(key)?.version !== item.version) {
      if (now.address !== undefined) URL.revokeObjectURL(now.address);
      return;
    }
    if (before?.address !== undefined) URL.revokeObjectURL(before.address);
    this.loaded.set(key, now);
    this.requestUpdate();
  }

  override render(): TemplateResult {
    return html`<div class="pictures">${this.items.map(item => this.figure(item))}</div>`;
  }

  private figure(item: PictureItem): TemplateResult {
    const { address, bytes, failure } = this.loaded.get(keyOf(item)) ?? { version: 0 };
    return html`<figure class=${this.zoom === 0 ? 'fitted' : ''}><figcaption><span class="figure-name" title=${item.caption}>${item.caption}</span>${
      bytes === undefined ? nothing : iconButton({ label: `Save ${item.caption} as PNG…`, icon: 'device-camera', onClick: () => this.source.save(item.file.split('/').at(-1)!, bytes) })}</figcaption>
      ${failure !== undefined ? html`<p class="bad small">${failure}</p>`
        : address === undefined ? html`<div class="picture-wait muted small">Loading…</div>`
          : html`<div class="picture-scroll" tabindex="0" role="group" aria-label=${item.caption}><img src=${address} alt=${item.caption} @load=${(event: Event) => this.scale(event.currentTarget as HTMLImageElement)}></div>`}</figure>`;
  }

  protected override updated(): void {
    for (const image of this.querySelectorAll('img')) this.scale(image);
  }

  private scale(image: HTMLImageElement): void {
    image.style.width = this.zoom === 0 || image.naturalWidth === 0 ? '' : `${image.naturalWidth * this.zoom}px`;
  }
}

function keyOf({ runId, file }: PictureItem): string {
  return `${runId}/${file}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ae-pictures': PicturesView;
  }
}
