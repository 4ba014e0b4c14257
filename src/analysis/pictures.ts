// The pictures of a trained model that go into a report: originals beside what the model makes of them, the decoded plane of a
// two-dimensional latent, and images decoded from random codes.
import { sizeOf } from '../core/tensor.ts';
import { drawNumbers, drawText, fill, INK, newPicture, type Picture } from './canvas.ts';
import { blockColumns, layoutNumbers, wholeScale, type NumberLayout } from './layout.ts';
import { textHeight, textWidth } from './lettering.ts';
import { diverging, grey, sequential, type Rgb } from './palette.ts';

export type PictureRow = 'original' | 'corrupted' | 'code' | 'reconstruction' | 'difference';

/** Samples as a run keeps them; arrays are count × features (in model scale) or count × latent size. */
export interface ReconstructedSamples {
  /** [height, width, channels] or [features]. */
  readonly shape: readonly number[];
  readonly latentShape: readonly number[];
  readonly count: number;
  readonly original: ArrayLike<number>;
  readonly corrupted?: ArrayLike<number>;
  readonly code?: ArrayLike<number>;
  readonly reconstruction: ArrayLike<number>;
  /** Each sample's own loss, printed below it. */
  readonly error?: ArrayLike<number>;
  /** Printed above each sample. */
  readonly labels?: readonly string[];
}

export interface GridOptions {
  /** Samples side by side before a new band begins. */
  readonly columns?: number;
  readonly title?: string;
  /** Wanted size of one image in pixels; the nearest whole enlargement is taken. */
  readonly cell?: number;
}

const MARGIN = 12;
const GAP = 4;
const TEXT = 11;
const CELL = 84;
const GREY_INK: Rgb = [110, 110, 110];

/** "0.0123", "12.3", "1.2e-5": three digits that matter, short enough to stand below an image. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '−inf';
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-3 || size >= 1e5) ? size.toExponential(1)
    : size.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size === 0 ? 3 : 4);
  return value < 0 ? `−${text}` : text;
}

/** [0, 1] when all values are in it, else from the smallest to the largest. */
function rangeOf(values: ArrayLike<number>): readonly [number, number] {
  let smallest = Infinity;
  let largest = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  // Interpolating upsamplers and linear outputs overshoot a little; that is cut, not rescaled.
  return smallest < -0.1 || largest > 1.1 ? [smallest, largest] : [0, 1];
}

/** As `rangeOf`, but outside [0, 1] without the outermost hundredths, so that a few numbers do not flatten all others. */
function usualRangeOf(values: ArrayLike<number>): readonly [number, number] {
  const [low, high] = rangeOf(values);
  if (low === 0 && high === 1) return [low, high];
  const sorted = Float64Array.from(values).filter(value => !Number.isNaN(value)).sort();
  return [quantile(sorted, 0.01), quantile(sorted, 0.99)];
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))] ?? 0;
}

/** "−2.6", "0", "1": two digits are enough for the ends of an axis or a range of colours. */
function formatShort(value: number): string {
  return String(Number(value.toPrecision(2))).replace('-', '−');
}

function formatRange(low: number, high: number): string {
  return `${formatShort(low)} to ${formatShort(high)}`;
}

function scaled([low, high]: readonly [number, number], color: (share: number) => Rgb): (value: number) => Rgb {
  const span = high > low ? high - low : 1;
  return value => color((value - low) / span);
}

/** One row of a grid: how each sample's numbers are laid out and coloured. */
interface RowPlan {
  readonly label: PictureRow;
  /** In small grey letters below the label: the range of the colours. */
  readonly note?: string;
  readonly layout: NumberLayout;
  readonly values: ArrayLike<number>;
  readonly features: number;
  readonly scale: number;
  readonly color: (value: number) => Rgb;
}

