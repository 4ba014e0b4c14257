// NumPy's .npy format, versions 1.0 to 3.0 (numpy.lib.format): a magic string, a Python dictionary with type, order and
// shape, then the elements.
import { StudioError } from '../core/errors.ts';
import { withBytes, type ByteReader } from './byte-reader.ts';
import { openElements, readElements, type ElementsHeader, type ElementType, type ReadOptions, type SampleArray } from './elements.ts';
import type { MemoryBudget } from './free-memory.ts';
import type { NumberArray } from './memory.ts';

const types: Readonly<Record<string, ElementType>> = {
  b1: 'uint8', u1: 'uint8', i1: 'int8', u2: 'uint16', i2: 'int16', u4: 'uint32', i4: 'int32', u8: 'uint64', i8: 'int64',
  f2: 'float16', f4: 'float32', f8: 'float64',
};

const MAX_HEADER = 1 << 20;

interface NpyHeader extends ElementsHeader {
  /** Truth values: bytes of 0 and 1. */
  readonly bool: boolean;
}

/** An array of a .npy file. */
export interface NpyArray extends NumberArray {
  /** Whether it was an array of truth values; its bytes are then 0 and 1. */
  readonly bool: boolean;
}

/** An array of a .npy file, in memory or left there. */
export type OpenedNpy = SampleArray & Pick<NpyArray, 'bool'>;

/** Reads a .npy file (packed with gzip or not). @throws StudioError('data') naming the file and what is wrong with it */
export function readNpy(path: string, options: ReadOptions = {}): Promise<NpyArray> {
  return withBytes(path, options.signal, reader => readNpyFrom(reader, options));
}

/** The same, but samples for which the budget has no memory are left in the file, which must not be packed then. */
export function openNpy(path: string, options: ReadOptions & { readonly budget: MemoryBudget }): Promise<OpenedNpy> {
  return withBytes(path, options.signal, reader => openNpyFrom(reader, options));
}

/** Reads .npy data from a reader, for members of an .npz archive. */
export async function readNpyFrom(reader: ByteReader, options: ReadOptions = {}): Promise<NpyArray> {
  const header = await readNpyHeader(reader);
  return { ...await readElements(reader, header, options), bool: header.bool };
}

/** Opens .npy data of a reader, for members of an .npz archive. */
export async function openNpyFrom(reader: ByteReader, options: ReadOptions & { readonly budget: MemoryBudget }): Promise<OpenedNpy> {
  const header = await readNpyHeader(reader);
  return { ...await openElements(reader, header, options), bool: header.bool };
}

/** Reads the header of .npy data. */
export async function readNpyHeader(reader: ByteReader): Promise<NpyHeader> {
  const magic = await reader.read(8);
  if (magic[0] !== 0x93 || new TextDecoder('latin1').decode(magic.subarray(1, 6)) !== 'NUMPY') {
    throw new StudioError('data', `${reader.name} is not a .npy file: it does not start with NumPy's magic bytes.`);
  }
  const version = magic[6]!;
  if (version < 1 || version > 3) throw new StudioError('data', `${reader.name} has .npy version ${version}.${magic[7]!}; versions 1 to 3 are known.`);
  const lengthField = await reader.read(version === 1 ? 2 : 4);
  const view = new DataView(lengthField.buffer);
  const length = version === 1 ? view.getUint16(0, true) : view.getUint32(0, true);
  if (length > MAX_HEADER) throw new StudioError('data', `${reader.name} is damaged: its header claims to be ${length} bytes long.`);
  reader.requireCapacity(length, 'a longer header');
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(await reader.read(length));
  return parseHeader(text, reader.name);
}

function parseHeader(text: string, name: string): NpyHeader {
  const descr = /'descr'\s*:\s*(?:'([^']*)'|(\[))/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text);
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  if (!descr || !order || !shape) throw new StudioError('data', `${name} is damaged: its header cannot be understood.`);
  const code = descr[1] ?? 'a table of named columns';
  const type = types[code.replace(/^[<>|=]/, '')];
  if (type === undefined) {
    throw new StudioError('data', `${name} holds elements of type ${code}, numbers are needed. Save it again with .astype("float32") or .astype("uint8").`);
  }
  return {
    type,
    littleEndian: !code.startsWith('>'),
    fortran: order[1] === 'True',
    shape: shape[1]!.split(',').map(part => part.trim().replace(/L$/, '')).filter(part => part !== '').map(Number),
    bool: code.endsWith('b1'),
  };
}
