// The decoded grid behind the points, as a map of tiles: a lattice fixed in the data plane, so that panning only decodes what
// comes into view. Pure; manifold.ts draws it.
import { visible, type Camera, type Size } from './camera.ts';

export interface Lattice {
  /** Width and height of a tile in data units. */
  readonly stepX: number;
  readonly stepY: number;
  readonly firstColumn: number;
  readonly firstRow: number;
  readonly columns: number;
  readonly rows: number;
}

/** No picture needs more; a tiny tile on a huge screen would. */
const MOST_TILES = 1200;

/**
 * The tiles in view.
 * @param wanted CSS pixels a tile is wide, before rounding to a power of two of data units
 * @param aspect height / width of a tile
 * @param singleRow for a latent of one dimension: one row below zero
 */
export function latticeFor(camera: Camera, size: Size, wanted: number, aspect: number, singleRow: boolean): Lattice {
  let exponent = Math.round(Math.log2(wanted / camera.scale));
  for (;;) {
    const stepX = Math.pow(2, exponent);
    const stepY = stepX * aspect;
    const view = visible(camera, size);
    const firstColumn = Math.floor(view.minX / stepX);
    const columns = Math.floor(view.maxX / stepX) - firstColumn + 1;
    const firstRow = singleRow ? -1 : Math.floor(view.minY / stepY);
    const rows = singleRow ? 1 : Math.floor(view.maxY / stepY) - firstRow + 1;
    if (columns * rows <= MOST_TILES) return { stepX, stepY, firstColumn, firstRow, columns, rows };
    exponent++;
  }
}

export function sameLattice(a: Lattice, b: Lattice): boolean {
  return a.stepX === b.stepX && a.stepY === b.stepY && a.firstColumn === b.firstColumn && a.firstRow === b.firstRow && a.columns === b.columns && a.rows === b.rows;
}

/** Middle of a tile in data units; column and row count from the lattice's first. */
export function tileCentre(lattice: Lattice, column: number, row: number): { x: number; y: number } {
  return { x: (lattice.firstColumn + column + 0.5) * lattice.stepX, y: (lattice.firstRow + row + 0.5) * lattice.stepY };
}

/** Indices (row × columns + column) of all tiles, those nearest the middle first: the eye is there. */
export function fromTheMiddle(lattice: Lattice): number[] {
  const { columns, rows } = lattice;
  const distance = (index: number) => {
    const dx = (index % columns) - (columns - 1) / 2;
    const dy = Math.floor(index / columns) - (rows - 1) / 2;
    return dx * dx + dy * dy;
  };
  return Array.from({ length: columns * rows }, (_, index) => index).sort((a, b) => distance(a) - distance(b));
}

/** Names a tile for the cache, the same wherever the lattice begins. */
export function tileKey(lattice: Lattice, index: number): string {
  return `${lattice.stepX}:${lattice.firstColumn + (index % lattice.columns)}:${lattice.firstRow + Math.floor(index / lattice.columns)}`;
}