function planRows(samples: ReconstructedSamples, rows: readonly PictureRow[], scale: number): RowPlan[] {
  const { shape, latentShape, original, corrupted, code, reconstruction } = samples;
  const layout = layoutNumbers(shape, true);
  const features = sizeOf(shape);
  // A vector is no image: its block is coloured, so that white is empty.
  const imageColor = scaled(rangeOf(original), shape.length < 2 ? sequential : grey);
  const image = (label: PictureRow, values: ArrayLike<number>): RowPlan => ({ label, layout, values, features, scale, color: imageColor });
  return rows.flatMap((row): RowPlan[] => {
    switch (row) {
      case 'original': return [image(row, original)];
      case 'corrupted': return corrupted === undefined ? [] : [image(row, corrupted)];
      case 'reconstruction': return [image(row, reconstruction)];
      case 'code': {
        if (code === undefined) return [];
        const codeLayout = layoutNumbers(latentShape, false);
        const range = usualRangeOf(code);
        const codeScale = Math.max(1, Math.min(Math.floor(layout.width * scale / codeLayout.width), Math.floor(layout.height * scale / codeLayout.height)));
        return [{ label: row, note: formatRange(...range), layout: codeLayout, values: code, features: sizeOf(latentShape), scale: codeScale, color: scaled(range, sequential) }];
      }
      case 'difference': return [differencePlan(samples, scale)];
    }
  });
}

/** Reconstruction minus original; colour images by the mean of their channels. The strongest half per cent is cut. */
function differencePlan({ shape, count, original, reconstruction }: ReconstructedSamples, scale: number): RowPlan {
  const [height = 1, width = 1, channels = 1] = shape;
  const merged = shape.length === 3 && channels === 3;
  const features = merged ? height * width : sizeOf(shape);
  const depth = merged ? channels : 1;
  const values = new Float32Array(count * features);
  for (let i = 0; i < values.length; i++) {
    let sum = 0;
    for (let c = i * depth; c < (i + 1) * depth; c++) sum += reconstruction[c]! - original[c]!;
    values[i] = sum / depth;
  }
  const sizes = values.map(Math.abs).filter(value => !Number.isNaN(value)).sort();
  const bound = quantile(Float64Array.from(sizes), 0.995) || 1;
  return {
    label: 'difference', note: formatRange(-bound, bound),
    layout: layoutNumbers(merged ? [height, width, 1] : shape, true), values, features, scale,
    color: value => diverging(value / bound),
  };
}

const ALL_ROWS: readonly PictureRow[] = ['original', 'corrupted', 'code', 'reconstruction', 'difference'];

/**
 * Samples in columns; below each other the original, the corrupted input, the code, the reconstruction and the
 * difference (blue: too dark, red: too light), as far as they are given; each sample's error below it.
 */
export function reconstructionGrid(samples: ReconstructedSamples, options: GridOptions & { readonly rows?: readonly PictureRow[] } = {}): Picture {
  const { columns = 10, rows = ALL_ROWS, title, cell = CELL } = options;
  const image = layoutNumbers(samples.shape, true);
  const plans = planRows(samples, rows, wholeScale(Math.max(image.width, image.height), cell));
  const cellWidth = Math.max(40, ...plans.map(plan => plan.layout.width * plan.scale));
  const labelWidth = Math.max(...plans.flatMap(plan => [textWidth(plan.label, TEXT), textWidth(plan.note ?? '', TEXT - 2)]), samples.error ? textWidth('error', TEXT) : 0);
  const across = Math.min(columns, samples.count);
  const bands = Math.ceil(samples.count / columns);
  const line = textHeight(TEXT);
  const above = samples.labels === undefined ? 0 : line + GAP;
  const below = samples.error === undefined ? 0 : line + GAP;
  const bandHeight = above + plans.reduce((sum, plan) => sum + plan.layout.height * plan.scale + GAP, 0) + below;
  const top = MARGIN + (title === undefined ? 0 : textHeight(TEXT + 3) + 2 * GAP);
  const left = MARGIN + labelWidth + 2 * GAP;
  const picture = newPicture(left + across * (cellWidth + GAP) - GAP + MARGIN, top + bands * (bandHeight + 3 * GAP) - 3 * GAP + MARGIN);
  if (title !== undefined) drawFitting(picture, title, left, MARGIN, picture.width - left - MARGIN, TEXT + 3, 'left');

  // One size for all of them: names in several would look like headings and names.
  const labelSize = Math.min(...(samples.labels ?? []).map(text => fittingSize(text, cellWidth, TEXT)), TEXT);

  for (let band = 0; band < bands; band++) {
    let y = top + band * (bandHeight + 3 * GAP);
    const inBand = Math.min(columns, samples.count - band * columns);
    const center = (i: number): number => left + i * (cellWidth + GAP) + Math.floor(cellWidth / 2);
    if (samples.labels !== undefined) {
      for (let i = 0; i < inBand; i++) drawFitting(picture, samples.labels[band * columns + i] ?? '', center(i), y, cellWidth, labelSize, 'center');
      y += above;
    }
    for (const plan of plans) {
      const width = plan.layout.width * plan.scale;
      const height = plan.layout.height * plan.scale;
      const middle = y + Math.floor(height / 2) - (plan.note === undefined ? 5 : 13);
      drawText(picture, plan.label, left - 2 * GAP, middle, TEXT, 'right');
      if (plan.note !== undefined) drawText(picture, plan.note, left - 2 * GAP, middle + line + 2, TEXT - 2, 'right', GREY_INK);
      for (let i = 0; i < inBand; i++) {
        drawNumbers(picture, plan.layout, plan.values, (band * columns + i) * plan.features, center(i) - Math.floor(width / 2), y, plan.scale, plan.color);
      }
      y += height + GAP;
    }
    if (samples.error !== undefined) {
      drawText(picture, 'error', left - 2 * GAP, y + 2, TEXT, 'right');
      for (let i = 0; i < inBand; i++) drawFitting(picture, formatNumber(samples.error[band * columns + i]!), center(i), y + 2, cellWidth, TEXT, 'center');
    }
  }
  return picture;
}

