// PGM and PPM pictures (netpbm), plain (P2, P3) and binary (P5, P6), with comments and up to 16 bits a value.
import { requireSize, type Picture } from './pixels.ts';

/** @throws Error with what is wrong */
export function decodeNetpbm(bytes: Uint8Array): Picture {
  const kind = bytes[1]! - 48;
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  const plain = kind <= 3;
  let at = 2;

  /** The next number, skipping white space and comments up to the end of their line. */
  const number = (): number => {
    for (;;) {
      const byte = bytes[at];
      if (byte === undefined) throw new Error('it ends too early');
      if (byte === 35) while (at < bytes.length && bytes[at] !== 10 && bytes[at] !== 13) at++;
      else if (byte === 32 || (byte >= 9 && byte <= 13)) at++;
      else break;
    }
    const start = at;
    let value = 0;
    for (let digit = bytes[at]! - 48; digit >= 0 && digit <= 9; digit = (bytes[at] ?? 0) - 48) {
      value = value * 10 + digit;
      at++;
    }
    if (at === start || value > 1e9) throw new Error(`a number is expected at byte ${start}`);
    return value;
  };

  const width = number();
  const height = number();
  const max = number();
  requireSize(width, height);
  if (max < 1 || max > 65535) throw new Error(`its largest value is said to be ${max}, it must be 1 to 65535`);
  const size = width * height * channels;
  const scale = 255 / max;
  if (plain) {
    if (bytes.length - at < size * 2) throw new Error(`${width}×${height} pixels do not fit in ${bytes.length} bytes`);
    const data = new Uint8Array(size);
    for (let i = 0; i < size; i++) data[i] = Math.min(255, Math.round(number() * scale));
    return { width, height, channels, data };
  }
  at++; // exactly one white space before the pixels
  const wide = max > 255 ? 2 : 1;
  if (bytes.length - at < size * wide) throw new Error(`${size * wide} bytes of pixels are expected, ${Math.max(0, bytes.length - at)} are there`);
  if (max === 255) return { width, height, channels, data: bytes.slice(at, at + size) };
  const data = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const value = wide === 2 ? bytes[at + 2 * i]! * 256 + bytes[at + 2 * i + 1]! : bytes[at + i]!;
    data[i] = Math.min(255, Math.round(value * scale));
  }
  return { width, height, channels, data };
}
