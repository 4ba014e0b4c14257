// The page's state and what the user can do with it. Panels are drawn from it (panels.ts, cards.ts), the picture asks it what to
// show (scatter.ts). Whatever is decoded goes through one queue in which newer wishes replace older ones.
import { nearestCode, sumOfCodes } from '../../analysis/arithmetic.ts';
import { interpolationPath } from '../../analysis/interpolate.ts';
import { nearestCodes } from '../../core/code-reach.ts';
import { hashText, RandomStream } from '../../core/random.ts';
import { sizeOf } from '../../core/tensor.ts';
import type { LatentEpoch, LatentHostMessage, LatentRun, LatentSamples, PageSetup } from '../../protocol/messages.ts';
import { PageClient } from '../shared/client.ts';
import { dimensionName } from '../shared/dimensions.ts';
import { onThemeChange, readTheme, type Theme } from '../shared/theme.ts';
import type { Point } from './camera.ts';
import { classLetters } from './class-letters.ts';
import { Decoder } from './decoder.ts';
import { decorationsOf } from './decorate.ts';
import { Embedding } from './embedding.ts';
import { classCentres, makeFrame, meanOf, relative, type AxesChoice, type Centre, type Frame } from './frame.ts';
import { letterSheet, shapeSheet } from './glyph-sheet.ts';
import { looksByClass, looksByError } from './looks.ts';
import { Manifold } from './manifold.ts';
import { setProfile } from './profile.ts';
import { beyondText, broughtText, reachOutline } from './reach.ts';
import { RunSource } from './run-source.ts';
import { Scatter, type Target } from './scatter.ts';
import { defaultView, type LatentView } from './settings.ts';
import { sampleCodes } from './statistics.ts';

export interface Hover {
  readonly target: Target;
  /** Where the pointer is in the picture. */
  readonly pixel: Point;
  readonly code: Float32Array;
  /** Decoded from the code; absent until the worker answers. */
  readonly values?: Float32Array;
}
/** Codes and what they decode to, in this order. */
export interface Decoded {
  readonly codes: Float32Array;
  readonly count: number;
  readonly values?: Float32Array;
}

export const SAMPLE_COUNT = 12;
/** Names of more classes are written only when they are asked for. */
const FEW_CLASSES = 12;

export class Explorer {
  readonly client: PageClient<LatentHostMessage, LatentView>;
  readonly decoder: Decoder;
  readonly manifold: Manifold;
  readonly embedding = new Embedding(() => { this.showFrame(); }, () => this.source.live && this.source.follow);
  readonly scatter: Scatter;
  readonly host = document.createElement('div');
  theme: Theme = readTheme();
  readonly source: RunSource;
  frame: Frame | undefined;
  hover: Hover | undefined;
  /** The code the sliders hold. */
  probe: Decoded | undefined;
  probeMoved = false;
  /** Up to two chosen samples, three of a sum. */
  ends: readonly number[] = [];
  path: Decoded | undefined;
  /** A − B + C, and the nearest sample that is none of them. */
  sum: (Decoded & { readonly nearest?: number }) | undefined;
  pathStep: number | undefined;
  samples: Decoded | undefined;
  /** Mean error of the samples shown. */
  meanError = NaN;
  private hiddenClasses: ReadonlySet<number> = new Set();
  private drawn = 0;
  private letters: readonly string[] = [];
  private centres: readonly (Centre | undefined)[] = [];
  /** Where keys put the probe, and its code there. */
  private stepped: (Point & { readonly code: Float32Array }) | undefined;
  /** The picture was used by keys last, not by the pointer. */
  byKeys = false;

  /** @param changed the panels are out of date; @param hovered only the card at the pointer is */
  constructor(setup: PageSetup, private readonly changed: () => void, private readonly hovered: () => void) {
    this.client = new PageClient<LatentHostMessage, LatentView>(defaultView, message => this.source.receive(message));
    this.decoder = new Decoder(setup.assets, () => this.decoderChanged());
    this.source = new RunSource(this.client, this.decoder, {
      reset: () => this.forget(),
      samples: () => {
        this.letters = classLetters(this.sampleData?.classNames ?? []);
        setProfile(this.sampleData);
      },
      show: data => this.showFrame(data),
      changed: this.changed,
    });
    this.manifold = new Manifold(this.decoder, () => this.scatter.redraw());
    this.host.className = 'plot';
    this.scatter = new Scatter(this.host, this.theme, {
      hover: (target, pixel) => this.setHover(target, pixel),
      click: target => this.click(target),
      settled: () => this.updateGrid(),
      key: event => this.key(event),
      shown: index => this.isShown(index),
      gridShown: () => this.view.grid,
      drawGrid: (ctx, camera, size) => { if (this.view.grid) this.manifold.draw(ctx, camera, size); },
      decorations: () => decorationsOf(this, this.centres, this.outline()),
    });
    onThemeChange(theme => {
      this.theme = theme;
      this.scatter.setTheme(theme);
      this.updateLooks();
      this.changed();
    });
    this.host.addEventListener('pointerdown', () => { this.handed(false); }, { capture: true });
    this.host.addEventListener('focus', () => { if (this.host.matches(':focus-visible')) this.handed(true); });
    this.host.addEventListener('blur', () => {
      if (this.byKeys) this.setHover(undefined, { x: 0, y: 0 });
      this.handed(false);
    });
    this.client.ready();
  }

