// Where the picture looks: pure arithmetic between data coordinates and CSS pixels. One data unit is equally long on both
// axes, because a latent space stretched along one axis lies about its distances. The y axis points up, as in a chart.

export interface Camera {
  /** Data coordinates at the middle of the picture. */
  readonly x: number;
  readonly y: number;
  /** CSS pixels per data unit. */
  readonly scale: number;
}
export interface Size {
  readonly width: number;
  readonly height: number;
}
export interface Bounds {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** CSS pixels kept free at each side. */
export interface Insets {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The camera that shows all of `bounds` in the middle of what the insets leave. */
export function fit(bounds: Bounds, size: Size, insets: Insets): Camera {
  const width = Math.max(bounds.maxX - bounds.minX, 1e-9);
  const height = Math.max(bounds.maxY - bounds.minY, 1e-9);
  const roomX = Math.max(size.width - insets.left - insets.right, 1);
  const roomY = Math.max(size.height - insets.top - insets.bottom, 1);
  const scale = Math.min(roomX / width, roomY / height);
  return {
    x: (bounds.minX + bounds.maxX) / 2 - (insets.left - insets.right) / 2 / scale,
    y: (bounds.minY + bounds.maxY) / 2 - (insets.bottom - insets.top) / 2 / scale,
    scale,
  };
}

export function toScreen(camera: Camera, size: Size, point: Point): Point {
  return {
    x: size.width / 2 + (point.x - camera.x) * camera.scale,
    y: size.height / 2 - (point.y - camera.y) * camera.scale,
  };
}

export function toData(camera: Camera, size: Size, pixel: Point): Point {
  return {
    x: camera.x + (pixel.x - size.width / 2) / camera.scale,
    y: camera.y - (pixel.y - size.height / 2) / camera.scale,
  };
}

/** Moves the picture by a distance in CSS pixels. */
export function pan(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x - dx / camera.scale, y: camera.y + dy / camera.scale };
}

/** Scales by `factor` and keeps the data under `pixel` where it is. */
export function zoomAt(camera: Camera, size: Size, pixel: Point, factor: number): Camera {
  const anchor = toData(camera, size, pixel);
  const scale = Math.min(Math.max(camera.scale * factor, 1e-6), 1e9);
  return {
    scale,
    x: anchor.x - (pixel.x - size.width / 2) / scale,
    y: anchor.y + (pixel.y - size.height / 2) / scale,
  };
}

/** The part of the data plane that is in the picture. */
export function visible(camera: Camera, size: Size): Bounds {
  const halfX = size.width / 2 / camera.scale;
  const halfY = size.height / 2 / camera.scale;
  return { minX: camera.x - halfX, maxX: camera.x + halfX, minY: camera.y - halfY, maxY: camera.y + halfY };
}

/** Between two cameras; the scale moves by equal ratios, so that a zoom feels even. */
export function between(from: Camera, to: Camera, t: number): Camera {
  return {
    x: from.x + (to.x - from.x) * t,
    y: from.y + (to.y - from.y) * t,
    scale: from.scale * Math.pow(to.scale / from.scale, t),
  };
}

/** Round values 1, 2 or 5 × 10ⁿ apart, about `wanted` of them between `min` and `max`. */
export function ticks(min: number, max: number, wanted: number): { values: number[]; step: number } {
  const raw = (max - min) / Math.max(wanted, 1);
  if (!(raw > 0) || !Number.isFinite(raw)) return { values: [], step: 1 };
  const power = Math.pow(10, Math.floor(Math.log10(raw)));
  const step = power * ([1, 2, 5].find(factor => factor * power >= raw) ?? 10);
  const values: number[] = [];
  for (let k = Math.ceil(min / step); k * step <= max; k++) values.push(k * step);
  return { values, step };
}

/** A tick's text with as many decimals as its step needs. */
export function tickText(value: number, step: number): string {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const text = decimals > 6 ? value.toExponential(1) : value.toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}
