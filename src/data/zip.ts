// Zip archives, read in memory (yauzl): the members of .npz files and of zipped image folders. yauzl checks names and sizes;
// the checksums, which it leaves to its callers, are checked here.
import { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { messageOf, StudioError } from '../core/errors.ts';
import { ByteReader, MAX_DEFLATE_RATIO, readError, stampOf } from './byte-reader.ts';
import { formatBytes } from './memory.ts';

const table = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 of zip, gzip and PNG, continued from `start`. */
function crc32Table(bytes: Uint8Array, start = 0): number {
  let c = ~start;
  for (const byte of bytes) c = table[(c ^ byte) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}

// Native since Node 20.15.
const nativeCrc32: ((bytes: Uint8Array, start?: number) => number) | undefined = zlib.crc32;
export const crc32 = nativeCrc32 ?? crc32Table;

export class ZipArchive {
  private constructor(readonly path: string, private readonly file: ZipFile, private readonly members: ReadonlyMap<string, Entry>) {}

  /** @throws StudioError('data') when it is no zip file, damaged, or has a member that points outside of it */
  static async open(path: string): Promise<ZipArchive> {
    let file: ZipFile | undefined;
    try {
      file = await openPromise(path, { autoClose: false });
      const members = new Map<string, Entry>();
      for await (const entry of file.eachEntry()) {
        if (!entry.fileName.endsWith('/')) members.set(entry.fileName, entry);
      }
      return new ZipArchive(path, file, members);
    } catch (error) {
      file?.close();
      if (/invalid relative path|absolute path|invalid characters in fileName/.test(messageOf(error))) {
        throw new StudioError('data', `${path} is refused: it holds a file that points outside of the archive (${messageOf(error)}).`, { cause: error });
      }
      if (error instanceof Error && 'code' in error) throw readError(path, error);
      throw new StudioError('data', `${path} is not a zip archive, or it is cut short or damaged: ${messageOf(error).replace(/\.$/, '')}.`, { cause: error });
    }
  }

  /** Names of the files in it. */
  get names(): readonly string[] {
    return [...this.members.keys()];
  }

  /** Unpacked size of a member in bytes. */
  sizeOf(name: string): number {
    return this.member(name).uncompressedSize;
  }

  private member(name: string): Entry {
    const entry = this.members.get(name);
    if (entry === undefined) {
      const shown = this.names.slice(0, 12).join(', ');
      throw new StudioError('data', `${this.path} has no member "${name}". It holds: ${shown === '' ? 'nothing' : shown}.`);
    }
    return entry;
  }

  /** A reader over a member; its checksum is checked when its end is read. */
  async openMember(name: string): Promise<ByteReader> {
    const entry = this.member(name);
    const full = `${this.path} (${name})`;
    if (entry.isEncrypted()) throw new StudioError('data', `${full} is encrypted. Unpack it first.`);
    if (!entry.canDecodeFileData()) throw new StudioError('data', `${full} is packed by method ${entry.compressionMethod}, only "stored" and "deflated" are known.`);
    if (entry.uncompressedSize > entry.compressedSize * MAX_DEFLATE_RATIO) {
      throw new StudioError('data', `${full} is damaged: ${formatBytes(entry.compressedSize)} cannot hold the ${formatBytes(entry.uncompressedSize)} it claims.`);
    }
    try {
      const stream = await this.file.openReadStreamPromise(entry);
      let sum = 0;
      const checked = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          sum = crc32(chunk, sum);
          done(null, chunk);
        },
        flush(done) {
          done(sum === entry.crc32 ? null : new StudioError('data', `${full} is damaged: its checksum is wrong. Copy or download the archive again.`));
        },
      });
      stream.on('error', error => checked.destroy(error));
      checked.on('close', () => stream.destroy());
      stream.pipe(checked);
      const stored = entry.compressionMethod === 0;
      const origin = stored ? { file: await stampOf(this.path), start: (await this.file.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart } : undefined;
      return new ByteReader(full, checked, entry.uncompressedSize, origin);
    } catch (error) {
      throw readError(full, error);
    }
  }

  /** A whole member. @param limit refuse a member that is larger, in bytes */
  async readMember(name: string, limit: number): Promise<Uint8Array> {
    const size = this.sizeOf(name);
    if (size > limit) throw new StudioError('data', `${this.path} (${name}) is ${formatBytes(size)} large, more than ${formatBytes(limit)} is refused.`);
    const reader = await this.openMember(name);
    try {
      const bytes = await reader.read(size);
      await reader.expectEnd();
      return bytes;
    } finally {
      reader.close();
    }
  }

  close(): void {
    this.file.close();
  }
}
