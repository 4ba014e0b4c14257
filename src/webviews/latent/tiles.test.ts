import { describe, expect, it } from 'vitest';
import { fromTheMiddle, latticeFor, sameLattice, tileCentre, tileKey } from './tiles.ts';

const size = { width: 600, height: 300 };

describe('latticeFor', () => {
  it('covers the view with tiles of a comfortable size', () => {
    const camera = { x: 0.3, y: -1, scale: 100 };
    const lattice = latticeFor(camera, size, 46, 1, false);
    expect(lattice.stepX).toBe(0.5);
    expect(lattice.firstColumn * 0.5).toBeLessThanOrEqual(0.3 - 3);
    expect((lattice.firstColumn + lattice.columns) * 0.5).toBeGreaterThan(0.3 + 3);
    expect(lattice.firstRow * 0.5).toBeLessThanOrEqual(-1 - 1.5);
    expect((lattice.firstRow + lattice.rows) * 0.5).toBeGreaterThan(-1 + 1.5);
  });

  it('stays where it is when the picture moves: the same tile keeps its key and centre', () => {
    const a = latticeFor({ x: 0, y: 0, scale: 100 }, size, 46, 1, false);
    const b = latticeFor({ x: 0.5, y: 0, scale: 100 }, size, 46, 1, false);
    expect(sameLattice(a, b)).toBe(false);
    expect(tileKey(a, 1)).toBe(tileKey(b, 0));
    expect(tileCentre(a, 1, 0)).toEqual(tileCentre(b, 0, 0));
  });

  it('never makes too many tiles, and keeps the proportions of the image', () => {
    const lattice = latticeFor({ x: 0, y: 0, scale: 1 }, { width: 8000, height: 6000 }, 46, 1.5, false);
    expect(lattice.columns * lattice.rows).toBeLessThanOrEqual(1200);
    expect(lattice.stepY / lattice.stepX).toBe(1.5);
  });

  it('is one row below zero for a single dimension', () => {
    const lattice = latticeFor({ x: 0, y: 1, scale: 100 }, size, 46, 1, true);
    expect(lattice.rows).toBe(1);
    expect(tileCentre(lattice, 0, 0).y).toBeLessThan(0);
  });
});

describe('fromTheMiddle', () => {
  it('names every tile once, the middle first', () => {
    const order = fromTheMiddle({ stepX: 1, stepY: 1, firstColumn: 0, firstRow: 0, columns: 3, rows: 3 });
    expect(order[0]).toBe(4);
    expect([...order].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
