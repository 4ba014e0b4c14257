// The page's state and what the user can do with it: which epoch is shown in which axes, with what looks. What is decoded of it are
// objects of their own (probe.ts, chosen.ts, random-codes.ts), and so are keys (keys.ts). Panels are drawn from all this (panels.ts,
// cards.ts, sum-strip.ts), the picture asks it what to show (scatter.ts).
import { nearestCodes } from '../../core/code-reach.ts';
import { sizeOf } from '../../core/tensor.ts';
import type { LatentEpoch, LatentHostMessage, LatentRun, LatentSamples, PageSetup } from '../../protocol/messages.ts';
import { PageClient } from '../shared/client.ts';
import { dimensionName } from '../shared/dimensions.ts';
import { onThemeChange, readTheme, type Theme } from '../shared/theme.ts';
import type { Point } from './camera.ts';
import { Chosen } from './chosen.ts';
import { classLetters } from './class-letters.ts';
import { DecodedCodes, type Ask } from './decoded.ts';
import { Decoder } from './decoder.ts';
import { decorationsOf } from './decorate.ts';
import { Embedding } from './embedding.ts';
import { classCentres, codeOf, makeFrame, meanOf, medianCode, relative, type AxesChoice, type Centre, type Frame } from './frame.ts';
import { letterSheet, shapeSheet } from './glyph-sheet.ts';
import { gridSource } from './grid-source.ts';
import { pictureKey } from './keys.ts';
import { looksByClass, looksByError } from './looks.ts';
import { Manifold } from './manifold.ts';
import { Probe } from './probe.ts';
import { setProfile } from './profile.ts';
import { RandomCodes } from './random-codes.ts';
import { beyondText, broughtText, reachOutline } from './reach.ts';
import { RunSource } from './run-source.ts';
import { Scatter, type Target } from './scatter.ts';
import { defaultView, type LatentView } from './settings.ts';

