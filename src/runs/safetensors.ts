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

/**
 * Reads float32, int32 and uint8 tensors. The result shares memory with `read` where it can.
 * @param source named in errors: the file's path.
 * @throws StudioError('run') saying what is wrong with the file.
 */
export function decodeSafetensors(read: Uint8Array, source = 'The file'): Safetensors {
  // What Node reads from a file is a Buffer, whose parts are Buffers, too: they copy nothing in `slice` and travel to pages as text.
  const bytes = new Uint8Array(read.buffer, read.byteOffset, read.byteLength);
  const damaged = (what: string): StudioError => new StudioError('run', `${source} is not a whole safetensors file: ${what}. Use another checkpoint or epoch, or train again.`);
  if (bytes.length < 8) throw damaged(`it has ${bytes.length} bytes, the length alone takes 8`);
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (headerLength > MAX_HEADER) throw damaged(`its header claims ${headerLength} bytes`);
  if (8 + headerLength > bytes.length) throw damaged(`it ends inside its header (${bytes.length} of at least ${8 + headerLength} bytes)`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + headerLength)));
  } catch (error) {
    throw damaged(`its header is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (!isObject(header)) throw damaged('its header is not an object');

  const body = bytes.subarray(8 + headerLength);
  const tensors: Record<string, HostTensor> = {};
  const metadata: Record<string, string> = {};
  const spans: { readonly name: string; readonly from: number; readonly to: number }[] = [];
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
    if (to > body.length) throw damaged(`it ends inside tensor "${name}" (${body.length} of at least ${to} bytes of data)`);
    spans.push({ name, from, to });
    tensors[name] = { dtype, shape, data: arrayOf(dtype, body.subarray(from, to)) };
  }
  spans.sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { name, from, to } of spans) {
    if (from !== end) throw damaged(`tensor "${name}" starts at byte ${from} of the data, the one before ends at ${end}`);
    end = to;
  }
  if (end !== body.length) throw damaged(`${body.length - end} bytes follow its last tensor`);
  return { tensors, metadata };
}
