// What a program costs, before it runs: memory as the largest total of values alive at the same time, and arithmetic.
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

/** Floating-point operations of matrix products and convolutions, a multiplication and an addition counting as two. */
export function estimateFlops(program: Program): number {
  let flops = 0;
  for (const value of topologicalOrder([...program.outputs, ...program.updates].map(entry => entry.value))) {
    const [a, b] = value.inputs;
    switch (value.op.kind) {
      case 'matmul': flops += 2 * sizeOf(value.shape) * a!.shape[value.op.transposeA ? 0 : 1]!; break;
      case 'conv2d': flops += 2 * sizeOf(value.shape) * sizeOf(b!.shape.slice(1)); break;
      case 'conv2dInput': flops += 2 * sizeOf(a!.shape) * sizeOf(b!.shape.slice(1)); break;
      case 'conv2dFilter': flops += 2 * sizeOf(b!.shape) * sizeOf(value.shape.slice(1)); break;
      default: break;
    }
  }
  return flops;
}
