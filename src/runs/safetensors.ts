// Tensors by name in one file, in the safetensors format (Hugging Face, github.com/huggingface/safetensors, "Format"):
// 8 bytes of header length (little endian), a JSON header padded with spaces, then the tensors' bytes without gaps.
// Checkpoints, pictures and codes are kept in it, so that Python, Julia or Rust can read them with one call.
import { StudioError } from '../core/errors.ts';
import { sizeOf, type DType, type HostTensor, type TensorData } from '../core/tensor.ts';
import type { TensorFile } from './events.ts';

export interface Safetensors {
  readonly tensors: TensorFile;
  /** The format's `__metadata__`: text by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

const codes: Readonly<Record<DType, string>> = { float32: 'F32', int32: 'I32', uint8: 'U8' };
const byteSizes: Readonly<Record<DType, number>> = { float32: 4, int32: 4, uint8: 1 };
const METADATA = '__metadata__';
/** The format's own limit, which keeps a damaged length from being believed. */
const MAX_HEADER = 100_000_000;

function bytesOf(data: TensorData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * The file as parts to be written one after the other; the tensors' bytes are not copied. Wide types come first, so that
 * every tensor is aligned to its type.
 * @throws StudioError('internal') when a tensor's data and shape disagree.
 */
export function safetensorsParts(tensors: TensorFile, metadata: Readonly<Record<string, string>> = {}): Uint8Array[] {
  const entries = Object.entries(tensors).sort(([a, x], [b, y]) => byteSizes[y.dtype] - byteSizes[x.dtype] || (a < b ? -1 : 1));
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header[METADATA] = metadata;
  let offset = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    if (name === METADATA) throw new StudioError('internal', `A tensor must not be called ${METADATA}.`);
    if (sizeOf(shape) !== data.length) {
      throw new StudioError('internal', `Tensor "${name}" has ${data.length} elements but shape [${shape.join(', ')}].`);
    }
    header[name] = { dtype: codes[dtype], shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const head = new Uint8Array(8 + padded).fill(0x20, 8);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(json, 8);
  return [head, ...entries.map(([, { data }]) => bytesOf(data))];
}

/** The whole file as one array. */
export function encodeSafetensors(tensors: TensorFile, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const parts = safetensorsParts(tensors, metadata);
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A view where the alignment allows it, else a copy. */
function arrayOf(dtype: DType, bytes: Uint8Array): TensorData {
  if (dtype === 'uint8') return bytes;
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const length = aligned.length / 4;
  return dtype === 'float32'
    ? new Float32Array(aligned.buffer, aligned.byteOffset, length)
    : new Int32Array(aligned.buffer, aligned.byteOffset, length);
}

/** A tensor of a file, and where its bytes lie behind the header. */
interface Entry {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** What stands at the beginning of a file. */
interface Header {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly metadata: Readonly<Record<string, string>>;
}

type Damaged = (what: string) => StudioError;

function damageOf(source: string): Damaged {
  return what => new StudioError('run', `${source} is not a whole safetensors file: ${what}. Use another checkpoint or epoch, or train again.`);
}

/** @param head the first 8 bytes. @param size of the whole file. */
function headerLengthOf(head: Uint8Array, size: number, damaged: Damaged): number {
  if (head.length < 8) throw damaged(`it has ${head.length} bytes, the length alone takes 8`);
  const length = Number(new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true));
  if (length > MAX_HEADER) throw damaged(`its header claims ${length} bytes`);
  if (8 + length > size) throw damaged(`it ends inside its header (${size} of at least ${8 + length} bytes)`);
  return length;
}

/** @param json the header without its length. @param bodyLength bytes behind it. */
function headerOf(json: Uint8Array, bodyLength: number, damaged: Damaged): Header {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (error) {
    throw damaged(`its header is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (!isObject(header)) throw damaged('its header is not an object');
  const entries = new Map<string, Entry>();
  const metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (!isObject(entry)) throw damaged(`"${name}" is not an object`);
    if (name === METADATA) {
      for (const [key, value] of Object.entries(entry)) {
        if (typeof value !== 'string') throw damaged(`metadata "${key}" is not text`);
        metadata[key] = value;
      }
      continue;
    }
    const dtype = (Object.keys(codes) as DType[]).find(key => codes[key] === entry.dtype);
    if (dtype === undefined) throw damaged(`tensor "${name}" has type ${JSON.stringify(entry.dtype)}; F32, I32 and U8 can be read`);
    const { shape, data_offsets: offsets } = entry;
    if (!Array.isArray(shape) || !shape.every(isIndex)) throw damaged(`tensor "${name}" has no valid shape`);
    if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isIndex)) throw damaged(`tensor "${name}" has no valid data_offsets`);
    const [from, to] = offsets as [number, number];
    if (to - from !== sizeOf(shape) * byteSizes[dtype]) {
      throw damaged(`tensor "${name}" of shape [${shape.join(', ')}] takes ${sizeOf(shape) * byteSizes[dtype]} bytes, its offsets say ${to - from}`);
    }
    if (to > bodyLength) throw damaged(`it ends inside tensor "${name}" (${bodyLength} of at least ${to} bytes of data)`);
    entries.set(name, { dtype, shape, from, to });
  }
  checkGaps(entries, bodyLength, damaged);
  return { entries, metadata };
}

function checkGaps(entries: Header['entries'], bodyLength: number, damaged: Damaged): void {
  let end = 0;
  for (const [name, { from, to }] of [...entries].sort(([, a], [, b]) => a.from - b.from || a.to - b.to)) {
    if (from !== end) throw damaged(`tensor "${name}" starts at byte ${from} of the data, the one before ends at ${end}`);
    end = to;
  }
  if (end !== bodyLength) throw damaged(`${bodyLength - end} bytes follow its last tensor`);
}

/**
 * Reads float32, int32 and uint8 tensors. The result shares memory with `read` where it can.
 * @param source named in errors: the file's path.
 * @throws StudioError('run') saying what is wrong with the file.
 */
export function decodeSafetensors(read: Uint8Array, source = 'The file'): Safetensors {
  // What Node reads from a file is a Buffer, whose parts are Buffers, too: they copy nothing in `slice` and travel to pages as text.
  const bytes = new Uint8Array(read.buffer, read.byteOffset, read.byteLength);
  const damaged = damageOf(source);
  const headerLength = headerLengthOf(bytes.subarray(0, 8), bytes.length, damaged);
  const body = bytes.subarray(8 + headerLength);
  const { entries, metadata } = headerOf(bytes.subarray(8, 8 + headerLength), body.length, damaged);
  const tensors: Record<string, HostTensor> = {};
  for (const [name, { dtype, shape, from, to }] of entries) tensors[name] = { dtype, shape, data: arrayOf(dtype, body.subarray(from, to)) };
  return { tensors, metadata };
}

/** Somewhere in a file, as many bytes as the array has. */
export type ReadAt = (into: Uint8Array, position: number) => Promise<void>;

/**
 * Some tensors of a file, of which nothing but the header and those is read. A name that is not in it is left out.
 * @throws StudioError('run') saying what is wrong with the file.
 */
export async function decodeSomeTensors(readAt: ReadAt, size: number, names: readonly string[], source = 'The file'): Promise<Safetensors> {
  const damaged = damageOf(source);
  const part = async (position: number, length: number): Promise<Uint8Array> => {
    const into = new Uint8Array(length);
    await readAt(into, position);
    return into;
  };
  const headerLength = headerLengthOf(await part(0, Math.min(8, size)), size, damaged);
  const start = 8 + headerLength;
  const { entries, metadata } = headerOf(await part(8, headerLength), size - start, damaged);
  const tensors: Record<string, HostTensor> = {};
  for (const name of names) {
    const entry = entries.get(name);
    if (entry !== undefined) tensors[name] = { dtype: entry.dtype, shape: entry.shape, data: arrayOf(entry.dtype, await part(start + entry.from, entry.to - entry.from)) };
  }
  return { tensors, metadata };
}
