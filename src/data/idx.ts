// The idx format of MNIST (Y. LeCun, C. Cortes, C. Burges): two zero bytes, a type code, the number of axes, each axis as a
// big-endian 32-bit number, then the elements big-endian, last axis fastest.
import { StudioError } from '../core/errors.ts';
import { withBytes, type ByteReader } from './byte-reader.ts';
import { openElements, readElements, type ElementsHeader, type ElementType, type ReadOptions, type SampleArray } from './elements.ts';
import type { MemoryBudget } from './free-memory.ts';
import type { NumberArray } from './memory.ts';

const types: Readonly<Record<number, ElementType>> = {
  0x08: 'uint8', 0x09: 'int8', 0x0b: 'int16', 0x0c: 'int32', 0x0d: 'float32', 0x0e: 'float64',
};

/**
 * Reads an .idx file, packed with gzip or not.
 * @returns the array; bytes stay bytes, other types become float32
 * @throws StudioError('data') naming the file when it is no idx file, cut short, or too large
 */
export function readIdx(path: string, options: ReadOptions = {}): Promise<NumberArray> {
  return withBytes(path, options.signal, async reader => readElements(reader, await readHeader(reader), options));
}

/** The same, but samples for which the budget has no memory are left in the file, which must not be packed then. */
export function openIdx(path: string, options: ReadOptions & { readonly budget: MemoryBudget }): Promise<SampleArray> {
  return withBytes(path, options.signal, async reader => openElements(reader, await readHeader(reader), options));
}

async function readHeader(reader: ByteReader): Promise<ElementsHeader> {
  const magic = await reader.read(4);
  const type = types[magic[2]!];
  const axes = magic[3]!;
  if (magic[0] !== 0 || magic[1] !== 0 || type === undefined || axes === 0) {
    const found = [...magic].map(byte => byte.toString(16).padStart(2, '0')).join(' ');
    throw new StudioError('data', `${reader.name} is not an idx file: it starts with ${found}, idx images of bytes start with 00 00 08 03 and labels with 00 00 08 01.`);
  }
  const header = await reader.read(axes * 4);
  const view = new DataView(header.buffer);
  return { type, littleEndian: false, fortran: false, shape: Array.from({ length: axes }, (_, axis) => view.getUint32(axis * 4)) };
}