/** Samples alone, with the corrupted input of each below it where there is one. */
export function samplesGrid(samples: Pick<ReconstructedSamples, 'shape' | 'count' | 'original' | 'corrupted' | 'labels'>, options: GridOptions = {}): Picture {
  return reconstructionGrid({ ...samples, latentShape: [], reconstruction: [] }, { ...options, rows: ['original', 'corrupted'] });
}

/** A row of the grid as one picture for each sample, a pixel for each number, for documents that set them themselves. */
export interface SampleRow {
  readonly row: PictureRow;
  /** The range of the colours, where they have one of their own. */
  readonly note?: string;
  readonly pictures: readonly Picture[];
}

/** The rows of `reconstructionGrid`, in the same colours. */
export function reconstructionRows(samples: ReconstructedSamples, rows: readonly PictureRow[] = ALL_ROWS): readonly SampleRow[] {
  return planRows(samples, rows, 1).map(({ label, note, layout, values, features, color }) => ({
    row: label, ...(note === undefined ? {} : { note }),
    pictures: Array.from({ length: samples.count }, (_, i) => {
      const picture = newPicture(layout.width, layout.height);
      drawNumbers(picture, layout, values, i * features, 0, 0, 1, color);
      return picture;
    }),
  }));
}

/**
 * The same samples in near-square blocks side by side: originals, corrupted inputs where there are any, and reconstructions, each sample in
 * the same place of every block and its error below its reconstruction.
 */
export function reconstructionBlocks(samples: ReconstructedSamples, options: Omit<GridOptions, 'columns'> = {}): Picture {
  const { title, cell = CELL } = options;
  const image = layoutNumbers(samples.shape, true);
  const plans = planRows(samples, ['original', 'corrupted', 'reconstruction'], wholeScale(Math.max(image.width, image.height), cell));
  const across = blockColumns(samples.count);
  const down = Math.ceil(samples.count / across);
  const line = textHeight(TEXT);
  const [width, height] = [image.width * plans[0]!.scale, image.height * plans[0]!.scale];
  const stepX = Math.max(width, 40) + GAP;
  const stepY = height + GAP + (samples.error === undefined ? 0 : line);
  const blockWidth = across * stepX - GAP;
  const head = MARGIN + (title === undefined ? 0 : textHeight(TEXT + 3) + 2 * GAP);
  const top = head + line + GAP;
  const picture = newPicture(plans.length * (blockWidth + MARGIN) + MARGIN, top + down * stepY - GAP + MARGIN);
  if (title !== undefined) drawFitting(picture, title, MARGIN, MARGIN, picture.width - 2 * MARGIN, TEXT + 3, 'left');
  plans.forEach((plan, block) => {
    const left = MARGIN + block * (blockWidth + MARGIN);
    drawFitting(picture, plan.label, left, head, blockWidth, TEXT, 'left');
    for (let i = 0; i < samples.count; i++) {
      const x = left + (i % across) * stepX;
      const y = top + Math.floor(i / across) * stepY;
      const center = x + Math.floor((stepX - GAP) / 2);
      drawNumbers(picture, plan.layout, plan.values, i * plan.features, center - Math.floor(width / 2), y, plan.scale, plan.color);
      if (samples.error !== undefined && plan.label === 'reconstruction') drawFitting(picture, formatNumber(samples.error[i]!), center, y + height + 2, stepX - GAP, TEXT, 'center');
    }
  });
  return picture;
}

