// Decodes one picture of any known format to 8 bits a channel, grey or RGB. Sizes are read from the header and refused before
// a decoder allocates anything for them.
import * as jpeg from 'jpeg-js';
import { messageOf, StudioError } from '../core/errors.ts';
import { decodeBmp } from './bmp.ts';
import { uprightJpeg } from './exif.ts';
import { decodeNetpbm } from './netpbm.ts';
import { MAX_PIXELS, type Picture } from './pixels.ts';
import { decodePng } from './png.ts';

/** Names that are taken for pictures. */
export const picturePattern = /\.(png|jpe?g|pgm|ppm|pnm|bmp)$/i;

function startsWith(bytes: Uint8Array, ...magic: number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/**
 * Decodes PNG (any depth, palette, transparency over white, interlaced), JPEG (turned upright by its EXIF note), PGM and PPM
 * (plain and binary, 8 and 16 bits) and BMP, told apart by their first bytes. 16 bits are rounded to 8.
 * @param name for the error
 * @throws StudioError('data') naming the file when it cannot be decoded
 */
export function decodePicture(bytes: Uint8Array, name: string): Picture {
  try {
    if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47)) return decodePng(bytes);
    if (startsWith(bytes, 0xff, 0xd8)) return decodeJpeg(bytes);
    if (startsWith(bytes, 0x50) && [0x32, 0x33, 0x35, 0x36].includes(bytes[1] ?? 0)) return decodeNetpbm(bytes);
    if (startsWith(bytes, 0x42, 0x4d)) return decodeBmp(bytes);
  } catch (error) {
    throw new StudioError('data', `${name} cannot be decoded, it is damaged or cut short: ${messageOf(error)}. Replace or remove it.`, { cause: error });
  }
  throw new StudioError('data', `${name} is no picture in a known format (PNG, JPEG, PGM, PPM, BMP): its first bytes are ${[...bytes.subarray(0, 4)].map(byte => byte.toString(16).padStart(2, '0')).join(' ') || 'missing'}. Replace or remove it.`);
}

function decodeJpeg(bytes: Uint8Array): Picture {
  const decoded: { width: number; height: number; data: Uint8Array; exifBuffer?: Uint8Array } =
    jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false, tolerantDecoding: false, maxResolutionInMP: MAX_PIXELS / 1e6, maxMemoryUsageInMB: 2048 });
  const { width, height, data, exifBuffer } = decoded;
  const picture: Picture = { width, height, channels: 3, data };
  return exifBuffer === undefined ? picture : uprightJpeg(picture, exifBuffer);
}
