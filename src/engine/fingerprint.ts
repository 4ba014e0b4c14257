// What tells one program from another for an engine: its operations, shapes and types, whatever its name and its numbers are.
import { createHash, type Hash } from 'node:crypto';
import { topologicalOrder, type Value } from '../graph/ir.ts';
import type { Port, Program } from '../graph/program.ts';

/** sha256 (hex) of a program's structure. Two programs with the same one run the same kernels on the same shapes. */
export function fingerprint(program: Program): string {
  const hash = createHash('sha256');
  const order = topologicalOrder([...program.outputs, ...program.updates].map(({ value }) => value));
  const place = new Map(order.map((value, i) => [value, i]));
  for (const value of order) addValue(hash, value, value.inputs.map(input => place.get(input)!));
  add(hash, [program.inputs.map(portOf), program.state.map(portOf)]);
  for (const ends of [program.outputs, program.updates]) add(hash, ends.map(({ name, value }) => [name, place.get(value)!]));
  return hash.digest('hex');
}

const portOf = ({ name, dtype, shape }: Port): unknown => [name, dtype, shape];

function addValue(hash: Hash, { op, shape, dtype }: Value, inputs: readonly number[]): void {
  if (op.kind !== 'constant') {
    add(hash, [op, inputs, shape, dtype]);
    return;
  }
  // Constants decide what is computed as much as operations do.
  add(hash, [op.kind, shape, dtype]);
  hash.update(new Uint8Array(op.data.buffer, op.data.byteOffset, op.data.byteLength));
}

function add(hash: Hash, what: unknown): void {
  hash.update(`${JSON.stringify(what)}\n`);
}