/** The largest size, up to `size`, in which a text is no wider than a room; the smallest that can be read when there is none. */
function fittingSize(text: string, room: number, size: number): number {
  let fitting = size;
  while (fitting > 8 && textWidth(text, fitting) > room) fitting--;
  return fitting;
}

/** Text no wider than a room: set smaller, then cut. */
function drawFitting(picture: Picture, text: string, x: number, y: number, room: number, size: number, align: 'left' | 'center'): void {
  const fitting = fittingSize(text, room, size);
  let shown = text;
  while (shown.length > 1 && textWidth(shown, fitting) > room) shown = `${shown.replace(/…$/, '').slice(0, -1)}…`;
  drawText(picture, shown, x, y + (size - fitting), fitting, align);
}

export interface ManifoldOptions {
  /** Shape of one decoded sample. */
  readonly shape: readonly number[];
  /** Smallest and largest value of the first latent variable (to the right) and of the second (upwards). */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** Images in each direction. */
  readonly columns?: number;
  readonly rows?: number;
  readonly title?: string;
  /** Names of the axes. */
  readonly names?: readonly [string, string];
}

const MANIFOLD_SIDE = 20;
const MANIFOLD_PIXELS = 900;

/** The codes of the grid, row by row from the top left: (rows · columns) × 2. */
export function manifoldCodes({ x, y, columns = MANIFOLD_SIDE, rows = MANIFOLD_SIDE }: ManifoldOptions): Float32Array {
  const at = ([from, to]: readonly [number, number], i: number, count: number): number => count === 1 ? (from + to) / 2 : from + (to - from) * i / (count - 1);
  const codes = new Float32Array(rows * columns * 2);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      codes[(row * columns + column) * 2] = at(x, column, columns);
      codes[(row * columns + column) * 2 + 1] = at(y, rows - 1 - row, rows);
    }
  }
  return codes;
}

/**
 * The plane of a two-dimensional latent, decoded on a regular grid, as one picture.
 * @param decode codes (n × 2) → reconstructions (n × features, in [0, 1]).
 */
export async function manifoldGrid(decode: (codes: Float32Array, count: number) => Promise<ArrayLike<number>>, options: ManifoldOptions): Promise<Picture> {
  const { columns = MANIFOLD_SIDE, rows = MANIFOLD_SIDE } = options;
  return manifoldPicture(await decode(manifoldCodes(options), rows * columns), options);
}

/** The same from images decoded before, in the order of `manifoldCodes`. */
export function manifoldPicture(images: ArrayLike<number>, options: ManifoldOptions): Picture {
  const { shape, x, y, columns = MANIFOLD_SIDE, rows = MANIFOLD_SIDE, title, names = ['z1', 'z2'] } = options;
  const layout = layoutNumbers(shape, true);
  const scale = wholeScale(columns * layout.width, MANIFOLD_PIXELS);
  const [stepX, stepY] = [layout.width * scale, layout.height * scale];
  const line = textHeight(TEXT);
  const numbers = { x: x.map(formatShort), y: y.map(formatShort) };
  const left = MARGIN + Math.max(textWidth(names[1], TEXT), ...numbers.y.map(text => textWidth(text, TEXT))) + 2 * GAP;
  const top = MARGIN + (title === undefined ? 0 : textHeight(TEXT + 3) + 2 * GAP);
  const [width, height] = [columns * stepX, rows * stepY];
  const picture = newPicture(left + width + MARGIN, top + height + 2 * GAP + line + MARGIN);
  if (title !== undefined) drawFitting(picture, title, left, MARGIN, width, TEXT + 3, 'left');
  const color = scaled(rangeOf(images), grey);
  for (let i = 0; i < rows * columns; i++) {
    drawNumbers(picture, layout, images, i * sizeOf(shape), left + (i % columns) * stepX, top + Math.floor(i / columns) * stepY, scale, color);
  }
  // The numbers stand at the middle of the outermost images: those are decoded from exactly these values.
  const bottom = top + height + 2 * GAP;
  const capital = Math.round(TEXT / 2);
  const tickX = (at: number): void => fill(picture, at, top + height, 1, GAP, INK);
  const tickY = (at: number): void => fill(picture, left - GAP, at, GAP, 1, INK);
  [left + Math.floor(stepX / 2), left + width - Math.ceil(stepX / 2)].forEach((at, i) => {
    tickX(at);
    drawText(picture, numbers.x[i]!, at, bottom, TEXT, 'center');
  });
  [top + height - Math.ceil(stepY / 2), top + Math.floor(stepY / 2)].forEach((at, i) => {
    tickY(at);
    drawText(picture, numbers.y[i]!, left - 2 * GAP, at - capital, TEXT, 'right');
  });
  drawText(picture, names[0], left + Math.floor(width / 2), bottom, TEXT, 'center');
  drawText(picture, names[1], left - 2 * GAP, top + Math.floor(height / 2) - capital, TEXT, 'right');
  return picture;
}

