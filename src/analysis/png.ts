// Pictures → PNG files.
import { encode } from 'fast-png';
import type { Picture } from './canvas.ts';

/** The bytes of a PNG file. @param text key words and texts stored in the file ("Title", "Software"; Latin-1). */
export function encodePng(picture: Picture, text: Readonly<Record<string, string>> = {}): Uint8Array {
  return encode({ width: picture.width, height: picture.height, data: picture.data, channels: 3, depth: 8, text: { ...text } });
}
