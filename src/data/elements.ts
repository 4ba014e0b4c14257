// The numbers of binary array files (idx, npy): every type and byte order, turned into bytes or float32 while they are read.
import { StudioError } from '../core/errors.ts';
import { sizeOf } from '../core/tensor.ts';
import type { ByteReader } from './byte-reader.ts';
import type { MemoryBudget } from './free-memory.ts';
import { allocate, formatBytes, type NumberArray, type SampleKind, type Samples } from './memory.ts';
import type { StoredArray } from './stored.ts';

export type ElementType =
  | 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'uint64' | 'int64' | 'float16' | 'float32' | 'float64';

export const elementBytes: Readonly<Record<ElementType, number>> = {
  uint8: 1, int8: 1, uint16: 2, int16: 2, uint32: 4, int32: 4, uint64: 8, int64: 8, float16: 2, float32: 4, float64: 8,
};

export interface ReadOptions {
  /** Read at most this many along the first axis. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether bytes become float32, too. */
  readonly floats?: boolean | undefined;
}

/** An array in memory, or left in its file. */
export type SampleArray = NumberArray | StoredArray;

/** IEEE 754 binary16 from its bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function getter(view: DataView, type: ElementType, littleEndian: boolean): (offset: number) => number {
  switch (type) {
    case 'uint8': return offset => view.getUint8(offset);
    case 'int8': return offset => view.getInt8(offset);
    case 'uint16': return offset => view.getUint16(offset, littleEndian);
    case 'int16': return offset => view.getInt16(offset, littleEndian);
    case 'uint32': return offset => view.getUint32(offset, littleEndian);
    case 'int32': return offset => view.getInt32(offset, littleEndian);
    case 'uint64': return offset => Number(view.getBigUint64(offset, littleEndian));
    case 'int64': return offset => Number(view.getBigInt64(offset, littleEndian));
    case 'float16': return offset => halfToNumber(view.getUint16(offset, littleEndian));
    case 'float32': return offset => view.getFloat32(offset, littleEndian);
    case 'float64': return offset => view.getFloat64(offset, littleEndian);
  }
}

const nativeLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** What the processor reads by itself. */
const nativeViews = {
  uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array, uint32: Uint32Array, int32: Int32Array, float32: Float32Array, float64: Float64Array,
} as const;

/**
 * Elements as a file holds them → float32.
 * @param bytes as many elements as `out` holds; their order may be changed in place.
 */
export function convertElements(bytes: Uint8Array, type: ElementType, littleEndian: boolean, out: Float32Array): void {
  const each = elementBytes[type];
  const { buffer, byteOffset, byteLength } = bytes;
  if (!(type in nativeViews) || byteOffset % each !== 0) {
    const get = getter(new DataView(buffer, byteOffset, byteLength), type, littleEndian);
    for (let i = 0; i < out.length; i++) out[i] = get(i * each);
    return;
  }
  if (littleEndian !== nativeLittleEndian) swapBytes(Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength), each);
  out.set(new nativeViews[type as keyof typeof nativeViews](buffer as ArrayBuffer, byteOffset, out.length));
}

function swapBytes(bytes: Buffer, each: number): void {
  if (each === 2) bytes.swap16();
  else if (each === 4) bytes.swap32();
  else if (each === 8) bytes.swap64();
}

