// Helpers of this room's tests: temporary folders, small files in every format, and where the real data lies.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Buffer } from 'node:buffer';
import { pack } from 'tar-stream';
import { zipSync } from 'fflate';
import { expect } from 'vitest';
import { type ErrorReason, StudioError } from '../core/errors.ts';
import { sizeOf } from '../core/tensor.ts';

/** Real data sets, or undefined on a machine without them. */
export const realData: string | undefined = [process.env['AECONF_TEST_DATA'] ?? resolve('..', 'shared', 'data')].find(existsSync);

export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'aeconf-data-'));

  /** Writes a file, making its folders; gives back its path. */
  write(name: string, content: Uint8Array | string): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Expects a StudioError of that reason whose text matches all patterns. */
export async function expectStudioError(promise: Promise<unknown>, reason: ErrorReason, ...patterns: (RegExp | string)[]): Promise<StudioError> {
  const error: unknown = await promise.then(() => undefined, (thrown: unknown) => thrown);
  if (!(error instanceof StudioError)) throw new Error(`Expected a StudioError, got ${String(error)}`, { cause: error });
  expect(error.reason, error.message).toBe(reason);
  for (const pattern of patterns) expect(error.message).toMatch(pattern);
  return error;
}

/** An idx file of any type. @param elements already big-endian */
export function idxFile(type: number, shape: readonly number[], elements: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header[2] = type;
  header[3] = shape.length;
  shape.forEach((extent, axis) => header.writeUInt32BE(extent, 4 + 4 * axis));
  return Buffer.concat([header, elements]);
}

/** A .npy file with that header and those bytes. */
export function npyFile(descr: string, shape: readonly number[], elements: Uint8Array, { fortran = false, version = 1 } = {}): Uint8Array {
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const prefix = version === 1 ? 10 : 12;
  const padded = text.padEnd(Math.ceil((prefix + text.length + 1) / 64) * 64 - prefix - 1) + '\n';
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(padded.length);
  else length.writeUInt32LE(padded.length);
  return Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0]), length, Buffer.from(padded), elements]);
}

/** An array's bytes, little- or big-endian. */
export function bytesOf(array: ArrayBufferView, bigEndian = false): Uint8Array {
  const bytes = Buffer.from(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  const each = 'BYTES_PER_ELEMENT' in array ? Number(array.BYTES_PER_ELEMENT) : 1;
  if (bigEndian && each === 2) bytes.swap16();
  if (bigEndian && each === 4) bytes.swap32();
  if (bigEndian && each === 8) bytes.swap64();
  return bytes;
}

/** A binary grey picture whose pixels are all `value`, or what a function says. */
export function pgm(width: number, height: number, value: number | ((x: number, y: number) => number)): Uint8Array {
  const pixels = Uint8Array.from({ length: sizeOf([width, height]) }, (_, i) => (typeof value === 'number' ? value : value(i % width, Math.floor(i / width))));
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), pixels]);
}

/** A tar archive. */
export async function tarFile(files: Readonly<Record<string, Uint8Array>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, Buffer.from(content));
  archive.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of archive as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** A zip archive, packed. */
export function zipFile(files: Record<string, Uint8Array>, { level = 6 }: { level?: 0 | 6 } = {}): Uint8Array {
  return zipSync(files, { level });
}
