// The picture itself: three canvases on top of each other (decoded grid, points, overlay), one camera, and the pointer and keys
// that move it. It knows points and places, not samples or models; the explorer decides what they mean.
import { attention } from '../shared/attention.ts';
import { reducedMotion, type Theme } from '../shared/theme.ts';
import { between, fit, pan, toData, toScreen, zoomAt, type Bounds, type Camera, type Point, type Size } from './camera.ts';
import { drawOverlay, gutter, type Decorations } from './overlay.ts';
import { createPointRenderer, type PointLooks, type PointRenderer } from './points-layer.ts';
import type { Picker } from './picking.ts';

export type Target =
  | { readonly kind: 'point'; readonly index: number }
  | { readonly kind: 'place'; readonly x: number; readonly y: number };

export interface ScatterEvents {
  /** The pointer is on a point, over empty space, or gone; `pixel` is where, in CSS pixels of the picture. */
  hover(target: Target | undefined, pixel: Point): void;
  click(target: Target): void;
  /** The camera came to rest somewhere new. */
  settled(): void;
  /** A key the picture does not use itself. True when it was used. */
  key(event: KeyboardEvent): boolean;
  shown(index: number): boolean;
  /** An empty layer that is half transparent still costs the browser a pass over its pixels. */
  gridShown(): boolean;
  drawGrid(ctx: CanvasRenderingContext2D, camera: Camera, size: Size): void;
  decorations(): Decorations | undefined;
}

const MOVE_TIME = 420;
/** CSS pixels from a point that still count as on it. */
const REACH = 9;

export class Scatter {
  camera: Camera = { x: 0, y: 0, scale: 100 };
  size: Size = { width: 0, height: 0 };
  private readonly grid: HTMLCanvasElement;
  private readonly pointCanvas: HTMLCanvasElement;
  private readonly overlay: HTMLCanvasElement;
  private readonly renderer: PointRenderer;
  private from: Float32Array = new Float32Array(0);
  private to: Float32Array = new Float32Array(0);
  private picker: Picker | undefined;
  private bounds: Bounds | undefined;
  /** The user moved the camera: new epochs leave it where it is. */
  private userCamera = false;
  private move: { start: number; fromCamera: Camera; toCamera: Camera } | undefined;
  private drag: { x: number; y: number; moved: boolean } | undefined;
  private frameAsked = false;
  private settleTimer: ReturnType<typeof setTimeout> | undefined;
  gridOpacity = 0.5;

  constructor(readonly host: HTMLElement, private theme: Theme, private readonly events: ScatterEvents) {
    [this.grid, this.pointCanvas, this.overlay] = ['grid', 'points', 'overlay'].map(name => {
      const canvas = document.createElement('canvas');
      canvas.className = `layer layer-${name}`;
      canvas.setAttribute('aria-hidden', 'true');
      host.append(canvas);
      return canvas;
    }) as [HTMLCanvasElement, HTMLCanvasElement, HTMLCanvasElement];
    this.renderer = createPointRenderer(this.pointCanvas, () => this.redraw());
    new ResizeObserver(() => this.resize()).observe(host);
    this.listen();
  }

  /** Whether movement costs processor time that a training could use. */
  get onProcessor(): boolean {
    return this.renderer.onProcessor;
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.redraw();
  }

  setSheet(sheet: OffscreenCanvas): void {
    this.renderer.setSheet(sheet);
    this.redraw();
  }

  setLooks(looks: PointLooks): void {
    this.renderer.setLooks(looks);
    this.redraw();
  }

  /** Moves the points to new places: smoothly when they are the same samples, at once otherwise. */
  setPoints(points: Float32Array, picker: Picker, bounds: Bounds, smooth: boolean): void {
    const now = performance.now();
    const glide = smooth && points.length === this.to.length && !reducedMotion();
    this.from = glide ? this.placesNow(now) : points;
    this.to = points;
    this.picker = picker;
    this.bounds = bounds;
    this.renderer.setPositions(sound(this.from), sound(this.to));
    const target = this.userCamera ? this.camera : this.fitted();
    this.move = glide ? { start: now, fromCamera: this.camera, toCamera: target } : undefined;
    if (!glide) {
      this.camera = target;
      this.settle();
    }
    this.redraw();
  }

  /** Shows all points. */
  showAll(): void {
    this.userCamera = false;
    this.glideTo(this.fitted());
  }

