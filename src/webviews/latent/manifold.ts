// Draws the decoded grid: tiles are decoded in small batches, from the middle outwards, onto one mosaic that moves and scales
// with the camera. A new mosaic begins as the old one, scaled to its place, so nothing flickers.
import { sizeOf } from '../../core/tensor.ts';
import { imagePixels, isImage, paint, paintProfile, profileBars, type Pixels } from '../shared/pixels.ts';
import { toScreen, type Camera, type Size } from './camera.ts';
import type { Decoder } from './decoder.ts';
import { profileRanges } from './profile.ts';
import { fromTheMiddle, latticeFor, sameLattice, tileCentre, tileKey, type Lattice } from './tiles.ts';

/** Tiles decoded in one go; the pointer gets its turn between two of them. */
const BATCH = 24;
const MOST_CACHED = 6000;
const MOST_PIXELS = 96;
/** Data pixels of a tile for samples that are no images. */
const PROFILE = { width: 160, height: 100 };
/** CSS pixels a tile should be wide. */
const WANTED = { image: 46, profile: 104 };

export interface ManifoldSource {
  /** The tiles decoded for one value of this stay right; another value starts anew. */
  readonly version: string;
  /** [height, width, channels] or [features]. */
  readonly shape: readonly number[];
  /** A single latent dimension: one row of tiles. */
  readonly singleRow: boolean;
  lift(x: number, y: number): Float32Array;
}

interface Mosaic {
  readonly lattice: Lattice;
  readonly canvas: OffscreenCanvas;
}

export class Manifold {
  private source: ManifoldSource | undefined;
  private readonly cache = new Map<string, Pixels | Float32Array>();
  private mosaic: Mosaic | undefined;
  /** Grows with every change; work for an older number stops. */
  private generation = 0;
  profileColor = '#888';

  constructor(private readonly decoder: Decoder, private readonly onChange: () => void) {}

  /** Whether all tiles of the last `update` are there; for tests. */
  complete = false;

  /** Decodes what is missing in this view. Call it when the camera has come to rest. */
  async update(source: ManifoldSource, camera: Camera, size: Size): Promise<void> {
    const generation = ++this.generation;
    this.complete = false;
    if (this.source?.version !== source.version) this.cache.clear();
    this.source = source;
    const tile = tileSize(source.shape);
    const lattice = latticeFor(camera, size, isImage(source.shape) ? WANTED.image : WANTED.profile, tile.height / tile.width, source.singleRow);
    const mosaic = this.prepare(lattice, tile);
    this.mosaic = mosaic;
    const missing: number[] = [];
    for (const index of fromTheMiddle(lattice)) {
      const known = this.cache.get(tileKey(lattice, index));
      if (known === undefined) missing.push(index);
      else this.stamp(mosaic, index, known, tile);
    }
    this.onChange();
    while (missing.length > 0) {
      const batch = missing.splice(0, BATCH);
      const codes = batch.map(index => {
        const centre = tileCentre(lattice, index % lattice.columns, Math.floor(index / lattice.columns));
        return source.lift(centre.x, centre.y);
      });
      const values = await this.decoder.ask('grid', packed(codes), batch.length);
      if (generation !== this.generation || values === undefined) return;
      batch.forEach((index, k) => {
        const picture = isImage(source.shape) ? imagePixels(values, k, source.shape) : values.slice(k * sizeOf(source.shape), (k + 1) * sizeOf(source.shape));
        this.cache.set(tileKey(lattice, index), picture);
        this.stamp(mosaic, index, picture, tile);
      });
      this.onChange();
    }
    while (this.cache.size > MOST_CACHED) this.cache.delete(this.cache.keys().next().value!);
    this.complete = true;
  }

  clear(): void {
    this.generation++;
    this.mosaic = undefined;
    this.complete = false;
    this.onChange();
  }

  /** Draws into a context measured in CSS pixels. */
  draw(ctx: CanvasRenderingContext2D, camera: Camera, size: Size): void {
    if (this.mosaic === undefined) return;
    const { lattice, canvas } = this.mosaic;
    const left = lattice.firstColumn * lattice.stepX;
    const top = (lattice.firstRow + lattice.rows) * lattice.stepY;
    const at = toScreen(camera, size, { x: left, y: top });
    ctx.imageSmoothingEnabled = this.source !== undefined && !isImage(this.source.shape);
    ctx.drawImage(canvas, at.x, at.y, lattice.columns * lattice.stepX * camera.scale, lattice.rows * lattice.stepY * camera.scale);
  }

  /** The mosaic to draw new tiles on: the one shown when it has the same tiles, else one that starts with its picture. */
  private prepare(lattice: Lattice, tile: Size): Mosaic {
    const old = this.mosaic;
    if (old !== undefined && sameLattice(old.lattice, lattice)) return old;
    const canvas = new OffscreenCanvas(lattice.columns * tile.width, lattice.rows * tile.height);
    const pixelsX = tile.width / lattice.stepX;
    const pixelsY = tile.height / lattice.stepY;
    if (old !== undefined) {
      const ctx = canvas.getContext('2d')!;
      ctx.imageSmoothingEnabled = false;
      ctx.drawImage(
        old.canvas,
        (old.lattice.firstColumn * old.lattice.stepX - lattice.firstColumn * lattice.stepX) * pixelsX,
        ((lattice.firstRow + lattice.rows) * lattice.stepY - (old.lattice.firstRow + old.lattice.rows) * old.lattice.stepY) * pixelsY,
        old.lattice.columns * old.lattice.stepX * pixelsX,
        old.lattice.rows * old.lattice.stepY * pixelsY,
      );
    }
    return { lattice, canvas };
  }

  private stamp(mosaic: Mosaic, index: number, picture: Pixels | Float32Array, tile: Size): void {
    const ctx = mosaic.canvas.getContext('2d')!;
    const x = (index % mosaic.lattice.columns) * tile.width;
    // Row 0 is the lowest in the data, the last on the canvas.
    const y = (mosaic.lattice.rows - 1 - Math.floor(index / mosaic.lattice.columns)) * tile.height;
    if (picture instanceof Float32Array) {
      ctx.clearRect(x, y, tile.width, tile.height);
      paintProfile(ctx, profileBars(picture, 0, picture.length, profileRanges()), this.profileColor, x + 20, y + 20, tile.width - 40, tile.height - 40);
    } else {
      paint(ctx, picture, x, y, tile.width, tile.height);
    }
  }
}

/** Data pixels of a tile; a large image is drawn smaller, a tile is never that wide on the screen. */
function tileSize(shape: readonly number[]): Size {
  if (!isImage(shape)) return PROFILE;
  const [height = 1, width = 1] = shape;
  const shrink = Math.min(1, MOST_PIXELS / Math.max(height, width));
  return { height: Math.max(1, Math.round(height * shrink)), width: Math.max(1, Math.round(width * shrink)) };
}

/** Codes one after another. */
export function packed(codes: readonly Float32Array[]): Float32Array {
  const size = codes[0]?.length ?? 0;
  const out = new Float32Array(codes.length * size);
  codes.forEach((code, k) => out.set(code, k * size));
  return out;
}
