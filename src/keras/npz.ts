// NumPy's own files, so that other frameworks start from our weights and our batches: .npy as NEP 1 describes it, and .npz, a zip
// archive of them.
import { zipSync } from 'fflate';
import type { HostTensor, TensorData } from '../core/tensor.ts';

const types = { float32: '<f4', int32: '<i4', uint8: '|u1' } as const;

/** One array as the bytes of an .npy file, version 1.0. */
export function npy({ dtype, shape, data }: HostTensor): Uint8Array {
  const size = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${types[dtype]}', 'fortran_order': False, 'shape': (${size}), }`;
  // Magic, version and length take 10 bytes; the header ends in a newline and fills 64 bytes.
  const header = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11, ' ') + '\n';
  const start = Buffer.alloc(10);
  start.write('\x93NUMPY\x01\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header, 'latin1'), bytesOf(data)]);
}

/** Arrays by name as one .npz file, not compressed. Names may hold slashes. */
export function npz(arrays: Readonly<Record<string, HostTensor>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(arrays).map(([name, value]) => [`${name}.npy`, npy(value)])), { level: 0 });
}

function bytesOf(data: TensorData): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