  zoom(factor: number, at: Point = { x: this.size.width / 2, y: this.size.height / 2 }): void {
    this.takeCamera(zoomAt(this.camera, this.size, at, factor));
  }

  /** Moves the camera just enough that a place is in view. */
  reveal(point: Point): void {
    const at = toScreen(this.camera, this.size, point);
    const dx = Math.max(gutter.left + 20 - at.x, 0) + Math.min(this.size.width - 20 - at.x, 0);
    const dy = Math.max(20 - at.y, 0) + Math.min(this.size.height - gutter.bottom - 20 - at.y, 0);
    if (dx !== 0 || dy !== 0) this.takeCamera(pan(this.camera, dx, dy));
  }

  toScreen(point: Point): Point {
    return toScreen(this.camera, this.size, point);
  }

  /** What is at a pixel. */
  targetAt(pixel: Point): Target {
    const place = toData(this.camera, this.size, pixel);
    const index = this.picker?.nearest(place, REACH / this.camera.scale, shown => this.events.shown(shown));
    return index === undefined ? { kind: 'place', x: place.x, y: place.y } : { kind: 'point', index };
  }

  redraw(): void {
    if (this.frameAsked) return;
    this.frameAsked = true;
    const draw = (): void => {
      this.frameAsked = false;
      this.draw();
    };
    if (this.move) requestAnimationFrame(draw);
    else attention.frame(draw);
  }

  /** Everything as one picture, at the pixels of the screen. */
  compose(): OffscreenCanvas {
    this.draw();
    const canvas = new OffscreenCanvas(this.overlay.width, this.overlay.height);
    const ctx = canvas.getContext('2d')!;
    ctx.fillStyle = this.theme.background;
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    ctx.globalAlpha = this.gridOpacity;
    ctx.drawImage(this.grid, 0, 0);
    ctx.globalAlpha = 1;
    ctx.drawImage(this.pointCanvas, 0, 0);
    ctx.drawImage(this.overlay, 0, 0);
    return canvas;
  }

  private draw(): void {
    const { width, height } = this.size;
    if (width === 0 || height === 0) return;
    const now = performance.now();
    let progress = 1;
    if (this.move) {
      const t = Math.min(1, (now - this.move.start) / MOVE_TIME);
      progress = t * t * (3 - 2 * t);
      this.camera = between(this.move.fromCamera, this.move.toCamera, progress);
      if (t >= 1) {
        this.move = undefined;
        this.from = this.to;
        this.renderer.setPositions(sound(this.to), sound(this.to));
        this.settle();
      } else {
        this.redraw();
      }
    }
    const ratio = devicePixelRatio;
    const grid = this.context(this.grid, ratio);
    this.events.drawGrid(grid, this.camera, this.size);
    this.grid.style.opacity = this.events.gridShown() ? String(this.gridOpacity) : '';
    this.renderer.draw({
      camera: this.camera, size: this.size, pixelRatio: ratio, progress, edge: parseColor(this.theme.background), ...this.pointStyle(),
    });
    const overlay = this.context(this.overlay, ratio);
    const decorations = this.events.decorations();
    if (decorations) drawOverlay(overlay, this.theme, this.camera, this.size, decorations);
  }

  /** Fewer and nearer points are larger and less transparent. */
  private pointStyle(): { diameter: number; opacity: number } {
    const count = Math.max(1, this.to.length / 2);
    const usual = Math.min(11, Math.max(4, 26 / Math.pow(count, 0.16) - 1));
    const zoomed = this.bounds ? Math.max(1, this.camera.scale / this.fitted().scale) : 1;
    return { diameter: Math.min(16, usual * Math.pow(zoomed, 0.35)), opacity: count > 30_000 ? 0.75 : 0.92 };
  }

