// Convolutions as matrix products on images with channels last: forward, for the image, and for the filter. On ONNX Runtime's
// CPU kernels they take about half the time of Conv and ConvTranspose, which need weights that never change to be fast.
import { sizeOf } from '../../core/tensor.ts';
import type { ConvGeometry } from '../ir.ts';
import type { Order } from '../order.ts';
import { Columns, type Image, type Pair, type Windows } from './columns.ts';
import type { Emitter, Place } from './emit.ts';
import { fastProduct, matmul } from './product.ts';

/** Batch × height × width × channels. */
export const IMAGE: Order = [0, 2, 3, 1];
/** Height × width × in × out, as Keras's kernels lie; out × in × height × width in the graph. */
export const FILTER: Order = [2, 3, 1, 0];

type Shape4 = readonly [number, number, number, number];

export class ImageProducts {
  private readonly columns: Columns;
  /** Filters by name, taken apart for transposed convolutions. */
  private readonly taps = new Map<string, string>();

  constructor(private readonly out: Emitter) {
    this.columns = new Columns(out);
  }

  /**
   * @param filter height × width × in × out. @param shape that of the result in the graph, batch × out × height × width.
   * @param bias one number for each of `out`, which ONNX Runtime adds within the product.
   */
  conv2d(image: Image, filter: string, [, , kernelHeight, kernelWidth]: Shape4, { strides, padLow }: ConvGeometry, shape: Shape4, bias?: string): Place {
    const [batch, filters, height, width] = shape;
    const columns = this.columns.of(image, { size: [kernelHeight, kernelWidth], strides, low: padLow, places: [height, width] });
    const matrix = this.out.reshape(filter, [kernelHeight * kernelWidth * image.shape[3], filters]);
    return { name: this.out.reshape(this.plus(this.out.emit('MatMul', [columns, matrix]), bias), [batch, height, width, filters]), order: IMAGE };
  }

  private plus(product: string, bias: string | undefined): string {
    return bias === undefined ? product : this.out.emit('Add', [product, bias]);
  }

  /** @param shape that of the filter in the graph, out × in × height × width. */
  conv2dFilter(image: Image, dOutput: Image, { strides, padLow }: ConvGeometry, shape: Shape4): Place {
    const [filters, channels, height, width] = shape;
    const [batch, down, across] = dOutput.shape;
    const columns = this.columns.of(image, { size: [height, width], strides, low: padLow, places: [down, across] });
    const rows = batch * down * across;
    const { name, turned } = fastProduct(
      this.out,
      { name: columns, rows, columns: height * width * channels, turned: true },
      { name: this.out.reshape(dOutput.name, [rows, filters]), rows, columns: filters, turned: false },
    );
    return turned
      ? { name: this.out.reshape(name, [filters, height, width, channels]), order: [0, 2, 3, 1] }
      : { name: this.out.reshape(name, [height, width, channels, filters]), order: FILTER };
  }

  /** Whether `conv2dInput` can do it: a filter as large as the stride reaches every pixel. */
  reachesAll(filterShape: readonly number[], strides: Pair): boolean {
    return filterShape[2]! >= strides[0] && filterShape[3]! >= strides[1];
  }

  /** @param shape that of the result in the graph, batch × in × height × width. @param bias one number for each of `in`. */
  conv2dInput(dOutput: Image, filter: string, filterShape: Shape4, geometry: ConvGeometry, shape: Shape4, bias?: string): Place {
    const [together, apart] = phasedWays(filterShape, geometry, shape);
    const phased = phaseCost(apart, filterShape) < phaseCost(together, filterShape) ? apart : together;
    return phaseCost(phased, filterShape) <= foldCost(dOutput, filterShape)
      ? this.byPhases(dOutput, filter, filterShape, phased, shape, bias)
      : this.folded(dOutput, filter, filterShape, geometry, shape, bias);
  }