/** What the pointer is at, or the keys put the probe to. */
export interface Hovered {
  readonly target: Target;
  /** Where it is in the picture, CSS pixels. */
  readonly pixel: Point;
}

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
  private readonly ask: Ask = (channel, codes, count, take) => {
    this.client.run(this.decoder.ask(channel, codes, count).then(values => { if (values !== undefined) take(values); }));
  };
  private readonly drawn = () => {
    this.scatter.redraw();
    this.changed();
  };
  readonly hover = new DecodedCodes<Hovered>('hover', this.ask, () => { this.hovered(); });
  readonly probe = new Probe(this.ask, {
    changed: () => {
      if (this.frame?.choice.mode === 'axes' && this.latentSize > 2) this.updateGridSoon();
      this.drawn();
    },
    placed: () => { this.remember(); },
    arrived: () => { this.changed(); },
  });
  readonly chosen = new Chosen(this.ask, this, { changed: this.drawn, placed: () => { this.remember(); }, arrived: () => { this.changed(); } });
  readonly random = new RandomCodes(this.ask, () => { this.changed(); });
  /** Mean error of the samples shown. */
  meanError = NaN;
  private hiddenClasses: ReadonlySet<number> = new Set();
  private letters: readonly string[] = [];
  private centres: readonly (Centre | undefined)[] = [];
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
      key: event => {
        if (this.frame !== undefined && event.key !== 'Tab' && event.key !== 'Shift') this.handed(true);
        return pictureKey(event, this);
      },
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
  nearestKnown(codes: Float32Array): Float32Array {
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

  /** Changes view settings and everything that hangs on them. */
  setView(patch: Partial<LatentView>): void {
    this.client.updateView(patch);
    if ('mode' in patch || 'x' in patch || 'y' in patch) this.showFrame();
    if ('hidden' in patch || 'colour' in patch || 'marks' in patch) this.updateLooks();
    if ('way' in patch || 'steps' in patch || 'strip' in patch) this.chosen.update();
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
    this.frame = undefined;
    for (const each of [this.hover, this.probe, this.chosen, this.random]) each.clear();
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
    if (!this.probe.moved) this.probe.rest(this.frame);
    const { now } = this.hover;
    if (now?.target.kind === 'point') this.setHover(now.target, now.pixel);
    this.chosen.update();
    if (this.random.now === undefined) this.drawSamples();
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
      for (const each of [this.hover, this.probe, this.chosen, this.random]) each.again();
      this.updateGrid();
    }
    this.changed();
    this.hovered();
  }

  updateGrid(): void {
    const { frame } = this;
    if (!this.view.grid || frame === undefined || this.decoder.state.kind !== 'ready') {
      if (!this.view.grid) this.manifold.clear();
      return;
    }
    const decoder = `${this.run!.run.id}|${this.decoder.state.epoch}|${this.source.modelVersion}`;
    this.client.run(this.manifold.update(gridSource(frame, decoder, this.shape, this.base(), this.embedding.version), this.scatter.camera, this.scatter.size));
  }

  private gridTimer: ReturnType<typeof setTimeout> | undefined;
  private updateGridSoon(): void {
    clearTimeout(this.gridTimer);
    this.gridTimer = setTimeout(() => this.updateGrid(), 150);
  }

  /** What the dimensions that are not on an axis are held at. */
  private base(): Float32Array {
    return this.probe.now?.codes ?? medianCode(this.frame!);
  }

  // ── Pointer, probe, chosen and random codes ───────────────────────────────────────────────────────────────────────

  /** @param at the code of a place, where it is more than the place says */
  setHover(target: Target | undefined, pixel: Point, at?: Float32Array): void {
    const { frame, hover } = this;
    if (target?.kind !== hover.now?.target.kind) hover.clear();
    if (target === undefined || frame === undefined || (target.kind === 'point' && target.index >= frame.count)) {
      hover.clear();
    } else {
      hover.show({ codes: at ?? (target.kind === 'point' ? codeOf(frame, target.index) : frame.projection.lift(target.x, target.y, this.base())), count: 1, target, pixel });
    }
    // A place that no sample can have is decoded all the same, but not as if it were any other.
    this.host.classList.toggle('beyond', hover.now?.target.kind === 'place' && this.sampleData?.reach?.kind === 'range' && this.beyond(hover.now.codes) !== undefined);
    this.scatter.redraw();
    this.hovered();
  }

  private click(target: Target): void {
    const { frame } = this;
    if (frame === undefined) return;
    if (target.kind === 'point') this.pick(target.index);
    else this.probe.put(frame.projection.lift(target.x, target.y, this.base()));
  }

  /** Puts the probe to a sample and chooses it. */
  pick(sample: number): void {
    this.probe.put(codeOf(this.frame!, sample));
    this.chosen.choose(sample);
  }

  /** Keeps where the user placed probe and path: a page that is hidden is gone. */
  private remember(): void {
    const { probe, chosen } = this;
    this.client.updateView({ placedIn: this.run!.run.id, probe: probe.moved ? [...probe.now!.codes] : [], ends: [...chosen.samples] });
  }

  private recall(count: number): void {
    const { placedIn, probe, ends } = this.view;
    if (placedIn !== this.run!.run.id) return;
    this.chosen.samples = ends.filter(end => end < count);
    if (probe.length === this.latentSize) this.probe.put(Float32Array.from(probe));
  }

  /** Puts the probe on a step of the path. */
  probeStep(step: number): void {
    const { chosen: { path: { now } }, latentSize } = this;
    if (now !== undefined) this.probe.put(now.codes.slice(step * latentSize, (step + 1) * latentSize));
  }

  /** Draws random codes, others at every call. */
  drawSamples(): void {
    if (this.frame === undefined) return;
    this.random.draw(this.view.sampling, this.frame, codes => this.nearestKnown(codes));
    this.drawn();
  }

  nearestToProbe(): number | undefined {
    const { frame } = this;
    const place = frame && this.probe.placeIn(frame.projection);
    return place && frame.picker.nearest(place, 60 / this.scatter.camera.scale, index => this.isShown(index));
  }
}