/**
 * Decoded images, each with its code above it (as many numbers as fit into three lines).
 * @param images count × features, in [0, 1]. @param codes count × dimensions.
 */
export function generationGrid(shape: readonly number[], images: ArrayLike<number>, codes: ArrayLike<number>, count: number, options: GridOptions = {}): Picture {
  const { columns = 8, title, cell = CELL } = options;
  const dimensions = Math.floor(codes.length / Math.max(1, count));
  const layout = layoutNumbers(shape, true);
  const scale = wholeScale(Math.max(layout.width, layout.height), cell);
  const [width, height] = [layout.width * scale, layout.height * scale];
  const cellWidth = Math.max(width, 64);
  const captions = Array.from({ length: count }, (_, i) => codeLines(codes, i * dimensions, dimensions, cellWidth));
  const line = textHeight(TEXT - 2);
  const above = Math.max(0, ...captions.map(lines => lines.length)) * line + GAP;
  const across = Math.min(columns, Math.max(1, count));
  const down = Math.ceil(count / columns);
  const top = MARGIN + (title === undefined ? 0 : textHeight(TEXT + 3) + 2 * GAP);
  const picture = newPicture(2 * MARGIN + across * (cellWidth + 2 * GAP) - 2 * GAP, top + down * (above + height + 2 * GAP) - 2 * GAP + MARGIN);
  if (title !== undefined) drawFitting(picture, title, MARGIN, MARGIN, picture.width - 2 * MARGIN, TEXT + 3, 'left');
  const color = scaled(rangeOf(images), grey);
  for (let i = 0; i < count; i++) {
    const center = MARGIN + (i % columns) * (cellWidth + 2 * GAP) + Math.floor(cellWidth / 2);
    const y = top + Math.floor(i / columns) * (above + height + 2 * GAP);
    captions[i]!.forEach((text, k) => drawText(picture, text, center, y + k * line, TEXT - 2, 'center'));
    drawNumbers(picture, layout, images, i * sizeOf(shape), center - Math.floor(width / 2), y + above, scale, color);
  }
  return picture;
}

const CODE_LINES = 3;

/** A line of numbers that goes on, with as many of them as fit before the dots. */
function abbreviated(line: string, room: number): string {
  const words = line.split(' ');
  while (words.length > 1 && textWidth(`${words.join(' ')} …)`, TEXT - 2) > room) words.pop();
  return `${words.join(' ')} …)`;
}

/** "(0.12, −1.30," / "0.07)": numbers of a code in lines that fit. */
function codeLines(codes: ArrayLike<number>, from: number, count: number, room: number): string[] {
  const lines: string[] = [''];
  for (let i = 0; i < count; i++) {
    const value = codes[from + i]!;
    const word = `${i === 0 ? '(' : ''}${value < 0 ? '−' : ''}${Math.abs(value).toFixed(2)}${i === count - 1 ? ')' : ','}`;
    const longer = lines.at(-1) === '' ? word : `${lines.at(-1)!} ${word}`;
    if (textWidth(longer, TEXT - 2) <= room || lines.at(-1) === '') lines[lines.length - 1] = longer;
    else if (lines.length < CODE_LINES) lines.push(word);
    else {
      lines[lines.length - 1] = abbreviated(lines.at(-1)!, room);
      break;
    }
  }
  return lines;
}
