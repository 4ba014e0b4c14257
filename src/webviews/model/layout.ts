// Where the shapes of a model's diagram lie: an hourglass from input to output, lying where there is room for labels below the shapes,
// else standing. Heights follow the logarithm of the numbers of a channel, thicknesses that of the channels. No DOM.
import type { Diagram, DiagramLayer, DiagramNote } from '../../protocol/messages.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedLayer {
  readonly layer: DiagramLayer;
  /** A vector, an image of height × width × channels, or a layer that only accompanies another. */
  readonly kind: 'bar' | 'block' | 'slab';
  /** The face that is seen from the front. */
  readonly face: Box;
  /** How far the back of a block is shifted to the right and up. */
  readonly depth: number;
  /** What can be clicked: the shape with its label. */
  readonly area: Box;
  /** Pixels for the lines of its label. */
  readonly label: number;
  /** The numbers that flow in and out: half of their extent around the axis. */
  readonly half: number;
}

export interface PlacedNote {
  readonly note: DiagramNote;
  readonly layer: number;
  readonly box: Box;
}

export interface DiagramLayout {
  readonly standing: boolean;
  readonly width: number;
  readonly height: number;
  /** Where the axis of the hourglass is: its y when lying, its x when standing. */
  readonly axis: number;
  readonly layers: readonly PlacedLayer[];
  readonly notes: readonly PlacedNote[];
  /** Height of a line of text. */
  readonly line: number;
}

export interface Room {
  readonly width: number;
  readonly height: number;
  readonly fontSize: number;
  /** CSS pixels of a text in the small font. */
  readonly textWidth: (text: string) => number;
}

/** Below this many pixels the diagram stands, and it is no wider then. */
export const NARROW = 620;
const SLAB = 18;
const BAR = 20;
const noteGap = 4;

/** Extent by the numbers of a channel, in [0, 1]. */
export function levelOf(shape: readonly number[], most: number): number {
  return Math.log1p(perChannel(shape)) / Math.log1p(most);
}

export function perChannel(shape: readonly number[]): number {
  return shape.length === 3 ? shape[0]! * shape[1]! : shape.reduce((product, extent) => product * extent, 1);
}

/** Pixels of an image's channels side by side. */
export function thicknessOf(shape: readonly number[]): number {
  return shape.length === 3 ? 5 + 6.5 * Math.log2(1 + shape[2]!) : BAR;
}

function kindOf(layer: DiagramLayer): PlacedLayer['kind'] {
  if (layer.companion) return 'slab';
  return layer.outputShape.length === 3 ? 'block' : 'bar';
}

