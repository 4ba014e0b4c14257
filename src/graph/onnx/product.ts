// Matrix products in the form that ONNX Runtime's CPU kernels (MLAS) are fastest in.
import type { Emitter } from './emit.ts';

/** rows × columns in memory; `turned` when the transposed matrix is meant. */
export interface Matrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly turned: boolean;
}

/** The plain matrix product: ONNX Runtime takes the transposes into the product's kernel. */
export function matmul(out: Emitter, a: Matrix, b: Matrix): string {
  const straight = ({ name, turned }: Matrix): string => (turned ? out.transpose(name, [1, 0]) : name);
  return out.emit('MatMul', [straight(a), straight(b)]);
}

/**
 * The product of two matrices. A turned first factor costs the kernel up to half of its speed, because it transposes the same
 * panels again for every 128 columns; a turned second factor costs nothing. So the smaller factor is transposed beforehand,
 * which for the second one yields the transposed product (bᵀ·a, from a memory that holds a as it is needed).
 * @returns the product, or with `turned` its transpose.
 */
export function fastProduct(out: Emitter, a: Matrix, b: Matrix): { readonly name: string; readonly turned: boolean } {
  if (!a.turned || b.turned) return { name: matmul(out, a, b), turned: false };
  const moved = { first: a.rows * a.columns, second: b.rows * b.columns + a.columns * b.columns };
  return moved.first <= moved.second
    ? { name: out.emit('MatMul', [transposed(out, a), b.name]), turned: false }
    : { name: out.emit('MatMul', [transposed(out, b), a.name]), turned: true };
}

/** A transposed copy. The axis of extent 1 keeps ONNX Runtime from taking it into the product again. */
function transposed(out: Emitter, { name, rows, columns }: Matrix): string {
  return out.reshape(out.transpose(out.reshape(name, [1, rows, columns]), [0, 2, 1]), [columns, rows]);
}