  /** Keys or pointer: what can be done next is told for the hand that was used. */
  private handed(byKeys: boolean): void {
    if (this.byKeys === byKeys) return;
    this.byKeys = byKeys;
    this.changed();
  }

  get view(): Readonly<LatentView> {
    return this.client.view;
  }

  get run(): LatentRun | undefined {
    return this.source.run;
  }

  get sampleData(): LatentSamples | undefined {
    return this.run?.samples;
  }

  get shape(): readonly number[] {
    return this.sampleData?.shape ?? [];
  }

  get latentSize(): number {
    return sizeOf(this.sampleData?.latentShape ?? []);
  }

  get nameOf(): (dimension: number) => string {
    return dimensionName(this.sampleData?.latentShape ?? []);
  }

  /** What is shown of the latent: the user's choice, or what suits its size. */
  get axes(): AxesChoice {
    const { mode, x, y } = this.view;
    const size = this.latentSize;
    const inRange = x < size && y < size && x !== y;
    return { mode: mode === 'auto' ? (size > 2 ? 'pca' : 'axes') : mode, x: inRange ? x : 0, y: inRange ? y : Math.min(1, size - 1) };
  }

  /** Whether class names are written over the points. */
  get namesShown(): boolean {
    const { names } = this.view;
    return names === 'on' || (names === 'auto' && (this.sampleData?.classNames?.length ?? 0) <= FEW_CLASSES);
  }

  /** Why a code is none that the latent can give; undefined where it is one, or nothing is known. */
  beyond(code: ArrayLike<number>): string | undefined {
    return beyondText(code, this.sampleData?.reach, this.nameOf);
  }

  /** What became of a sum, a path or random codes before they were decoded. */
  get brought(): string | undefined {
    return broughtText(this.sampleData?.reach, this.frame?.codebook);
  }

  /** The nearest codes that the decoder was taught, as the trainer takes them when it generates. */
  private nearestKnown(codes: Float32Array): Float32Array {
    return nearestCodes(codes, this.latentSize, this.sampleData?.reach, this.frame?.codebook);
  }

  private outline(): readonly Point[] | undefined {
    const { frame } = this;
    return frame && reachOutline(frame.projection, this.base(), this.sampleData?.reach, frame.bounds);
  }

  get colour(): 'class' | 'error' {
    return this.sampleData?.labels === undefined ? 'error' : this.view.colour;
  }

  className(sample: number): string | undefined {
    const label = this.sampleData?.labels?.[sample];
    return label === undefined ? undefined : this.sampleData?.classNames?.[label] ?? String(label);
  }

  isShown(sample: number): boolean {
    const label = this.sampleData?.labels?.[sample];
    return label === undefined || !this.hiddenClasses.has(label);
  }

  codeOf(sample: number): Float32Array {
    const { codes, size } = this.frame!;
    return codes.slice(sample * size, (sample + 1) * size);
  }

  /** Changes view settings and everything that hangs on them. */
  setView(patch: Partial<LatentView>): void {
    this.client.updateView(patch);
    if ('mode' in patch || 'x' in patch || 'y' in patch) this.showFrame();
    if ('hidden' in patch || 'colour' in patch || 'marks' in patch) this.updateLooks();
    if (patch.strip === 'path') this.ends = this.ends.slice(0, 2);
    if ('way' in patch || 'steps' in patch || 'strip' in patch) this.updatePath();
    if ('sampling' in patch) this.drawSamples();
    if ('grid' in patch) this.updateGrid();
    this.scatter.gridOpacity = this.view.gridOpacity;
    this.scatter.redraw();
    this.changed();
  }

  toggleClass(name: string): void {
    const { hidden } = this.view;
    this.setView({ hidden: hidden.includes(name) ? hidden.filter(other => other !== name) : [...hidden, name] });
  }

