// In which order the nodes of a model stand, which is how ONNX Runtime takes them: it begins with the last one, and with what that needs.
import { sizeOf } from '../../core/tensor.ts';
import { topologicalOrder, type Op, type Value } from '../ir.ts';

/** Operations that do not count as a step: what they make is wanted right after what it is made of. */
const free: ReadonlySet<Op['kind']> = new Set(['add', 'reduceSum', 'conv2dFilter', 'reshape', 'transpose']);

/**
 * Results as their nodes are to stand in the model: those with most steps before them first, which are then computed last. Of a training
 * step the gradients of the last layer are found while what they are made of is still in the caches, the bias's before the weights', and
 * so on down to the first layer (3 % of a convolutional step). Scalars, such as the loss, need little and come at the very end.
 */
export function deepestFirst(results: readonly Value[]): Value[] {
  const depth = new Map<Value, number>();
  for (const value of topologicalOrder(results)) {
    const before = Math.max(0, ...value.inputs.map(operand => depth.get(operand)!));
    depth.set(value, free.has(value.op.kind) ? before : before + 1);
  }
  const isScalar = ({ shape }: Value): boolean => shape.length === 0;
  const tensors = results.filter(value => !isScalar(value)).sort((a, b) => depth.get(b)! - depth.get(a)! || sizeOf(b.shape) - sizeOf(a.shape));
  return [...results.filter(isScalar), ...tensors];
}
