// <ae-matrix>: a confusion matrix as a heat map that is also a table. Arrow keys walk over its cells; the sentence below says what
// the cell under the mouse or the focus counts. With very many classes it becomes a picture without numbers.
import { LitElement, html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { areaColor, contrast, parseHex, type Rgb } from '../../view/palette.ts';
import { paint, type Pixels } from '../shared/pixels.ts';
import type { Theme } from '../shared/theme.ts';
import { percent, rowSums, shade, type Confusion } from '../../view/report/confusion.ts';

/** More classes than this have no room for numbers. */
const NUMBERED = 30;

@customElement('ae-matrix')
export class MatrixView extends LitElement {
  @property({ attribute: false }) confusion: Confusion = [];
  @property({ attribute: false }) names: readonly string[] = [];
  @property({ attribute: false }) theme!: Theme;
  @property({ type: Boolean }) shares = false;
  @state() private at: readonly [actual: number, predicted: number] | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** Names as short as digits stand as they are, longer ones on their side. */
  private get upright(): boolean {
    return this.names.every(name => name.length <= 3);
  }

  override render(): TemplateResult {
    return html`${this.confusion.length > NUMBERED ? html`<canvas class="matrix-canvas" role="img" aria-label="Confusion matrix"></canvas>` : this.table()}
      <p class="matrix-says" aria-live="polite">${this.at === undefined ? html`<span class="muted">Rows: true class. Columns: the class the classifier chose.</span>` : this.says(...this.at)}</p>`;
  }

  protected override updated(): void {
    const canvas = this.querySelector('canvas');
    if (canvas !== null) this.drawCanvas(canvas);
  }

  private table(): TemplateResult {
    const sums = rowSums(this.confusion);
    const [row, column] = this.at ?? [0, 0];
    return html`<div class="matrix-scroll"><table class="matrix ${this.upright ? 'upright' : ''}" role="grid" aria-label="Confusion matrix" @keydown=${this.onKey} @mouseover=${this.onPoint} @focusin=${this.onPoint} @mouseleave=${() => { this.at = undefined; }}>
      <thead><tr><td class="corner"></td>${this.names.map((name, i) => html`<th scope="col" class=${this.at?.[1] === i ? 'pointed' : ''}><span title=${name}>${name}</span></th>`)}</tr></thead>
      <tbody>${this.confusion.map((counts, actual) => html`<tr><th scope="row" class=${this.at?.[0] === actual ? 'pointed' : ''} title=${this.names[actual] ?? ''}>${this.names[actual]}</th>
        ${counts.map((count, predicted) => this.cell(count, sums[actual]!, actual, predicted, actual === row && predicted === column))}</tr>`)}</tbody></table></div>`;
  }

  private cell(count: number, sum: number, actual: number, predicted: number, reachable: boolean): TemplateResult {
    const color = this.colorOf(count, sum);
    const text = count === 0 ? '·' : this.shares ? (100 * count / sum).toFixed(count === sum ? 0 : 1) : String(count);
    const look = color === undefined ? '' : `background: rgb(${color.join(',')}); color: ${inkOn(color)}`;
    return html`<td role="gridcell" class="number ${actual === predicted ? 'right' : ''}" tabindex=${reachable ? '0' : '-1'} data-at=${`${actual},${predicted}`}
      aria-label=${this.says(actual, predicted)} .style=${look}>${text}</td>`;
  }

  private colorOf(count: number, sum: number): Rgb | undefined {
    return count === 0 ? undefined : areaColor(this.theme.kind, shade(count, sum));
  }

  private says(actual: number, predicted: number): string {
    const count = this.confusion[actual]?.[predicted] ?? 0;
    const sum = rowSums(this.confusion)[actual] ?? 0;
    return `${this.names[actual]} taken for ${actual === predicted ? 'itself' : this.names[predicted]}: ${count} of ${sum} (${percent(sum === 0 ? 0 : count / sum)})`;
  }

  private drawCanvas(canvas: HTMLCanvasElement): void {
    const side = Math.max(Math.floor(640 / this.confusion.length), 2) * this.confusion.length;
    canvas.width = canvas.height = side;
    const ctx = canvas.getContext('2d')!;
    ctx.clearRect(0, 0, side, side);
    paint(ctx, this.pixels(), 0, 0, side, side);
    canvas.onpointermove = event => {
      const size = this.confusion.length;
      const place = (offset: number) => Math.min(Math.max(Math.floor(offset / canvas.clientWidth * size), 0), size - 1);
      this.at = [place(event.offsetY), place(event.offsetX)];
    };
  }

  /** One pixel a cell. */
  private pixels(): Pixels {
    const size = this.confusion.length;
    const sums = rowSums(this.confusion);
    const data = new Uint8ClampedArray(size * size * 4);
    this.confusion.forEach((row, r) => row.forEach((count, c) => {
      const color = this.colorOf(count, sums[r]!);
      if (color !== undefined) data.set([...color, 255], (r * size + c) * 4);
    }));
    return { width: size, height: size, data };
  }

  private readonly onPoint = (event: Event) => {
    const at = (event.target as HTMLElement).closest<HTMLElement>('td[data-at]')?.dataset['at'];
    if (at === undefined) return;
    const [actual, predicted] = at.split(',').map(Number) as [number, number];
    if (this.at?.[0] !== actual || this.at[1] !== predicted) this.at = [actual, predicted];
  };

  private readonly onKey = (event: KeyboardEvent) => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const last = this.confusion.length - 1;
    const [row, column] = this.at ?? [0, 0];
    const next = [row + move[0]!, column + move[1]!].map(i => Math.min(Math.max(i, 0), last));
    this.querySelector<HTMLElement>(`td[data-at="${next.join(',')}"]`)?.focus();
  };

  /** The heat map as a picture, at twice the size that fits its numbers. */
  toPicture(title: string): OffscreenCanvas {
    const { confusion, names, theme } = this;
    const scale = 2;
    const cell = confusion.length > NUMBERED ? 8 : 46;
    const font = (weight = '') => `${weight} ${theme.fontSize}px ${theme.fontFamily}`.trim();
    const measure = new OffscreenCanvas(1, 1).getContext('2d')!;
    measure.font = font();
    const labels = Math.min(Math.max(...names.map(name => measure.measureText(name).width)) + 14, 180);
    const top = 34;
    const canvas = new OffscreenCanvas((labels + cell * confusion.length + 14) * scale, (top + labels + cell * confusion.length + 14) * scale);
    const ctx = canvas.getContext('2d')!;
    ctx.scale(scale, scale);
    ctx.fillStyle = theme.background;
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    ctx.fillStyle = theme.foreground;
    ctx.textBaseline = 'middle';
    ctx.font = font('600');
    ctx.fillText(title, 14, 18);
    ctx.font = font();
    paint(ctx, this.pixels(), labels, top + labels, cell * confusion.length, cell * confusion.length);
    const sums = rowSums(confusion);
    names.forEach((name, i) => {
      if (cell < theme.fontSize) return;
      ctx.fillStyle = theme.foreground;
      ctx.textAlign = 'right';
      ctx.fillText(name, labels - 6, top + labels + (i + 0.5) * cell, labels - 10);
      ctx.save();
      ctx.translate(labels + (i + 0.5) * cell, top + labels - 6);
      if (!this.upright) ctx.rotate(-Math.PI / 2);
      ctx.textAlign = this.upright ? 'center' : 'left';
      ctx.fillText(name, 0, 0, labels - 10);
      ctx.restore();
      confusion[i]!.forEach((count, c) => {
        const color = this.colorOf(count, sums[i]!);
        if (color === undefined) return;
        ctx.fillStyle = inkOn(color);
        ctx.textAlign = 'center';
        ctx.fillText(this.shares ? (100 * count / sums[i]!).toFixed(1) : String(count), labels + (c + 0.5) * cell, top + labels + (i + 0.5) * cell, cell - 4);
      });
    });
    return canvas;
  }
}

/** Black or white, whichever can be read on a colour. */
function inkOn(color: Rgb): string {
  return contrast(color, parseHex('#000000')) >= contrast(color, parseHex('#ffffff')) ? '#000000' : '#ffffff';
}

declare global {
  interface HTMLElementTagNameMap {
    'ae-matrix': MatrixView;
  }
}