  // ── Frames ────────────────────────────────────────────────────────────────────────────────────────────────────────

  private forget(): void {
    this.embedding.stop();
    this.frame = this.probe = this.path = this.sum = this.samples = this.hover = undefined;
    this.ends = [];
    this.probeMoved = false;
  }

  /** Puts codes into the picture; without new ones, the same again after a change of axes. */
  private showFrame(data: LatentEpoch | undefined = this.frame && { epoch: this.frame.epoch, code: this.frame.codes, error: this.frame.error, ...(this.frame.codebook === undefined ? {} : { codebook: this.frame.codebook }) }): void {
    if (data === undefined || this.latentSize === 0) return;
    const before = this.frame;
    const choice = this.axes;
    if (choice.mode === 'tsne') this.embedding.follow(`${this.run!.run.id}|${data.epoch}`, data.code, data.code.length / this.latentSize, this.latentSize);
    else this.embedding.stop();
    const embedded = choice.mode === 'tsne' ? this.embedding.places : undefined;
    const sameAxes = before !== undefined && before.choice.mode === choice.mode && before.choice.x === choice.x && before.choice.y === choice.y
      && (before.projection.kind === 'tsne') === (embedded !== undefined);
    const { labels } = this.sampleData!;
    this.frame = makeFrame(data, this.latentSize, choice, this.nameOf, labels, sameAxes ? before.points : undefined, embedded);
    this.centres = labels && this.sampleData!.classNames ? classCentres(this.frame.points, labels, this.sampleData!.classNames.length) : [];
    this.updateLooks();
    this.host.setAttribute('aria-label', `Latent space, epoch ${data.epoch}`);
    // Epochs that come while training glide only where a graphics card draws them.
    const following = this.source.live && this.source.follow && before?.epoch !== data.epoch;
    this.scatter.setPoints(this.frame.points, this.frame.picker, this.frame.bounds, !(following && this.scatter.onProcessor));
    if (before !== undefined && !sameAxes) this.scatter.showAll();
    if (before === undefined) this.recall(this.frame.count);
    if (!this.probeMoved) this.setProbe(Float32Array.from(this.frame.ranges, range => range.median), false);
    if (this.hover?.target.kind === 'point') this.setHover(this.hover.target, this.hover.pixel);
    this.updatePath();
    if (this.samples === undefined) this.drawSamples();
    this.changed();
  }

  private updateLooks(): void {
    const { frame, theme } = this;
    if (frame === undefined) return;
    const { labels, classNames } = this.sampleData!;
    this.hiddenClasses = new Set((classNames ?? []).flatMap((name, k) => (this.view.hidden.includes(name) ? [k] : [])));
    this.meanError = meanOf(frame.error, index => this.isShown(index));
    const hidden = (label: number) => this.hiddenClasses.has(label);
    this.scatter.setSheet(this.view.marks === 'letters' ? letterSheet(this.letters, theme.fontFamily) : shapeSheet());
    this.scatter.setLooks(this.colour === 'class' && labels
      ? looksByClass(theme.kind, labels, frame.count, hidden)
      : looksByError(theme.kind, relative(frame.error), labels, hidden));
    this.manifold.profileColor = theme.muted;
  }

  // ── The decoder ───────────────────────────────────────────────────────────────────────────────────────────────────

  private decoderChanged(): void {
    if (this.decoder.ready) {
      this.redecode();
      this.updateGrid();
    }
    this.changed();
    this.hovered();
  }

  private redecode(): void {
    if (this.probe) this.setProbe(this.probe.codes, this.probeMoved);
    this.updatePath();
    if (this.samples) this.client.run(this.decodeSamples(this.samples));
    if (this.hover) this.setHover(this.hover.target, this.hover.pixel);
  }

  updateGrid(): void {
    const { frame } = this;
    if (!this.view.grid || frame === undefined || this.decoder.state.kind !== 'ready') {
      if (!this.view.grid) this.manifold.clear();
      return;
    }
    const base = this.base();
    // Dimensions that the picture does not show change what every place decodes to.
    const others = frame.choice.mode === 'axes' ? base.filter((_, d) => d !== frame.choice.x && d !== frame.choice.y).join() : '';
    const version = `${this.run!.run.id}|${this.decoder.state.epoch}|${this.source.modelVersion}|${JSON.stringify(frame.choice)}|${frame.choice.mode === 'axes' ? hashText(others) : `${frame.epoch} ${this.embedding.version}`}`;
    this.client.run(this.manifold.update({
      version, shape: this.shape, singleRow: frame.projection.kind === 'histogram', lift: (x, y) => frame.projection.lift(x, y, base),
    }, this.scatter.camera, this.scatter.size));
  }