/** Index in row-major order of the `position`-th element in column-major (Fortran) order. */
function* fortranOrder(shape: readonly number[]): Generator<number> {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const index = shape.map(() => 0);
  const size = sizeOf(shape);
  let target = 0;
  for (let i = 0; i < size; i++) {
    yield target;
    for (let axis = 0; axis < shape.length; axis++) {
      index[axis]!++;
      target += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      target -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}

/** What a header says of the elements that follow it. */
export interface ElementsHeader {
  readonly type: ElementType;
  readonly littleEndian: boolean;
  /** Of the whole array in the file. */
  readonly shape: readonly number[];
  /** Whether the first axis is the fastest (Fortran's order) in place of the last. */
  readonly fortran: boolean;
}

/**
 * Reads the elements that follow a header.
 * @throws StudioError('data') when the file is shorter or longer than the shape says, or the array too large for memory
 */
export async function readElements(reader: ByteReader, header: ElementsHeader, options: ReadOptions = {}): Promise<NumberArray> {
  const { type, shape, fortran } = header;
  requireWhole(reader, header);
  const rows = Math.min(shape[0]!, options.limit ?? Infinity);
  const columnMajor = fortran && shape.length > 1;
  // Column-major files hold the first value of every sample first, so a part of the samples needs the whole file.
  const size = columnMajor ? sizeOf(shape) : rows * sizeOf(shape.slice(1));
  const kind: SampleKind = type === 'uint8' && options.floats !== true ? 'uint8' : 'float32';
  const data = allocate(kind, size, reader.name);
  if (data instanceof Uint8Array) await reader.readInto(data);
  else await readConverted(reader, header, data);
  if (size === sizeOf(shape)) await reader.expectEnd();
  if (!columnMajor) return { shape: [rows, ...shape.slice(1)], data };
  const ordered = allocate(kind, size, reader.name);
  let position = 0;
  for (const target of fortranOrder(shape)) ordered[target] = data[position++]!;
  return limitRows({ shape, data: ordered }, options.limit) as NumberArray;
}

/**
 * The same, but samples for which the budget has no memory are left in their file.
 * @throws StudioError('data') when they would have to be left in a file that cannot be read piece by piece, too
 */
export async function openElements(reader: ByteReader, header: ElementsHeader, options: ReadOptions & { readonly budget: MemoryBudget }): Promise<SampleArray> {
  const { type, littleEndian, shape, fortran } = header;
  requireWhole(reader, header);
  const count = Math.min(shape[0]!, options.limit ?? Infinity);
  const features = sizeOf(shape.slice(1));
  const bytes = count * features * (type === 'uint8' && options.floats !== true ? 1 : Float32Array.BYTES_PER_ELEMENT);
  const { origin } = reader;
  const columnMajor = fortran && shape.length > 1;
  const inPieces = origin !== undefined && !columnMajor;
  if ((inPieces ? options.budget.place(bytes) : options.budget.placeWhole(bytes)) === 'memory') return readElements(reader, header, options);
  const why = `${reader.name}: its samples need ${formatBytes(bytes)} of memory, more than there is for them`;
  if (origin === undefined) throw new StudioError('data', `${why}, and they cannot be read from disk as they are needed because the file is compressed. Unpack it (gunzip; for an .npz archive save the arrays with numpy.save or numpy.savez), use fewer samples with "limit", or allow more with "memory".`);
  if (columnMajor) throw new StudioError('data', `${why}, and they cannot be read from disk as they are needed because the array is in column-major order. Save it again with numpy.ascontiguousarray(...), use fewer samples with "limit", or allow more with "memory".`);
  if (count === shape[0] && reader.capacity - reader.position !== sizeOf(shape) * elementBytes[type]) throw new StudioError('data', `${reader.name} is damaged: more data follows than its header says.`);
  return { shape: [count, ...shape.slice(1)], stored: { file: origin.file, offset: origin.start + reader.position, type, littleEndian, features } };
}

function requireWhole(reader: ByteReader, { type, shape }: ElementsHeader): void {
  if (shape.length === 0) throw new StudioError('data', `${reader.name} holds a single number, an array of samples is expected.`);
  reader.requireCapacity(sizeOf(shape) * elementBytes[type], `${shape.join('×')} numbers of type ${type}`);
}

async function readConverted(reader: ByteReader, { type, littleEndian }: ElementsHeader, out: Float32Array): Promise<void> {
  const each = elementBytes[type];
  const perChunk = 1 << 16;
  const chunk = new Uint8Array(Math.min(out.length, perChunk) * each);
  for (let start = 0; start < out.length; start += perChunk) {
    const count = Math.min(perChunk, out.length - start);
    const bytes = chunk.subarray(0, count * each);
    await reader.readInto(bytes);
    convertElements(bytes, type, littleEndian, out.subarray(start, start + count));
  }
}

/** The first `limit` samples of an array, without a copy. */
export function limitRows(array: SampleArray, limit: number | undefined): SampleArray {
  const rows = array.shape[0] ?? 0;
  if (limit === undefined || rows <= limit) return array;
  const shape = [limit, ...array.shape.slice(1)];
  if ('stored' in array) return { shape, stored: array.stored };
  const data: Samples = array.data.subarray(0, sizeOf(shape));
  return { shape, data };
}
