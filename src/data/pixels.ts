// A decoded picture, the same for all formats.

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** height × width × channels, 0 to 255. */
  readonly data: Uint8Array;
}

export const MAX_PIXELS = 100e6;

/** Decoders call it before they allocate. @throws Error when a header claims a size that no picture here has */
export function requireSize(width: number, height: number): void {
  if (!(width >= 1) || !(height >= 1)) throw new Error(`its header says ${width}×${height} pixels`);
  if (width * height > MAX_PIXELS) throw new Error(`its header says ${width}×${height} pixels, more than ${MAX_PIXELS / 1e6} megapixels are refused`);
}