  /** First all products, then the sum over each pixel. */
  private folded(
    dOutput: Image, filter: string, [filters, channels, height, width]: Shape4, { strides, padLow, padHigh }: ConvGeometry, shape: Shape4, bias: string | undefined,
  ): Place {
    const { out } = this;
    const [batch, down, across] = dOutput.shape;
    const columns = height * width * channels;
    const rows = batch * down * across;
    // The pixels of a window side by side for each channel, which is the order that folding wants.
    const planes = channels === 1 ? filter : out.transpose(out.reshape(filter, [height * width, channels, filters]), [1, 0, 2]);
    const products = matmul(
      out,
      { name: out.reshape(dOutput.name, [rows, filters]), rows, columns: filters, turned: false },
      { name: out.reshape(planes, [columns, filters]), rows: columns, columns: filters, turned: true },
    );
    const windows: Windows = { size: [height, width], strides, low: padLow, places: [down, across] };
    const image = this.columns.fold(products, windows, padHigh, shape);
    return { name: this.plus(image, bias && out.reshape(bias, [1, channels, 1, 1])), order: [0, 1, 2, 3] };
  }

  /**
   * Pixels whose places are alike modulo the strides see the same part of the filter (the "sub-pixel convolution" of W. Shi et
   * al., 2016), so nothing is multiplied by the zeros between strided pixels. For each kind of row there is one product for
   * all kinds of columns, or one for each; then columns are laid one beside the other, and rows one below the other.
   */
  private byPhases(dOutput: Image, filter: string, filterShape: Shape4, { places, down, across }: Phased, shape: Shape4, bias: string | undefined): Place {
    const { out } = this;
    const [batch, channels, height, width] = shape;
    const kernelWidth = filterShape[3];
    const kindsAcross = across.reduce((sum, { kinds }) => sum + kinds.length, 0);
    const rows = down.map(({ taps, first }) => {
      const products = across.map(({ kinds, left, width: windowWidth }) => {
        const windows: Windows = { size: [taps.length, windowWidth], strides: [1, 1], low: [-first, -left], places };
        // For each pixel of the window and each kind of column the tap of the filter, if it has one.
        const used = taps.flatMap(i => Array.from({ length: windowWidth }, (_, k) => kinds.map(phase => {
          const j = phase.taps[left + k - phase.first];
          return j === undefined ? undefined : i * kernelWidth + j;
        })).flat());
        const product = out.emit('MatMul', [this.columns.of(dOutput, windows), this.tapMatrix(filter, filterShape, used, kinds.length)]);
        return this.plus(product, bias && out.concat(kinds.map(() => bias), 0));
      });
      return out.reshape(out.concat(products, 1), [batch * places[0], 1, places[1] * kindsAcross * channels]);
    });
    const whole = [batch, places[0] * down.length, places[1] * kindsAcross, channels];
    const image = out.reshape(out.concat(rows, 1), whole);
    if (whole[1] === height && whole[2] === width) return { name: image, order: IMAGE };
    return { name: out.slice(image, whole, { starts: [0, 0, 0, 0], ends: [batch, height, width, channels], strides: [1, 1, 1, 1] }), order: IMAGE };
  }

  /**
   * Parts of a filter as a matrix, window·out × phases·in: what a window of `out` channels gives to `in` channels of each phase.
   * @param used for each pixel of the window and each phase the tap, or undefined where the phase does not see the pixel.
   */
  private tapMatrix(filter: string, [filters, channels, height, width]: Shape4, used: readonly (number | undefined)[], phaseCount: number): string {
    const { out } = this;
    const count = height * width;
    const remembered = (key: string, make: () => string): string => {
      const name = this.taps.get(key) ?? make();
      this.taps.set(key, name);
      return name;
    };
    return remembered(`${filter} ${used.join()}`, () => {
      const turned = remembered(filter, () => out.transpose(out.reshape(filter, [count, channels, filters]), [0, 2, 1]));
      const taps = used.includes(undefined) ? remembered(`${filter} and zeros`, () => out.concat([turned, out.filled(0, [1, filters, channels])], 0)) : turned;
      const chosen = out.emit('Gather', [taps, out.integers(used.map(tap => tap ?? count))], [{ name: 'axis', int: 0 }]);
      const window = used.length / phaseCount;
      const beside = phaseCount === 1 ? chosen : out.transpose(out.reshape(chosen, [window, phaseCount, filters, channels]), [0, 2, 1, 3]);
      return out.reshape(beside, [window * filters, phaseCount * channels]);
    });
  }
}