  /** What the dimensions that are not on an axis are held at. */
  private base(): Float32Array {
    return this.probe?.codes ?? Float32Array.from(this.frame!.ranges, range => range.median);
  }

  // ── Pointer, probe, path, samples ─────────────────────────────────────────────────────────────────────────────────

  /** @param at the code of a place, where it is more than the place says */
  private setHover(target: Target | undefined, pixel: Point, at?: Float32Array): void {
    const { frame } = this;
    if (target === undefined || frame === undefined || (target.kind === 'point' && target.index >= frame.count)) {
      this.hover = undefined;
    } else {
      const code = at ?? (target.kind === 'point' ? this.codeOf(target.index) : frame.projection.lift(target.x, target.y, this.base()));
      // The old picture stays until the new one is decoded: a flicker at every move would hide what changes.
      const values = this.hover?.target.kind === target.kind ? this.hover.values : undefined;
      this.hover = { target, pixel, code, ...(values ? { values } : {}) };
      this.client.run(this.decoder.ask('hover', code, 1).then(decoded => {
        if (decoded === undefined || this.hover === undefined || this.hover.code !== code) return;
        this.hover = { ...this.hover, values: decoded };
        this.hovered();
      }));
    }
    // A place that no sample can have is decoded all the same, but not as if it were any other.
    this.host.classList.toggle('beyond', this.hover?.target.kind === 'place' && this.sampleData?.reach?.kind === 'range' && this.beyond(this.hover.code) !== undefined);
    this.scatter.redraw();
    this.hovered();
  }

  private click(target: Target): void {
    const { frame } = this;
    if (frame === undefined) return;
    if (target.kind === 'point') {
      this.setProbe(this.codeOf(target.index), true);
      this.choose(target.index);
    } else {
      this.setProbe(frame.projection.lift(target.x, target.y, this.base()), true);
    }
  }

  /** Makes a sample one end of the path, or a term of the sum; the choice after the last begins anew. */
  choose(sample: number): void {
    this.ends = this.ends.length === (this.view.strip === 'sum' ? 3 : 2) ? [sample] : this.ends.includes(sample) ? this.ends : [...this.ends, sample];
    this.remember();
    this.updatePath();
  }

  clearPath(): void {
    this.ends = [];
    this.remember();
    this.updatePath();
  }

  setProbe(code: Float32Array, moved: boolean): void {
    const otherBase = this.frame?.choice.mode === 'axes' && this.latentSize > 2;
    this.probeMoved = moved;
    this.probe = { codes: code, count: 1, ...(this.probe?.values ? { values: this.probe.values } : {}) };
    if (moved) this.remember();
    this.client.run(this.decoder.ask('probe', code, 1).then(values => {
      if (values === undefined || this.probe?.codes !== code) return;
      this.probe = { ...this.probe, values };
      this.changed();
    }));
    if (otherBase) this.updateGridSoon();
    this.scatter.redraw();
    this.changed();
  }

  private gridTimer: ReturnType<typeof setTimeout> | undefined;
  private updateGridSoon(): void {
    clearTimeout(this.gridTimer);
    this.gridTimer = setTimeout(() => this.updateGrid(), 150);
  }

  setProbeDimension(dimension: number, value: number): void {
    const code = this.base().slice();
    code[dimension] = value;
    this.setProbe(code, true);
  }

  resetProbe(): void {
    this.setProbe(Float32Array.from(this.frame!.ranges, range => range.median), false);
    this.remember();
  }

  /** Keeps where the user placed probe and path: a page that is hidden is gone. */
  private remember(): void {
    this.client.updateView({ placedIn: this.run!.run.id, probe: this.probeMoved ? [...this.probe!.codes] : [], ends: [...this.ends] });
  }

  private recall(count: number): void {
    const { placedIn, probe, ends } = this.view;
    if (placedIn !== this.run!.run.id) return;
    this.ends = ends.filter(end => end < count).slice(0, this.view.strip === 'sum' ? 3 : 2);
    if (probe.length === this.latentSize) this.setProbe(Float32Array.from(probe), true);
  }

