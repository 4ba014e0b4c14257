// <ae-diagram>: a model as an hourglass. Looks are attributes from the theme, none are styles, so that the same element can be saved as a
// picture. Keys: arrows move from layer to layer, Enter picks one, Escape
// none.
import { LitElement, html, nothing, svg, type PropertyValues, type SVGTemplateResult, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { formatShape } from '../../core/tensor.ts';
import type { Diagram, DiagramNote } from '../../protocol/messages.ts';
import { readTheme, type Theme } from '../shared/theme.ts';
import { BoxWatch } from '../shared/watching.ts';
import { LABEL_LINES, fitText, layoutDiagram, type Box, type DiagramLayout, type PlacedLayer } from './layout.ts';
import { drawnPart, kindText, parameterText, partName, spoken, summaryOf, type DiagramPart } from './words.ts';

const measure = new OffscreenCanvas(1, 1).getContext('2d')!;
/** Units of a bar that are drawn one by one. */
const CELLS = 24;

@customElement('ae-diagram')
export class DiagramView extends LitElement {
  @property({ attribute: false }) diagram!: Diagram;
  @property({ attribute: false }) theme: Theme = readTheme();
  /** Not that of the text as it is now. */
  @property({ type: Boolean }) stale = false;
  @property({ attribute: false }) selected: string | undefined;
  @property({ attribute: false }) cursor: readonly string[] = [];
  @state() private hovered: string | undefined;
  private readonly box = new BoxWatch(this, '.diagram-box');
  private layout: DiagramLayout | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  get picture(): SVGSVGElement | undefined {
    return this.querySelector<SVGSVGElement>('svg.diagram') ?? undefined;
  }

  /** Brings a layer into view. */
  showLayer(key: string): void {
    const at = this.layout?.layers.find(({ layer }) => layer.key === key)?.area;
    const box = this.querySelector('.diagram-box');
    if (at === undefined || box === null) return;
    if (at.x < box.scrollLeft || at.x + at.width > box.scrollLeft + box.clientWidth) box.scrollTo({ left: at.x + at.width / 2 - box.clientWidth / 2 });
    if (at.y < box.scrollTop || at.y + at.height > box.scrollTop + box.clientHeight) box.scrollTo({ top: at.y + at.height / 2 - box.clientHeight / 2 });
  }

  protected override updated(changes: PropertyValues): void {
    this.toggleAttribute('standing', this.layout?.standing === true);
    if (changes.has('cursor') && this.cursor[0] !== undefined) this.showLayer(this.cursor[0]);
  }

  override render(): TemplateResult {
    return html`<div class="diagram-box ${this.stale ? 'stale' : ''}" role="group" aria-roledescription="diagram" aria-label=${summaryOf(this.diagram)} @keydown=${this.onKey}>${
      this.box.width < 60 ? nothing : this.drawing()}</div>`;
  }

  private drawing(): TemplateResult {
    const { diagram, theme, box } = this;
    const size = Math.max(Math.round(theme.fontSize * 0.88), 11);
    measure.font = `${size}px ${theme.fontFamily}`;
    const textWidth = (text: string) => measure.measureText(text).width;
    const layout = this.layout = layoutDiagram(diagram, { width: box.width, height: box.height, fontSize: size, textWidth });
    const { width, height, layers } = layout;
    const focusable = layers.some(({ layer }) => layer.key === this.selected) ? this.selected : layers[0]?.layer.key;
    return html`<svg class="diagram" width=${width} height=${height} viewBox="0 0 ${width} ${height}" font-family=${theme.fontFamily} font-size=${size} opacity=${this.stale ? 0.45 : nothing}>
      ${layers.map(placed => this.backdrop(placed))}
      ${layers.map((placed, i) => (i === 0 ? nothing : this.flow(layers[i - 1]!, placed, layout)))}
      ${this.parts(layout, size)}
      ${this.loss(layout, textWidth)}
      ${layers.map(placed => svg`<g class="layer" data-key=${placed.layer.key} role="button" tabindex=${placed.layer.key === focusable ? 0 : -1} aria-label=${spoken(diagram, placed.layer)}
        aria-pressed=${placed.layer.key === this.selected ? 'true' : 'false'} @click=${() => this.pick(placed.layer.key)}
        @pointerenter=${() => this.hover(placed.layer.key)} @pointerleave=${() => this.hover(undefined)} @focus=${() => this.hover(placed.layer.key)} @blur=${() => this.hover(undefined)}>
        <rect x=${placed.area.x} y=${placed.area.y} width=${placed.area.width} height=${placed.area.height} fill="transparent"></rect>
        ${this.shape(placed, layout)}${layout.standing ? this.labelBeside(placed, layout, textWidth, size) : this.labelBelow(placed, layout, textWidth, size)}</g>`)}
      ${layout.standing ? nothing : layout.notes.map(({ note, layer, box: at }) => this.leader(note, at, layers[layer]!))}
      ${layout.notes.map(({ note, box: at }) => this.note(note, at, textWidth, size))}
    </svg>`;
  }

  private colorOf(part: DiagramPart): string {
    const { theme } = this;
    switch (part) {
      case 'encoder': return theme.category(0);
      case 'latent': return theme.category(1);
      case 'decoder': return theme.category(2);
      default: return theme.muted;
    }
  }

  private get bold(): boolean {
    return this.theme.kind === 'highContrast' || this.theme.kind === 'highContrastLight';
  }

  /** What the cursor or the mouse is at, behind everything. */
  private backdrop({ layer: { key }, area }: PlacedLayer): SVGTemplateResult | typeof nothing {
    const { theme } = this;
    const [chosen, cursor, hovered] = [key === this.selected, this.cursor.includes(key), key === this.hovered];
    if (!chosen && !cursor && !hovered) return nothing;
    return svg`<rect class=${cursor ? 'at-cursor' : nothing} x=${area.x + 1} y=${area.y} width=${area.width - 2} height=${area.height} rx="6" fill=${theme.foreground} fill-opacity=${chosen ? 0.1 : cursor ? 0.08 : 0.05}
      stroke=${chosen ? theme.focus : cursor || this.bold ? theme.foreground : 'none'} stroke-width=${chosen ? 1.5 : 1} stroke-dasharray=${chosen ? nothing : '3 3'}></rect>`;
  }

  /** What goes from one layer to the next: the narrower, the fewer numbers. */
  private flow(from: PlacedLayer, to: PlacedLayer, { axis, standing }: DiagramLayout): SVGTemplateResult {
    const color = this.colorOf(drawnPart(this.diagram, to.layer));
    const points = standing
      ? [[axis - from.half, from.face.y + from.face.height], [axis + from.half, from.face.y + from.face.height], [axis + to.half, to.face.y], [axis - to.half, to.face.y]]
      : [[from.face.x + from.face.width, axis - from.half], [to.face.x, axis - to.half], [to.face.x, axis + to.half], [from.face.x + from.face.width, axis + from.half]];
    return svg`<path d=${`M${points.map(point => point.map(at => at.toFixed(1)).join(' ')).join('L')}Z`} fill=${color} fill-opacity=${this.bold ? 0.28 : 0.13}></path>`;
  }

  private shape(placed: PlacedLayer, layout: DiagramLayout): SVGTemplateResult {
    const { layer, kind, face: { x, y, width, height }, depth } = placed;
    const { theme, diagram } = this;
    const part = drawnPart(diagram, layer);
    const color = this.colorOf(part);
    const stroke = this.bold ? theme.foreground : color;
    const dash = layer.frozen ? '4 3' : nothing;
    // The sample is no layer: paler.
    const [face1, top1, side1] = part === 'input' ? [0.26, 0.14, 0.4] : part === 'latent' ? [0.85, 0.4, 0.95] : [0.5, 0.28, 0.72];
    if (kind === 'slab') {
      return svg`<rect x=${x} y=${y} width=${width} height=${height} rx="4" fill=${theme.background} stroke=${stroke} stroke-opacity="0.8" stroke-dasharray=${dash}></rect>
        <rect x=${x} y=${y} width=${width} height=${height} rx="4" fill=${color} fill-opacity="0.18"></rect>
        ${layout.standing ? nothing : svg`<text x=${x + width / 2} y=${y + height / 2} transform="rotate(-90 ${x + width / 2} ${y + height / 2})" text-anchor="middle" dy="0.35em" fill=${theme.foreground}>${layer.short}</text>`}`;
    }
    const front = svg`<rect x=${x} y=${y} width=${width} height=${height} rx=${kind === 'bar' ? 3 : 0} fill=${theme.background}></rect>
      <rect x=${x} y=${y} width=${width} height=${height} rx=${kind === 'bar' ? 3 : 0} fill=${color} fill-opacity=${face1} stroke=${stroke} stroke-dasharray=${dash}></rect>`;
    if (kind === 'bar') return svg`${front}${this.cells(placed, layout)}${this.emblem(placed)}`;
    const [dx, dy] = [depth, depth * 0.62];
    return svg`${front}
      <path d="M${x} ${y}l${dx} ${-dy}h${width}l${-dx} ${dy}Z" fill=${color} fill-opacity=${top1} stroke=${stroke} stroke-linejoin="round" stroke-dasharray=${dash}></path>
      <path d="M${x + width} ${y}l${dx} ${-dy}v${height}l${-dx} ${dy}Z" fill=${color} fill-opacity=${side1} stroke=${stroke} stroke-linejoin="round" stroke-dasharray=${dash}></path>
      ${this.speckles(placed)}${this.emblem(placed)}`;
  }

  /** A short vector number by number. */
  private cells({ layer: { outputShape }, face: { x, y, width, height } }: PlacedLayer, { standing }: DiagramLayout): SVGTemplateResult | typeof nothing {
    const count = outputShape[0] ?? 0;
    const along = standing ? width : height;
    if (outputShape.length !== 1 || count < 2 || count > CELLS || along / count < 3) return nothing;
    const lines = Array.from({ length: count - 1 }, (_, i) => along * (i + 1) / count);
    return svg`<path d=${lines.map(at => (standing ? `M${(x + at).toFixed(1)} ${y}v${height}` : `M${x} ${(y + at).toFixed(1)}h${width}`)).join('')} stroke=${this.theme.background}></path>`;
  }

  /** Noise on the input. */
  private speckles({ layer, face: { x, y, width, height }, depth }: PlacedLayer): SVGTemplateResult | typeof nothing {
    if (!layer.notes.some(({ kind }) => kind === 'corruption')) return nothing;
    // Scattered by chance, and the same at every drawing.
    let state = 7;
    const chance = () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    };
    const dots = Array.from({ length: 44 }, () => {
      const [u, v] = [chance(), chance()];
      return `M${(x + width + u * depth).toFixed(1)} ${(y + v * height - u * depth * 0.62).toFixed(1)}h0M${(x + chance() * width).toFixed(1)} ${(y + chance() * height).toFixed(1)}h0`;
    });
    return svg`<path d=${dots.join('')} stroke=${this.theme.foreground} stroke-width="2.2" stroke-linecap="round"></path>`;
  }

  /** The kind of code, as a small figure on it. */
  private emblem({ layer, face: { x, y, width, height } }: PlacedLayer): SVGTemplateResult | typeof nothing {
    const { diagram, theme } = this;
    if (layer.key !== diagram.code || width < 12 || height < 26) return nothing;
    const [cx, cy] = [x + width / 2, y + height / 2];
    const plate = (content: SVGTemplateResult) => svg`<circle cx=${cx} cy=${cy} r="13" fill=${theme.background} stroke=${this.bold ? theme.foreground : this.colorOf('latent')}></circle>
      <g fill="none" stroke=${theme.foreground} stroke-width="1.4" stroke-linecap="round">${content}</g>`;
    switch (diagram.latent) {
      case 'plain': return nothing;
      case 'gaussian': case 'wasserstein': return plate(svg`<path d="M${cx - 9} ${cy + 5}C${cx - 4} ${cy + 5} ${cx - 4} ${cy - 6} ${cx} ${cy - 6}S${cx + 4} ${cy + 5} ${cx + 9} ${cy + 5}"></path>`);
      case 'spherical': return plate(svg`<circle cx=${cx} cy=${cy} r="7"></circle><ellipse cx=${cx} cy=${cy} rx="7" ry="2.6"></ellipse>`);
      case 'quantized': return plate(svg`<path d="M${cx - 6} ${cy - 6}h12v12h-12ZM${cx - 2} ${cy - 6}v12M${cx + 2} ${cy - 6}v12M${cx - 6} ${cy - 2}h12M${cx - 6} ${cy + 2}h12"></path>`);
    }
  }

  private labelBelow({ layer, area, kind, label }: PlacedLayer, { height, line }: DiagramLayout, textWidth: (text: string) => number, size: number): SVGTemplateResult | typeof nothing {
    if (kind === 'slab') return nothing;
    const { theme } = this;
    const top = height - line * (LABEL_LINES + 0.6) - line * 1.7 + line * 1.2;
    const lines = [layer.name, formatShape(layer.outputShape), kindText(layer), parameterText(layer)];
    return svg`${lines.map((text, i) => svg`<text x=${area.x + area.width / 2} y=${top + i * line} text-anchor="middle" fill=${i > 1 ? theme.muted : theme.foreground}
      font-weight=${i < 2 ? 600 : nothing} font-size=${i === 1 ? size + 1 : nothing}>${fitText(text, label, i < 2 ? each => textWidth(each) * 1.1 : textWidth)}</text>`)}`;
  }

  private labelBeside(placed: PlacedLayer, layout: DiagramLayout, textWidth: (text: string) => number, size: number): SVGTemplateResult {
    const { theme } = this;
    const { layer, area, kind, face } = placed;
    const x = layout.axis * 2 + 6;
    const { label: room } = placed;
    if (kind === 'slab') return svg`<text x=${x} y=${face.y + face.height / 2} dy="0.35em" fill=${theme.muted}>${fitText([layer.short, parameterText(layer)].filter(text => text !== '').join(' · '), room, textWidth)}</text>`;
    const shape = formatShape(layer.outputShape);
    const wide = textWidth(shape) * 1.15;
    const y = area.y + layout.line + 1;
    return svg`<text x=${x} y=${y} fill=${theme.foreground} font-weight="600">${fitText(layer.name, room - wide - 10, each => textWidth(each) * 1.1)}</text>
      <text x=${layout.width - 10} y=${y} text-anchor="end" fill=${theme.foreground} font-weight="600" font-size=${size + 1}>${shape}</text>
      <text x=${x} y=${y + layout.line} fill=${theme.muted}>${fitText([kindText(layer), parameterText(layer)].filter(text => text !== '').join(', '), room, textWidth)}</text>`;
  }

  /** The names of the parts, over theirs. */
  private parts({ layers, standing, line }: DiagramLayout, size: number): readonly SVGTemplateResult[] {
    if (standing) return [];
    return (['encoder', 'latent', 'decoder'] as const).flatMap(part => {
      const own = layers.filter(({ layer }) => drawnPart(this.diagram, layer) === part);
      const [first, last] = [own[0], own.at(-1)];
      if (first === undefined || last === undefined) return [];
      const [left, right] = [first.area.x + 3, last.area.x + last.area.width - 3];
      const color = this.colorOf(part);
      return [svg`<path d="M${left} ${line * 1.5}H${right}" stroke=${color} stroke-width="2"></path>
        <text x=${(left + right) / 2} y=${line} text-anchor="middle" fill=${color} font-weight="600" font-size=${size}>${partName(part)}</text>`];
    });
  }

  /** What the output is compared with. */
  private loss({ layers, standing, height, line }: DiagramLayout, textWidth: (text: string) => number): SVGTemplateResult | typeof nothing {
    const loss = this.diagram.notes.find(({ kind }) => kind === 'loss');
    const [first, last] = [layers[0], layers.at(-1)];
    if (standing || loss === undefined || first === undefined || last === undefined) return nothing;
    const { theme } = this;
    const [from, to] = [last.area.x + last.area.width / 2, first.area.x + first.area.width / 2];
    const bottom = height - line * 0.75;
    const top = bottom - line * 0.7;
    const text = `${loss.label} between output and ${first.layer.notes.length > 0 ? 'clean input' : 'input'}`;
    const half = textWidth(text) / 2 + 8;
    const middle = (from + to) / 2;
    return svg`<path d="M${from} ${top}V${bottom - 5}q0 5 -5 5H${to + 5}q-5 0 -5 -5V${top + 2}" fill="none" stroke=${theme.muted} stroke-dasharray="4 3"></path>
      <path d="M${to - 4} ${top + 5}l4 -6l4 6" fill="none" stroke=${theme.muted}></path>
      <rect x=${middle - half} y=${bottom - line / 2} width=${half * 2} height=${line} fill=${theme.background}></rect>
      <text x=${middle} y=${bottom} dy="0.35em" text-anchor="middle" fill=${theme.foreground}>${text}</text>`;
  }

  private noteColor({ kind }: DiagramNote): string {
    return kind === 'latent' ? this.colorOf('latent') : this.theme.category(kind === 'corruption' ? 3 : 5);
  }

  /** From a note down to its layer. */
  private leader(note: DiagramNote, { x, y, width, height }: Box, { face, depth }: PlacedLayer): SVGTemplateResult {
    const at = face.x + (face.width + depth) / 2;
    return svg`<path d="M${Math.min(Math.max(at, x + 4), x + width - 4)} ${y + height}L${at} ${face.y - depth * 0.62 - 2}" stroke=${this.noteColor(note)} stroke-dasharray="2 2"></path>`;
  }

  private note(note: DiagramNote, { x, y, width, height }: Box, textWidth: (text: string) => number, size: number): SVGTemplateResult {
    const { theme } = this;
    return svg`<g class="note" pointer-events="none"><rect x=${x} y=${y} width=${width} height=${height} rx=${height / 2} fill=${theme.background} stroke=${this.noteColor(note)}></rect>
      <text x=${x + width / 2} y=${y + height / 2} dy="0.35em" text-anchor="middle" fill=${theme.foreground} font-size=${size}>${fitText(note.label, width - 10, textWidth)}</text></g>`;
  }

  private hover(key: string | undefined): void {
    this.hovered = key;
    this.dispatchEvent(new CustomEvent<string | undefined>('look', { detail: key }));
  }

  private pick(key: string): void {
    this.dispatchEvent(new CustomEvent<string>('pick', { detail: key }));
  }

  private readonly onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const layers = [...this.querySelectorAll<SVGGElement>('.layer')];
    const here = layers.findIndex(layer => layer === document.activeElement);
    if (here < 0) return;
    const target = { ArrowLeft: here - 1, ArrowUp: here - 1, ArrowRight: here + 1, ArrowDown: here + 1, Home: 0, End: layers.length - 1 }[event.key];
    const key = layers[here]!.dataset['key'];
    if (target !== undefined) {
      const next = layers[Math.min(Math.max(target, 0), layers.length - 1)];
      next?.focus({ preventScroll: true });
      if (next?.dataset['key'] !== undefined) this.showLayer(next.dataset['key']);
    } else if (event.key === 'Escape') this.dispatchEvent(new CustomEvent('leave'));
    else if ((event.key === 'Enter' || event.key === ' ') && key !== undefined) this.pick(key);
    else return;
    event.preventDefault();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ae-diagram': DiagramView;
  }
}