  private context(canvas: HTMLCanvasElement, ratio: number): CanvasRenderingContext2D {
    const width = Math.round(this.size.width * ratio);
    const height = Math.round(this.size.height * ratio);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const ctx = canvas.getContext('2d')!;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, this.size.width, this.size.height);
    return ctx;
  }

  /** Where the points are at this moment of a move. */
  private placesNow(now: number): Float32Array {
    if (!this.move) return this.to;
    const t = Math.min(1, (now - this.move.start) / MOVE_TIME);
    const progress = t * t * (3 - 2 * t);
    return this.to.map((value, i) => this.from[i]! + (value - this.from[i]!) * progress);
  }

  private fitted(): Camera {
    return this.bounds ? fit(this.bounds, this.size, { left: gutter.left + 18, right: gutter.right + 12, top: gutter.top + 12, bottom: gutter.bottom + 18 }) : this.camera;
  }

  private takeCamera(camera: Camera): void {
    this.userCamera = true;
    if (this.move) this.move = { ...this.move, fromCamera: camera, toCamera: camera };
    this.camera = camera;
    this.settle();
    this.redraw();
  }

  private glideTo(camera: Camera): void {
    if (reducedMotion()) {
      this.camera = camera;
      this.settle();
    } else {
      this.from = this.placesNow(performance.now());
      this.renderer.setPositions(sound(this.from), sound(this.to));
      this.move = { start: performance.now(), fromCamera: this.camera, toCamera: camera };
    }
    this.redraw();
  }

  /** Tells when the camera has not moved for a moment. */
  private settle(): void {
    clearTimeout(this.settleTimer);
    this.settleTimer = setTimeout(() => this.events.settled(), 110);
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (width === this.size.width && height === this.size.height) return;
    this.size = { width, height };
    if (!this.userCamera) this.camera = this.fitted();
    this.move = undefined;
    this.settle();
    this.draw();
  }

  private listen(): void {
    const { host } = this;
    const pixelOf = (event: MouseEvent): Point => {
      const box = host.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    host.addEventListener('pointerdown', event => {
      if (event.button !== 0) return;
      this.drag = { ...pixelOf(event), moved: false };
      host.setPointerCapture(event.pointerId);
    });
    host.addEventListener('pointermove', event => {
      const pixel = pixelOf(event);
      if (this.drag) {
        const dx = pixel.x - this.drag.x;
        const dy = pixel.y - this.drag.y;
        if (!this.drag.moved && Math.hypot(dx, dy) < 4) return;
        this.drag = { ...pixel, moved: true };
        host.classList.add('dragging');
        this.takeCamera(pan(this.camera, dx, dy));
        this.events.hover(undefined, pixel);
        return;
      }
      this.events.hover(inside(pixel, this.size) ? this.targetAt(pixel) : undefined, pixel);
    });
    const release = (event: PointerEvent) => {
      const { drag } = this;
      this.drag = undefined;
      host.classList.remove('dragging');
      const pixel = pixelOf(event);
      if (drag && !drag.moved && event.type === 'pointerup' && inside(pixel, this.size)) this.events.click(this.targetAt(pixel));
    };
    host.addEventListener('pointerup', release);
    host.addEventListener('pointercancel', release);
    host.addEventListener('pointerleave', event => this.events.hover(undefined, pixelOf(event)));
    host.addEventListener('wheel', event => {
      event.preventDefault();
      this.zoom(Math.pow(1.0016, -event.deltaY * (event.deltaMode === 1 ? 30 : 1)), pixelOf(event));
    }, { passive: false });
    host.addEventListener('keydown', event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const used = event.key === '+' || event.key === '=' ? (this.zoom(1.3), true)
        : event.key === '-' ? (this.zoom(1 / 1.3), true)
          : event.key === '0' ? (this.showAll(), true)
            : this.events.key(event);
      if (used) event.preventDefault();
    });
  }
}

function inside(pixel: Point, size: Size): boolean {
  return pixel.x > gutter.left && pixel.y >= 0 && pixel.x <= size.width && pixel.y < size.height - gutter.bottom;
}

/** A point that is not a number is parked far outside, where the graphics card can handle it. */
function sound(points: Float32Array): Float32Array {
  return points.every(Number.isFinite) ? points : points.map(value => (Number.isFinite(value) ? value : 1e9));
}

/** RGB in [0, 1] of a CSS colour. */
function parseColor(color: string): [number, number, number] {
  colorProbe ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  if (color !== lastColor) {
    colorProbe.fillStyle = color;
    colorProbe.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0] = colorProbe.getImageData(0, 0, 1, 1).data;
    lastRgb = [r / 255, g / 255, b / 255];
    lastColor = color;
  }
  return lastRgb;
}
let colorProbe: OffscreenCanvasRenderingContext2D | undefined;
let lastColor = '';
let lastRgb: [number, number, number] = [0, 0, 0];
