// Element-wise operations in the ONNX operators that are fastest for them on ONNX Runtime's CPU provider.
import type { OpOf } from '../ir.ts';
import type { Emitter } from './emit.ts';

/** ONNX operators that differ from ours in the name alone. */
export const sameOperator = {
  neg: 'Neg', exp: 'Exp', log: 'Log', sqrt: 'Sqrt', abs: 'Abs', erf: 'Erf',
  relu: 'Relu', sigmoid: 'Sigmoid', tanh: 'Tanh',
  add: 'Add', sub: 'Sub', mul: 'Mul', div: 'Div', max: 'Max', min: 'Min', greater: 'Greater', select: 'Where',
  stopGradient: 'Identity',
} as const;

/** Where takes ten times as long as cutting x·10³⁸ to the two constants, which gives the same for both of one sign. */
export function step(out: Emitter, name: string, { below, above }: OpOf<'step'>): string {
  if (below * above < 0) {
    return out.emit('Where', [out.emit('Greater', [name, out.float(0)]), out.float(above), out.float(below)]);
  }
  // A hard sigmoid cuts to 0 and 1 in the same pass.
  if (below === 0 && above === 1) return out.emit('HardSigmoid', [name], [{ name: 'alpha', float: 1e38 }, { name: 'beta', float: 0 }]);
  const steep = out.emit('Mul', [name, out.float(above > below ? 1e38 : -1e38)]);
  return out.emit('Clip', [steep, out.float(Math.min(below, above)), out.float(Math.max(below, above))]);
}

/** x·10³⁸ cut to −1 and 1: WebGPU has no Sign. */
export function sign(out: Emitter, name: string): string {
  return out.emit('Clip', [out.emit('Mul', [name, out.float(1e38)]), out.float(-1), out.float(1)]);
}

/** max(x, 0) + log(1 + e⁻|x|) in operations with vector code; ONNX Runtime's own Softplus is five times slower. */
export function softplus(out: Emitter, name: string): string {
  const small = out.emit('Exp', [out.emit('Neg', [out.emit('Abs', [name])])]);
  return out.emit('Add', [out.emit('Relu', [name]), out.emit('Log', [out.emit('Add', [small, out.float(1)])])]);
}
