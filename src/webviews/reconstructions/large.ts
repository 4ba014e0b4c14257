// <ae-large>: one sample with all that is known of it, as large as there is room: original, corrupted, and of every run the code, the
// reconstruction and the difference, with the numbers under the pointer. Events: 'step' (detail −1 or 1), 'shut', 'pin', 'save', 'reach' (detail 'whole' or 'own').
import { LitElement, html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { sizeOf } from '../../core/tensor.ts';
import type { PictureEpoch, PictureRun, PictureSamples } from '../../protocol/messages.ts';
import { columnScale } from '../shared/columns.ts';
import { dimensionName } from '../shared/dimensions.ts';
import { divergingColor } from '../../view/palette.ts';
import { codeLayout, codePixels, differencePixels, fit, imagePixels, isImage, paint, paintProfile, profileBars, rangeOf, type Range } from '../shared/pixels.ts';
import { formatNumber, formatValue } from '../../view/runs.ts';
import type { Theme } from '../shared/theme.ts';
import { iconButton, segments } from '../shared/toolkit.ts';
import { bestRun, squaredErrors, withoutMiddle, type Comparison } from './compare.ts';
import { codeSummary, columnRows, differenceReach, differenceText, largePictureSize, movedPlace, placeAt, placeName, placesOf, rankText, valueText, type Place } from './large-values.ts';
import type { Section } from './sections.ts';

const GAP = 16;
/** CSS pixels of one number of a code at most. */
const NUMBER = 34;
/** Numbers of a code that are printed one by one. */
const PRINTED_NUMBERS = 64;
const MOST_COLUMNS = 1000;
/** Height of a vector's bars to their width. */
const PROFILE = 0.6;

type ShownRun = PictureRun & { readonly samples: PictureSamples };
interface Box {
  readonly width: number;
  readonly height: number;
}

@customElement('ae-large')
export class LargeSample extends LitElement {
  @property({ attribute: false }) section!: Section;
  @property({ attribute: false }) shown: ReadonlyMap<string, PictureEpoch> = new Map();
  @property({ type: Number }) sample = 0;
  /** Samples in the order in which arrows go through them. */
  @property({ attribute: false }) order: readonly number[] = [];
  @property({ attribute: false }) names: ReadonlyMap<string, string> = new Map();
  @property({ attribute: false }) comparison: Comparison | undefined;
  @property({ attribute: false }) theme!: Theme;
  /** CSS pixels for pictures. */
  @property({ type: Number }) room = 0;
  @property({ type: Boolean }) pinned = false;
  /** Over which range differences are drawn: from −1 to 1, or as far as they go. */
  @property() reach: 'whole' | 'own' = 'whole';
  @state() private place: Place | undefined;
  /** Moved by keys: what is there is read aloud. */
  @state() private byKeys = false;
  /** The number of the code under the pointer, and whose code. */
  @state() private number: { readonly runId: string; readonly at: number } | undefined;
  @state() private columnOrder: 'file' | 'difference' = 'file';
  private readonly painters = new Map<string, (ctx: CanvasRenderingContext2D) => void>();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  private get samples(): PictureSamples {
    return this.section.samples;
  }

  private get image(): boolean {
    return isImage(this.samples.shape);
  }

  private get runsShown(): readonly { readonly run: ShownRun; readonly epoch: PictureEpoch }[] {
    return this.section.runs.flatMap(run => {
      const epoch = this.shown.get(run.run.id);
      return epoch === undefined ? [] : [{ run, epoch }];
    });
  }

  override render(): TemplateResult {
    this.painters.clear();
    const { section, samples, sample } = this;
    const runs = this.runsShown;
    const single = section.runs.length === 1;
    const corrupted = section.sharesCorrupted ? samples.corrupted : undefined;
    const size = this.pictureSize;
    const reach = this.reach === 'own' ? differenceReach(samples.original, runs.map(({ epoch }) => epoch.reconstruction), sample, samples.shape) : 1;
    const inputs = html`${this.samplePicture('original', 'Original', samples.original, size)}${corrupted === undefined ? nothing : this.samplePicture('corrupted', 'Corrupted', corrupted, size)}`;
    return html`${this.head(reach)}
      ${single ? runs.map(({ run, epoch }) => html`<section class="large-run">${this.verdict(run, epoch, false)}
          <div class="large-pictures">${inputs}${this.runPictures(run, epoch, size, reach)}</div>${this.readout()}${this.codeNumbers(run, epoch)}</section>`)
        : html`<section class="large-run"><div class="large-pictures">${inputs}</div>${this.readout()}</section>
          ${runs.map(({ run, epoch }) => html`<section class="large-run">${this.verdict(run, epoch, true)}
            <div class="large-pictures">${section.sharesCorrupted || run.samples.corrupted === undefined ? nothing : this.samplePicture(`corrupted-${run.run.id}`, 'Corrupted', run.samples.corrupted, size)}${this.runPictures(run, epoch, size, reach)}</div>
            ${this.codeNumbers(run, epoch)}</section>`)}`}
      ${this.image ? nothing : this.columnTable(runs)}`;
  }

  /** So large that what one run has stands in a line, and of several runs more than one is in sight. */
  private get pictureSize(): Box {
    const { samples, section } = this;
    const across = section.runs.length === 1 && !samples.corrupted ? 4 : 5;
    const side = largePictureSize(this.room, this.image ? across : 2, GAP);
    if (!this.image) return { width: side, height: Math.round(side * PROFILE) };
    const [height = 1, width = 1] = samples.shape;
    return fit(width, height, side, side * 1.25);
  }

  private head(reach: number): TemplateResult {
    const { sample, order, samples } = this;
    const at = order.indexOf(sample);
    const label = samples.labels?.[sample];
    const own = this.reach === 'own' ? reach : differenceReach(samples.original, this.runsShown.map(({ epoch }) => epoch.reconstruction), sample, samples.shape);
    return html`<div class="large-head">
      ${iconButton({ label: 'Previous sample (left arrow)', icon: 'arrow-left', disabled: at <= 0, onClick: () => this.tell('step', -1) })}
      ${iconButton({ label: 'Next sample (right arrow)', icon: 'arrow-right', disabled: at < 0 || at >= order.length - 1, onClick: () => this.tell('step', 1) })}
      <h2>${label === undefined ? nothing : html`<span class="large-label">${label}</span> `}<span class="muted">sample ${sample + 1} of ${samples.count}</span></h2>
      <span class="spacer"></span>
      ${this.image ? segments<'whole' | 'own'>({
        label: 'Difference', showLabel: true, value: this.reach, onChange: choice => this.tell('reach', choice),
        choices: [{ value: 'whole', label: '±1', title: 'Differences of all samples in the same colors' }, { value: 'own', label: `±${formatNumber(Number(own.toPrecision(2)))}`, title: 'As far as the differences of this sample go' }],
      }) : nothing}
      <span class="group">${iconButton({ label: this.pinned ? 'Let it go from the first columns' : 'Keep it in the first columns', icon: this.pinned ? 'pinned' : 'pin', pressed: this.pinned, onClick: () => this.tell('pin') })}
      ${iconButton({ label: 'Save this sample as PNG…', icon: 'device-camera', onClick: () => this.tell('save') })}
      ${iconButton({ label: 'Back to all samples (Escape)', icon: 'close', onClick: () => this.tell('shut') })}</span>
    </div>`;
  }

  /** Whose it is, its error and how that compares. */
  private verdict(run: ShownRun, epoch: PictureEpoch, named: boolean): TemplateResult {
    const { sample, comparison } = this;
    const rank = rankText(epoch.error, sample);
    const best = comparison !== undefined && bestRun(comparison, sample) === run.run.id;
    const squared = comparison?.own === false ? squaredErrors(this.samples, epoch)[sample]! : undefined;
    return html`<p class="large-verdict">${named ? html`<b title=${this.names.get(run.run.id) ?? ''}>${this.names.get(run.run.id)}</b> ` : nothing}<span class="muted">epoch ${epoch.epoch} ·</span>
      error <span class="number">${formatValue(epoch.error[sample]!)}</span> <span class="muted">(${run.lossName}${rank === undefined ? '' : `, ${rank}`})</span>
      ${squared === undefined ? nothing : html`<span class="muted">· squared error</span> <span class="number">${formatValue(squared)}</span>`}
      ${best ? html`<span class="large-best"><span class="codicon codicon-check verdict" aria-hidden="true"></span>nearest to the original</span>` : nothing}</p>`;
  }

  private runPictures(run: ShownRun, epoch: PictureEpoch, size: Box, reach: number): TemplateResult {
    const { samples, sample, theme } = this;
    const { id } = run.run;
    const difference = (ctx: CanvasRenderingContext2D) => {
      if (this.image) paint(ctx, differencePixels(samples.original, epoch.reconstruction, sample, samples.shape, theme.kind, reach), 0, 0, ctx.canvas.width, ctx.canvas.height);
      else this.paintBars(ctx, Float32Array.from(epoch.reconstruction, (value, i) => value - samples.original[i]!), this.ranges.map(({ min, max }) => ({ min: (min - max) / 2, max: (max - min) / 2 })));
    };
    return html`${this.codePicture(run, epoch, size)}
      ${this.samplePicture(`reconstruction-${id}`, 'Reconstruction', epoch.reconstruction, size)}
      ${this.figure(`difference-${id}`, 'Difference', size, this.canvasSize(size), difference, true, this.image ? this.ramp(size, reach) : html`<span class="muted small">reconstruction less original</span>`)}`;
  }

  private samplePicture(key: string, label: string, values: Float32Array, size: Box): TemplateResult {
    const { samples: { shape }, sample } = this;
    return this.figure(key, label, size, this.canvasSize(size), ctx => {
      if (this.image) paint(ctx, imagePixels(values, sample, shape), 0, 0, ctx.canvas.width, ctx.canvas.height);
      else this.paintBars(ctx, values, this.ranges);
    }, true);
  }

  /** Pixels of the data for pictures, which the browser makes squares of; of the screen for bars. */
  private canvasSize({ width, height }: Box): Box {
    const { shape } = this.samples;
    return this.image ? { width: shape[1]!, height: shape[0]! } : { width: Math.round(width * devicePixelRatio), height: Math.round(height * devicePixelRatio) };
  }

  private get ranges(): readonly Range[] {
    return columnScale(this.samples.original, sizeOf(this.samples.shape)).ranges;
  }

  private paintBars(ctx: CanvasRenderingContext2D, values: Float32Array, ranges: readonly Range[]): void {
    ctx.clearRect(0, 0, ctx.canvas.width, ctx.canvas.height);
    paintProfile(ctx, profileBars(values, this.sample, sizeOf(this.samples.shape), ranges), this.theme.category(0), 0, 0, ctx.canvas.width, ctx.canvas.height);
  }

  private codePicture(run: ShownRun, epoch: PictureEpoch, size: Box): TemplateResult {
    const { latentShape } = run.samples;
    const layout = codeLayout(latentShape);
    const area = fit(layout.width, layout.height, Math.min(size.width, layout.width * NUMBER), Math.min(Math.max(size.height, size.width), layout.height * NUMBER));
    const { id } = run.run;
    const codes = rangeOf(epoch.code);
    const onMove = (event: MouseEvent) => {
      const at = layout.numberAt(Math.floor((event.offsetX / area.width) * layout.width), Math.floor((event.offsetY / area.height) * layout.height));
      this.number = at === undefined ? undefined : { runId: id, at };
    };
    const at = this.number?.runId === id ? this.number.at : undefined;
    const value = at === undefined ? undefined : epoch.code[this.sample * sizeOf(latentShape) + at];
    return this.figure(`code-${id}`, 'Code', area, layout, ctx => {
      ctx.clearRect(0, 0, ctx.canvas.width, ctx.canvas.height);
      paint(ctx, codePixels(epoch.code, this.sample, latentShape, codes, this.theme.kind), 0, 0, layout.width, layout.height);
    }, false, html`<span class="small number">${at === undefined || value === undefined ? html`<span class="muted">${formatNumber(codes.min)} … ${formatNumber(codes.max)}</span>` : `${dimensionName(latentShape)(at)} = ${formatNumber(value)}`}</span>`, onMove);
  }

  /** @param pointed whether its places are those of the sample, which the pointer and keys name */
  private figure(key: string, label: string, size: Box, canvas: Box, draw: (ctx: CanvasRenderingContext2D) => void, pointed: boolean, below: TemplateResult | typeof nothing = nothing, onMove?: (event: MouseEvent) => void): TemplateResult {
    this.painters.set(key, draw);
    const { place } = this;
    const { across, down } = placesOf(this.samples.shape);
    const share = (part: number, of: number) => `${(100 * part) / of}%`;
    return html`<figure class="large-figure"><figcaption>${label}</figcaption>
      <div class="large-picture" .style=${`width: ${size.width}px; height: ${size.height}px`}>
        <canvas data-key=${key} width=${canvas.width} height=${canvas.height} role="img" tabindex=${pointed ? '0' : nothing}
          aria-label=${`${label} of sample ${this.sample + 1}${pointed ? '; arrow keys read its values' : ''}`}
          @pointermove=${onMove ?? (pointed ? this.onPointer : undefined)} @pointerleave=${this.onLeave} @keydown=${pointed ? this.onPlaceKey : undefined}></canvas>
        ${pointed && place !== undefined ? html`<span class="large-mark" .style=${`left: ${share(place.x, across)}; top: ${share(place.y, down)}; width: ${share(1, across)}; height: ${share(1, down)}`}></span>` : nothing}
      </div>${below}</figure>`;
  }

  /** The colors of differences, from reconstructions too low to too high. */
  private ramp({ width }: Box, reach: number): TemplateResult {
    const stops = Array.from({ length: 9 }, (_, i) => i / 8);
    const id = `large-ramp-${this.theme.kind}`;
    const end = formatNumber(Number(reach.toPrecision(2)));
    return html`<div class="large-ramp" .style=${`width: ${width}px`}><svg viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=${`Differences from −${end}, too low, to ${end}, too high`}>
      <defs><linearGradient id=${id}>${stops.map(t => svg`<stop offset=${t} stop-color=${`rgb(${divergingColor(this.theme.kind, 2 * t - 1).join(',')})`}></stop>`)}</linearGradient></defs>
      <rect width="100" height="8" fill=${`url(#${id})`}></rect></svg><span class="number">−${end}</span><span class="number">0</span><span class="number">+${end}</span></div>`;
  }

  /** What is at the pointer, of all pictures. */
  private readout(): TemplateResult {
    const { place, samples, sample, section } = this;
    const { shape, columns } = samples;
    if (place === undefined) return html`<p class="large-readout muted small">Point at a ${this.image ? 'pixel' : 'bar'}, or tab to a picture and use the arrow keys, for its numbers.</p>`;
    const value = (values: Float32Array) => html`<span class="number">${valueText(values, sample, place, shape, columns)}</span>`;
    const several = section.runs.length > 1;
    return html`<p class="large-readout small" aria-live=${this.byKeys ? 'polite' : 'off'}><b>${placeName(place, shape, columns)}</b>
      <span>original ${value(samples.original)}</span>${section.sharesCorrupted && samples.corrupted ? html`<span>corrupted ${value(samples.corrupted)}</span>` : nothing}
      ${this.runsShown.map(({ run, epoch }) => html`<span>${several ? withoutMiddle(this.names.get(run.run.id) ?? '', 24) : 'reconstruction'} ${value(epoch.reconstruction)}</span>
        <span>${several ? nothing : 'difference '}<span class="number">${several ? '(' : ''}${differenceText(epoch.reconstruction, samples.original, sample, place, shape, columns)}${several ? ')' : ''}</span></span>`)}</p>`;
  }

  private codeNumbers(run: ShownRun, epoch: PictureEpoch): TemplateResult {
    const { latentShape } = run.samples;
    const size = sizeOf(latentShape);
    const code = epoch.code.subarray(this.sample * size, (this.sample + 1) * size);
    if (size > PRINTED_NUMBERS) return html`<p class="muted small">Code: ${codeSummary(code)}. Point at its picture for one of them.</p>`;
    const nameOf = dimensionName(latentShape);
    const at = this.number?.runId === run.run.id ? this.number.at : undefined;
    return html`<ol class="large-code" aria-label="Code">${Array.from(code, (value, d) => html`<li class=${d === at ? 'pointed' : ''}><span class="muted">${nameOf(d)}</span> <span class="number">${formatNumber(value)}</span></li>`)}</ol>`;
  }

  private columnTable(runs: readonly { readonly run: ShownRun; readonly epoch: PictureEpoch }[]): TemplateResult {
    const { samples, section, sample } = this;
    const features = sizeOf(samples.shape);
    const corrupted = section.sharesCorrupted ? samples.corrupted : undefined;
    const rows = columnRows({ original: samples.original, corrupted, reconstructions: runs.map(({ epoch }) => epoch.reconstruction) }, sample, features, samples.columns, this.columnOrder, MOST_COLUMNS);
    const several = section.runs.length > 1;
    return html`<section class="large-columns"><div class="large-columns-head"><h3>Columns</h3>${segments<'file' | 'difference'>({
      label: 'Order of the columns', value: this.columnOrder, onChange: order => { this.columnOrder = order; },
      choices: [{ value: 'file', label: 'In order' }, { value: 'difference', label: 'Furthest off first' }],
    })}${features > rows.length ? html`<span class="muted small">${rows.length} of ${features} columns</span>` : nothing}</div>
      <table class="error-table"><caption class="visually-hidden">Columns of sample ${sample + 1} in the units of the file</caption>
      <thead><tr><th scope="col">Column</th><th scope="col" class="value">Original</th>${corrupted === undefined ? nothing : html`<th scope="col" class="value">Corrupted</th>`}
        ${runs.map(({ run }) => html`<th scope="col" class="value">${several ? this.names.get(run.run.id) : 'Rebuilt'}</th><th scope="col" class="value">Difference</th>`)}</tr></thead>
      <tbody>${rows.map(row => html`<tr><th scope="row">${row.name}</th><td class="value number">${row.original}</td>${row.corrupted === undefined ? nothing : html`<td class="value number">${row.corrupted}</td>`}
        ${row.rebuilt.map(({ value, difference }) => html`<td class="value number">${value}</td><td class="value number">${difference}</td>`)}</tr>`)}</tbody></table></section>`;
  }

  protected override updated(): void {
    for (const canvas of this.querySelectorAll('canvas')) this.painters.get(canvas.dataset['key'] ?? '')?.(canvas.getContext('2d')!);
  }

  private readonly onPointer = (event: PointerEvent) => {
    const canvas = event.currentTarget as HTMLCanvasElement;
    this.byKeys = false;
    this.place = placeAt(event.offsetX / canvas.clientWidth, event.offsetY / canvas.clientHeight, this.samples.shape);
  };

  private readonly onLeave = () => {
    this.number = undefined;
    if (!this.byKeys) this.place = undefined;
  };

  private readonly onPlaceKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const far = event.shiftKey ? 5 : 1;
    this.byKeys = true;
    this.place = movedPlace(this.place, step[0]! * far, step[1]! * far, this.samples.shape);
    event.preventDefault();
    // The page would go to another sample.
    event.stopPropagation();
  };

  private tell(name: 'step' | 'shut' | 'pin' | 'save' | 'reach', detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ae-large': LargeSample;
  }
}
