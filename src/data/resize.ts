// Brings pictures to one size: separable, each output pixel the mean of exactly the area it covers when shrinking, linear
// interpolation between pixel centres when growing. Grey is the luma of ITU-R BT.601.
import type { Picture } from './pixels.ts';

export interface Fit {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** 'crop' keeps the proportions and cuts off what stands out, 'stretch' changes them. */
  readonly fit: 'crop' | 'stretch';
}

/** For each output position: the first input position and the weights from there on, which sum to 1. */
interface AxisWeights {
  readonly start: Int32Array;
  readonly taps: number;
  /** outputs × taps. */
  readonly weights: Float32Array;
}

/** Weights for `size` outputs over the part [from, from + extent) of an axis of `length` pixels; beyond the edge lies the edge's own colour. */
function axisWeights(length: number, from: number, extent: number, size: number): AxisWeights {
  const scale = extent / size;
  const reach = scale > 1 ? Math.ceil(scale) + 1 : 2;
  const taps = Math.min(reach, length);
  const start = new Int32Array(size);
  const weights = new Float32Array(size * taps);
  for (let i = 0; i < size; i++) {
    const begin = from + i * scale;
    const center = begin + scale / 2 - 0.5;
    const first = Math.floor(scale > 1 ? begin : center);
    start[i] = Math.max(0, Math.min(first, length - taps));
    const norm = scale > 1 ? scale : 1;
    for (let pixel = first; pixel < first + reach; pixel++) {
      const weight = scale > 1
        ? Math.min(begin + scale, pixel + 1) - Math.max(begin, pixel)
        : 1 - Math.abs(center - pixel);
      const inside = Math.max(0, Math.min(length - 1, pixel));
      if (weight > 0) weights[i * taps + inside - start[i]!]! += weight / norm;
    }
  }
  return { start, taps, weights };
}

/** Luma of ITU-R BT.601, not rounded. */
function toGrey(picture: Picture): Float32Array {
  const { data } = picture;
  const out = new Float32Array(picture.width * picture.height);
  for (let i = 0, from = 0; i < out.length; i++, from += 3) {
    out[i] = 0.299 * data[from]! + 0.587 * data[from + 1]! + 0.114 * data[from + 2]!;
  }
  return out;
}

function toColor(picture: Picture): Uint8Array {
  const out = new Uint8Array(picture.width * picture.height * 3);
  for (let i = 0; i < picture.data.length; i++) out.fill(picture.data[i]!, i * 3, i * 3 + 3);
  return out;
}

/**
 * Brings a picture to the asked size and channels.
 * @param out height × width × channels bytes, filled
 */
export function fitPicture(picture: Picture, target: Fit, out: Uint8Array): void {
  const { channels } = target;
  const source = picture.channels === channels ? picture.data : channels === 1 ? toGrey(picture) : toColor(picture);
  const { width, height } = picture;
  if (width === target.width && height === target.height) {
    for (let i = 0; i < out.length; i++) out[i] = Math.round(source[i]!);
    return;
  }
  let extentX = width;
  let extentY = height;
  if (target.fit === 'crop') {
    const scale = Math.min(width / target.width, height / target.height);
    extentX = target.width * scale;
    extentY = target.height * scale;
  }
  const horizontal = axisWeights(width, (width - extentX) / 2, extentX, target.width);
  const vertical = axisWeights(height, (height - extentY) / 2, extentY, target.height);
  resample(source, width, height, channels, horizontal, vertical, target, out);
}

function resample(
  source: Uint8Array | Float32Array, width: number, height: number, channels: number, horizontal: AxisWeights, vertical: AxisWeights, target: Fit, out: Uint8Array,
): void {
  const rowLength = target.width * channels;
  const narrowed = new Float32Array(height * rowLength); // height × target width × channels
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < target.width; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let tap = 0, from = (y * width + horizontal.start[x]!) * channels + c; tap < horizontal.taps; tap++, from += channels) {
          sum += horizontal.weights[x * horizontal.taps + tap]! * source[from]!;
        }
        narrowed[y * rowLength + x * channels + c] = sum;
      }
    }
  }
  for (let y = 0; y < target.height; y++) {
    for (let x = 0; x < rowLength; x++) {
      let sum = 0;
      for (let tap = 0, from = vertical.start[y]! * rowLength + x; tap < vertical.taps; tap++, from += rowLength) {
        sum += vertical.weights[y * vertical.taps + tap]! * narrowed[from]!;
      }
      out[y * rowLength + x] = Math.min(255, Math.max(0, Math.round(sum)));
    }
  }
}
