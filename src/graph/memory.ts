// How much memory a program needs, before it runs: the largest total of values that are alive at the same time.
import { sizeOf } from '../core/tensor.ts';
import { topologicalOrder, type Value, type ValueType } from './ir.ts';
import type { Program } from './program.ts';

const bytesOf: Record<ValueType, number> = { float32: 4, int32: 4, uint8: 1, bool: 1 };

/** Operations whose result shares memory with their operand in every engine. */
function isView(value: Value): boolean {
  return value.op.kind === 'reshape' || value.op.kind === 'stopGradient';
}

/** Estimated peak in bytes: inputs and state (with their successors), plus values from when they are made to their last use. */
export function estimateBytes(program: Program): number {
  const roots = [...program.outputs, ...program.updates].map(({ value }) => value);
  const order = topologicalOrder(roots);
  const owner = (value: Value): Value => (isView(value) ? owner(value.inputs[0]!) : value);
  const lastUse = new Map<Value, number>();
  order.forEach((value, time) => {
    for (const operand of value.inputs) lastUse.set(owner(operand), time);
  });
  for (const root of roots) lastUse.set(owner(root), order.length);
  const expiring = new Map<number, number>();
  let alive = 0;
  let peak = 0;
  order.forEach((value, time) => {
    if (!isView(value)) {
      const bytes = sizeOf(value.shape) * bytesOf[value.dtype];
      alive += bytes;
      const end = Math.max(time, lastUse.get(value) ?? time);
      // Inputs and state are held by the caller until the end.
      const until = value.inputs.length === 0 ? order.length : end;
      expiring.set(until, (expiring.get(until) ?? 0) + bytes);
    }
    peak = Math.max(peak, alive);
    alive -= expiring.get(time) ?? 0;
  });
  return peak;
}
