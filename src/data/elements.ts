// The numbers of binary array files (idx, npy): every type and byte order, turned into bytes or float32 while they are read.
import { StudioError } from '../core/errors.ts';
import { sizeOf } from '../core/tensor.ts';
import type { ByteReader } from './byte-reader.ts';
import { allocate, type NumberArray, type Samples } from './memory.ts';

export type ElementType =
  | 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'uint64' | 'int64' | 'float16' | 'float32' | 'float64';

export const elementBytes: Readonly<Record<ElementType, number>> = {
  uint8: 1, int8: 1, uint16: 2, int16: 2, uint32: 4, int32: 4, uint64: 8, int64: 8, float16: 2, float32: 4, float64: 8,
};

export interface ReadOptions {
  /** Read at most this many along the first axis. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

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

/**
 * Reads the elements that follow a header.
 * @param shape of the whole array in the file
 * @throws StudioError('data') when the file is shorter or longer than the shape says, or the array too large for memory
 */
export async function readElements(
  reader: ByteReader, type: ElementType, littleEndian: boolean, shape: readonly number[], options: ReadOptions & { fortran?: boolean } = {},
): Promise<NumberArray> {
  if (shape.length === 0) throw new StudioError('data', `${reader.name} holds a single number, an array of samples is expected.`);
  const bytesEach = elementBytes[type];
  const declared = sizeOf(shape);
  reader.requireCapacity(declared * bytesEach, `${shape.join('×')} numbers of type ${type}`);
  const rows = Math.min(shape[0]!, options.limit ?? Infinity);
  const columnMajor = options.fortran === true && shape.length > 1;
  // Column-major files hold the first value of every sample first, so a part of the samples needs the whole file.
  const size = columnMajor ? declared : rows * sizeOf(shape.slice(1));
  const data = allocate(type === 'uint8' ? 'uint8' : 'float32', size, reader.name);
  if (type === 'uint8') await reader.readInto(data as Uint8Array);
  else await readConverted(reader, type, littleEndian, data as Float32Array);
  if (size === declared) await reader.expectEnd();
  if (!columnMajor) return { shape: [rows, ...shape.slice(1)], data };
  const ordered = allocate(type === 'uint8' ? 'uint8' : 'float32', size, reader.name);
  let position = 0;
  for (const target of fortranOrder(shape)) ordered[target] = data[position++]!;
  return limitRows({ shape, data: ordered }, options.limit);
}

async function readConverted(reader: ByteReader, type: ElementType, littleEndian: boolean, out: Float32Array): Promise<void> {
  const each = elementBytes[type];
  const perChunk = 1 << 16;
  const chunk = new Uint8Array(Math.min(out.length, perChunk) * each);
  const get = getter(new DataView(chunk.buffer), type, littleEndian);
  for (let start = 0; start < out.length; start += perChunk) {
    const count = Math.min(perChunk, out.length - start);
    await reader.readInto(chunk.subarray(0, count * each));
    for (let i = 0; i < count; i++) out[start + i] = get(i * each);
  }
}

/** The first `limit` samples of an array, without a copy. */
export function limitRows(array: NumberArray, limit: number | undefined): NumberArray {
  const rows = array.shape[0] ?? 0;
  if (limit === undefined || rows <= limit) return array;
  const shape = [limit, ...array.shape.slice(1)];
  const data: Samples = array.data.subarray(0, sizeOf(shape));
  return { shape, data };
}
