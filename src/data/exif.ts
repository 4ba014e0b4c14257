// Phones store photographs as the sensor saw them and note in EXIF how to turn them (tag 0x0112 of the TIFF 6.0 structure).
import type { Picture } from './pixels.ts';

/** The orientation noted in an EXIF block, 1 to 8; 1 (upright) when there is none or it makes no sense. */
export function exifOrientation(exif: Uint8Array): number {
  // The block may or may not still carry its leading zero byte.
  const start = exif[0] === 0 ? 1 : 0;
  if (exif.length < start + 14) return 1;
  const view = new DataView(exif.buffer, exif.byteOffset + start, exif.byteLength - start);
  const littleEndian = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, littleEndian);
  if (directory + 2 > view.byteLength) return 1;
  const entries = view.getUint16(directory, littleEndian);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * 12;
    if (entry + 12 > view.byteLength) return 1;
    if (view.getUint16(entry, littleEndian) !== 0x0112) continue;
    const value = view.getUint16(entry + 8, littleEndian);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** Turns a picture upright by its EXIF block. */
export function uprightJpeg(picture: Picture, exif: Uint8Array): Picture {
  const orientation = exifOrientation(exif);
  if (orientation === 1) return picture;
  const { width, height, channels, data } = picture;
  const turned = orientation >= 5;
  const outWidth = turned ? height : width;
  const outHeight = turned ? width : height;
  const out = new Uint8Array(data.length);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      // Where the pixel (x, y) of the upright picture lies in the stored one.
      const a = turned ? y : x;
      const b = turned ? x : y;
      const fromX = orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8 ? width - 1 - a : a;
      const fromY = orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7 ? height - 1 - b : b;
      for (let c = 0; c < channels; c++) {
        out[(y * outWidth + x) * channels + c] = data[(fromY * width + fromX) * channels + c]!;
      }
    }
  }
  return { width: outWidth, height: outHeight, channels, data: out };
}