  private updatePath(): void {
    const { frame, ends } = this;
    this.pathStep = undefined;
    this.updateSum();
    if (this.view.strip !== 'path' || frame === undefined || ends.length < 2 || ends.some(end => end >= frame.count)) {
      this.path = undefined;
    } else {
      const { way, steps } = this.view;
      const codes = this.nearestKnown(interpolationPath(this.codeOf(ends[0]!), this.codeOf(ends[1]!), steps, way));
      const old = this.path?.count === steps ? this.path.values : undefined;
      this.path = { codes, count: steps, ...(old ? { values: old } : {}) };
      this.client.run(this.decoder.ask('path', codes, steps).then(values => {
        if (values === undefined || this.path?.codes !== codes) return;
        this.path = { ...this.path, values };
        this.changed();
      }));
    }
    this.scatter.redraw();
    this.changed();
  }

  private updateSum(): void {
    const { frame, ends } = this;
    if (this.view.strip !== 'sum' || frame === undefined || ends.length < 3 || ends.some(end => end >= frame.count)) {
      this.sum = undefined;
      return;
    }
    const codes = this.nearestKnown(sumOfCodes([1, -1, 1].map((factor, k) => ({ factor, code: this.codeOf(ends[k]!) }))));
    const nearest = nearestCode(frame.codes, codes, ends);
    this.sum = { codes, count: 1, ...(this.sum?.values ? { values: this.sum.values } : {}), ...(nearest === undefined ? {} : { nearest }) };
    // Nothing else is asked for in the place of a path.
    this.client.run(this.decoder.ask('path', codes, 1).then(values => {
      if (values === undefined || this.sum?.codes !== codes) return;
      this.sum = { ...this.sum, values };
      this.changed();
    }));
  }

  showStep(step: number | undefined): void {
    this.pathStep = step;
    this.scatter.redraw();
    this.changed();
  }

  /** Puts the probe on a step of the path. */
  probeStep(step: number): void {
    const { path, latentSize } = this;
    if (path !== undefined) this.setProbe(path.codes.slice(step * latentSize, (step + 1) * latentSize), true);
  }

  /** Draws random codes, others at every call. */
  drawSamples(): void {
    const { frame } = this;
    if (frame === undefined || frame.count === 0) return;
    const codes = this.nearestKnown(sampleCodes(this.view.sampling, frame, SAMPLE_COUNT, new RandomStream(1, 'sampling', ++this.drawn)));
    const samples: Decoded = { codes, count: SAMPLE_COUNT };
    this.samples = samples;
    this.client.run(this.decodeSamples(samples));
    this.scatter.redraw();
    this.changed();
  }

  private async decodeSamples(samples: Decoded): Promise<void> {
    const values = await this.decoder.ask('samples', samples.codes, samples.count);
    if (values === undefined || this.samples?.codes !== samples.codes) return;
    this.samples = { ...samples, values };
    this.changed();
  }

  /** Arrows move the probe, Enter chooses the sample nearest to it, Escape lets the path go. */
  private key(event: KeyboardEvent): boolean {
    const { frame, probe } = this;
    if (frame === undefined || probe === undefined) return false;
    if (event.key !== 'Tab' && event.key !== 'Shift') this.handed(true);
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    // Where a picture has no formula, a place is not found again from its code: small steps would lead nowhere.
    const [x = 0, y = 0] = this.stepped?.code === probe.codes ? [this.stepped.x, this.stepped.y] : frame.projection.locate(probe.codes, 1);
    if (direction) {
      const distance = (event.shiftKey ? 2 : 12) / this.scatter.camera.scale;
      const place = { x: x + direction[0]! * distance, y: y + direction[1]! * distance };
      const code = frame.projection.lift(place.x, place.y, probe.codes);
      this.setProbe(code, true);
      this.stepped = { code, ...place };
      this.scatter.reveal(place);
      // What is decoded stands beside the probe, as it does at the pointer: the panels may be out of sight.
      this.setHover({ kind: 'place', x: place.x, y: place.y }, this.scatter.toScreen(place), code);
      return true;
    }
    if (event.key === 'Enter') {
      const nearest = this.nearestToProbe();
      if (nearest === undefined) return true;
      const [px = 0, py = 0] = frame.points.subarray(2 * nearest, 2 * nearest + 2);
      this.setHover({ kind: 'point', index: nearest }, this.scatter.toScreen({ x: px, y: py }));
      this.choose(nearest);
      return true;
    }
    if (event.key === 'Escape' && this.ends.length > 0) {
      this.clearPath();
      return true;
    }
    return false;
  }

  nearestToProbe(): number | undefined {
    const { frame, probe, stepped } = this;
    if (frame === undefined || probe === undefined) return undefined;
    const [x = 0, y = 0] = stepped?.code === probe.codes ? [stepped.x, stepped.y] : frame.projection.locate(probe.codes, 1);
    return frame.picker.nearest({ x, y }, 60 / this.scatter.camera.scale, index => this.isShown(index));
  }
}