export function layoutDiagram(diagram: Diagram, room: Room): DiagramLayout {
  const stands = room.width < NARROW || sum(columnsOf(diagram)) + MARGIN > room.width;
  return stands ? standing(diagram, { ...room, width: Math.min(room.width, NARROW) }) : lying(diagram, room);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

// ── Lying ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Lines of text below a shape. */
export const LABEL_LINES = 4;
/** Narrowest column of a labelled layer: a diagram with more of them than there is room for stands. */
const COLUMN = 78;
const MARGIN = 24;

/** The narrowest columns. */
function columnsOf({ layers }: Diagram): number[] {
  return layers.map(layer => (layer.companion ? SLAB + 12 : Math.max(COLUMN, thicknessOf(layer.outputShape) + 34)));
}

function lying(diagram: Diagram, { width: whole, height, fontSize, textWidth }: Room): DiagramLayout {
  const { layers } = diagram;
  const line = Math.round(fontSize * 1.4);
  const most = Math.max(...layers.map(({ outputShape }) => perChannel(outputShape)));
  const narrowest = columnsOf(diagram);
  // What is left over widens the columns of labelled layers.
  const labelled = layers.filter(layer => !layer.companion).length;
  const extra = Math.min((whole - MARGIN - sum(narrowest)) / labelled, 180);
  const columns = narrowest.map((column, i) => column + (layers[i]!.companion ? 0 : extra));
  const used = sum(columns);
  let left = (whole - used) / 2;
  const columnsAt = columns.map(column => {
    const at = left;
    left += column;
    return at;
  });
  const middles = columns.map((column, i) => columnsAt[i]! + column / 2);
  const labels = labelWidths(layers, middles, whole);
  const rows = noteRows(layers, middles, whole, line, textWidth);
  const below = line * (LABEL_LINES + 0.6) + line * 1.7;
  const above = line * 1.7 + rows.count * (line + noteGap) + 10;
  const tall = Math.max(height, above + below + 130);
  // The back of a block rises above its front.
  const room = tall - above - below;
  const axis = above + room * 0.54;
  const extent = room * 0.84;
  const placed = layers.map((layer, i): PlacedLayer => {
    const kind = kindOf(layer);
    const numbers = Math.max(extent * levelOf(layer.outputShape, most), 10);
    const thick = kind === 'slab' ? SLAB : thicknessOf(layer.outputShape);
    const label = kind === 'slab' ? textWidth(layer.short) + 14 : 0;
    const high = Math.min(Math.max(numbers, label), room);
    const depth = kind === 'block' ? Math.min(numbers * 0.22 * (layer.outputShape[1]! / layer.outputShape[0]!), 34) : 0;
    return {
      layer, kind, depth, half: numbers / 2, label: labels[i]!,
      face: { x: middles[i]! - (thick + depth) / 2, y: axis - high / 2, width: thick, height: high },
      area: { x: columnsAt[i]!, y: above - 6, width: columns[i]!, height: tall - above - line * 1.7 + 6 },
    };
  });
  const notes = rows.notes.map(({ note, layer, x, width: wide, row }): PlacedNote => ({
    note, layer, box: { x, y: above - 8 - (row + 1) * (line + noteGap), width: wide, height: line + 2 },
  }));
  return { standing: false, width: whole, height: tall, axis, layers: placed, notes, line };
}

/** A label is as wide as it can be between those beside it: over companions, which have none. */
function labelWidths(layers: readonly DiagramLayer[], middles: readonly number[], whole: number): number[] {
  const labelled = middles.filter((_, i) => !layers[i]!.companion);
  return middles.map((middle, i) => {
    if (layers[i]!.companion) return 0;
    const at = labelled.indexOf(middle);
    const [before, after] = [labelled[at - 1], labelled[at + 1]];
    const half = Math.min(before === undefined ? middle : (middle - before) / 2, after === undefined ? whole - middle : (after - middle) / 2);
    return half * 2 - 8;
  });
}

interface NoteRow {
  readonly note: DiagramNote;
  readonly layer: number;
  readonly x: number;
  readonly width: number;
  readonly row: number;
}

/** Notes above their layers, each in the lowest row where it is on no other. */
function noteRows(layers: readonly DiagramLayer[], middles: readonly number[], whole: number, line: number, textWidth: (text: string) => number): { readonly notes: readonly NoteRow[]; readonly count: number } {
  const notes: NoteRow[] = [];
  layers.forEach((layer, i) => {
    for (const note of layer.notes) {
      const width = Math.min(textWidth(note.label) + line, whole - 8);
      const x = Math.min(Math.max(middles[i]! - width / 2, 4), whole - width - 4);
      let row = 0;
      while (notes.some(other => other.row === row && x < other.x + other.width + 6 && other.x < x + width + 6)) row++;
      notes.push({ note, layer: i, x, width, row });
    }
  });
  return { notes, count: Math.max(0, ...notes.map(({ row }) => row + 1)) };
}

// ── Standing ────────────────────────────────────────────────────────────────────────────────────────────────────────

function standing({ layers }: Diagram, { width, fontSize, textWidth }: Room): DiagramLayout {
  const line = Math.round(fontSize * 1.4);
  const most = Math.max(...layers.map(({ outputShape }) => perChannel(outputShape)));
  const wide = Math.min(Math.max(width * 0.36, 84), 190);
  const axis = 12 + wide / 2;
  const textAt = wide + 30;
  const notes: PlacedNote[] = [];
  let y = 10;
  const placed = layers.map((layer, i): PlacedLayer => {
    const kind = kindOf(layer);
    const numbers = Math.max(wide * levelOf(layer.outputShape, most), 8);
    const thick = kind === 'slab' ? 6 : kind === 'block' ? Math.min(thicknessOf(layer.outputShape) * 0.5 + 6, 34) : 16;
    const high = kind === 'slab' ? line + 6 : Math.max(thick + 14, line * 2 + 10) + layer.notes.length * (line + noteGap);
    const area = { x: 2, y, width: width - 4, height: high };
    const depth = kind === 'block' ? 8 : 0;
    layer.notes.forEach((note, row) => {
      const noteWidth = Math.min(textWidth(note.label) + line, width - textAt - 8);
      notes.push({ note, layer: i, box: { x: textAt, y: y + line * 2 + 8 + row * (line + noteGap), width: noteWidth, height: line + 2 } });
    });
    const shapeHigh = high - layer.notes.length * (line + noteGap);
    const face = { x: axis - numbers / 2, y: y + (shapeHigh - thick + depth) / 2, width: numbers, height: thick };
    y += high + (kind === 'slab' ? 2 : 6);
    return { layer, kind, depth, half: numbers / 2, label: width - textAt - 8, face, area };
  });
  return { standing: true, width, height: y + 8, axis, layers: placed, notes, line };
}

/** A text cut to a width, with "…" in place of its end. */
export function fitText(text: string, width: number, textWidth: (text: string) => number): string {
  if (textWidth(text) <= width) return text;
  for (let length = text.length - 1; length > 0; length--) {
    const cut = `${text.slice(0, length).trimEnd()}…`;
    if (textWidth(cut) <= width) return cut;
  }
  return '';
}