/** The kinds of rows and columns of the image a transposed convolution makes, and how many there are of each. */
interface Phased {
  readonly places: Pair;
  readonly down: readonly Phase[];
  readonly across: readonly PhaseGroup[];
}

/** The taps of a filter that a pixel sees, and the pixel of dOutput, counted from its own, that the first of them is for. */
interface Phase {
  readonly taps: readonly number[];
  readonly first: number;
}

/** Kinds of columns that one product makes. */
interface PhaseGroup {
  readonly kinds: readonly Phase[];
  /** First column of the window that they see together, counted from the pixel's own, and its width. */
  readonly left: number;
  readonly width: number;
}

/** With all kinds of columns together, whose windows then have pixels that not all of them see; and with each by itself. */
function phasedWays([, , kernelHeight, kernelWidth]: Shape4, { strides, padLow }: ConvGeometry, [, , height, width]: Shape4): readonly [Phased, Phased] {
  const places = [Math.ceil(height / strides[0]), Math.ceil(width / strides[1])] as const;
  const [down, across] = [phasesAlong(kernelHeight, strides[0], padLow[0]), phasesAlong(kernelWidth, strides[1], padLow[1])];
  return [{ places, down, across: [grouped(across)] }, { places, down, across: across.map(phase => grouped([phase])) }];
}

function grouped(kinds: readonly Phase[]): PhaseGroup {
  const left = Math.min(...kinds.map(({ first }) => first));
  return { kinds, left, width: Math.max(...kinds.map(({ taps, first }) => first + taps.length)) - left };
}

/** dInput[s·m + a] = Σ filter[i]·dOutput[(s·m + a + low − i) / s] over the i that leave no remainder, later i for earlier pixels. */
function phasesAlong(kernel: number, stride: number, low: number): Phase[] {
  return Array.from({ length: stride }, (_, place) => {
    const least = (place + low) % stride;
    const taps = Array.from({ length: Math.ceil((kernel - least) / stride) }, (_tap, t) => least + stride * t).reverse();
    return { taps, first: (place + low - least) / stride - taps.length + 1 };
  });
}

// Nanoseconds of one core with AVX-512, measured: a multiplication with its addition in a large product, and each number that is
// moved into columns, laid beside others, or folded back, which only one core can do.
const MULTIPLICATION = 0.021;
const GATHERED = 0.26;
const JOINED = 0.19;
const FOLDED = 1.7;

/** Nanoseconds per sample: products of gathered columns, with zeros where kinds of columns are taken together. */
function phaseCost({ places, down, across }: Phased, [filters, channels]: Shape4): number {
  const taps = down.reduce((sum, phase) => sum + phase.taps.length, 0);
  // Kernels work on 16 columns of the product at a time.
  const products = across.map(({ kinds: { length }, width }) => taps * width * filters * (Math.ceil((length * channels) / 16) * 16 * MULTIPLICATION + GATHERED));
  const joined = across.length > 1 ? down.length * across.length * channels * JOINED : 0;
  return sizeOf(places) * (products.reduce((sum, cost) => sum + cost, 0) + joined);
}

/** The same for products without zeros that are folded. */
function foldCost({ shape: [, height, width, filters] }: Image, filterShape: Shape4): number {
  const columns = sizeOf(filterShape.slice(1));
  return height * width * columns * (filters * MULTIPLICATION + FOLDED);
}
