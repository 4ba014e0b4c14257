// Data parallelism: a program on a part of the batch, whose outputs on all parts add up to, or follow one another as, the outputs on the
// whole batch. Threads that each run one part from end to end share no operation, so nothing waits for an operator that uses one core.
import { estimateFlops } from './cost.ts';
import { makeValue, topologicalOrder, type Op, type Value } from './ir.ts';
import * as ops from './ops.ts';
import type { Program } from './program.ts';

/**
 * How values of all shards become the program's own: `same` in each (nothing of the batch is in it), `rows` one part after the other,
 * or a `sum`, to which each sample adds independently of the others.
 */
export type Joining = 'same' | 'rows' | 'sum';

export interface Shard {
  readonly count: number;
  /** The program on batch / count samples; its ports have the names of the whole program's. */
  readonly program: Program;
  readonly inputs: ReadonlyMap<string, Joining>;
  readonly outputs: ReadonlyMap<string, Joining>;
}

/** Operations of a shard that are too few: to be worth a message to another thread with copies, or a signal where nothing is copied. */
const FEWEST_FLOPS = { copies: 5e7, shares: 2e6 };
/** With fewer rows a matrix product spends its time on preparing the other matrix. */
const FEWEST_ROWS = 8;

/**
 * The program in as many shards as there are threads for; undefined where one shard has to know of another or gains nothing.
 * @param memory how threads come to weights and gradients: by copies, which only convolutions outweigh, or because they share them
 */
export function shardFor(program: Program, threads: number, memory: 'copies' | 'shares' = 'copies'): Shard | undefined {
  const batch = batchOf(program);
  const convolving = convolves(program);
  if (batch === undefined || (memory === 'copies' && !convolving)) return undefined;
  // A product is spread over all threads when it is left whole, so that no thread may be left without a shard.
  const pays = (count: number): boolean => convolving || (threads % count === 0 && batch / count >= FEWEST_ROWS);
  for (let count = Math.min(threads, Math.floor(estimateFlops(program) / FEWEST_FLOPS[memory])); count > 1; count--) {
    if (batch % count === 0 && pays(count)) return shardOf(program, count);
  }
  return undefined;
}

/** One of `count` equal shards, which must divide the batch; undefined where one shard has to know of another. */
export function shardOf(program: Program, count: number): Shard | undefined {
  const batch = batchOf(program);
  if (batch === undefined || batch % count !== 0 || program.updates.length > 0) return undefined;
  const sharding = new Sharding(batch, count);
  try {
    for (const value of topologicalOrder(program.outputs.map(output => output.value))) sharding.take(value);
  } catch (error) {
    if (error instanceof Entangled) return undefined;
    throw error;
  }
  const outputs = program.outputs.map(({ name, value }) => ({ name, value: sharding.get(value).value }));
  return {
    count,
    program: { ...program, inputs: program.inputs.map(port => (isBatch(port.shape) ? { ...port, shape: [batch / count, ...port.shape.slice(1)] } : port)), outputs },
    inputs: new Map(program.inputs.map(({ name, shape }) => [name, isBatch(shape) ? 'rows' : 'same'])),
    outputs: new Map(program.outputs.map(({ name, value }) => [name, sharding.get(value).joining])),
  };
}

/** Ports of one axis hold what belongs to the step (`hyper`), all others samples. */
const isBatch = (shape: readonly number[]): boolean => shape.length > 1;

function batchOf({ inputs }: Program): number | undefined {
  return inputs.find(({ shape }) => isBatch(shape))?.shape[0];
}

function convolves({ outputs }: Program): boolean {
  return topologicalOrder(outputs.map(({ value }) => value)).some(({ op }) => op.kind === 'conv2d' || op.kind === 'conv2dInput' || op.kind === 'conv2dFilter');
}

/** Samples need more of each other than a sum at the very end. */
class Entangled extends Error {}

interface Part {
  readonly joining: Joining;
  readonly value: Value;
}

class Sharding {
  private readonly parts = new Map<Value, Part>();

  constructor(private readonly batch: number, private readonly count: number) {}

  get(value: Value): Part {
    return this.parts.get(value)!;
  }

  take(value: Value): void {
    const { op, inputs, shape } = value;
    if (op.kind === 'input' && isBatch(shape)) {
      this.parts.set(value, { joining: 'rows', value: ops.input(op.name, this.narrowed(shape), value.dtype as 'float32' | 'uint8') });
      return;
    }
    const joinings = inputs.map(operand => this.get(operand).joining);
    const joining = joinings.includes('rows') ? this.ofRows(value, joinings) : joinings.includes('sum') ? this.ofSums(value, joinings) : 'same';
    this.parts.set(value, { joining, value: joining === 'same' ? value : this.remade(value, joining) });
  }

  /** How a value joins that is made of rows, perhaps with others. */
  private ofRows({ op, inputs, shape }: Value, joinings: readonly Joining[]): Joining {
    if (joinings.includes('sum')) throw new Entangled();
    const [a] = inputs as [Value];
    const [first, second] = joinings;
    switch (op.kind) {
      case 'matmul':
        if (first === 'rows' && !op.transposeA && second === 'same') return 'rows';
        if (first === 'rows' && op.transposeA && second === 'rows' && !op.transposeB) return 'sum';
        throw new Entangled();
      case 'conv2d': case 'conv2dInput':
        if (second === 'same') return 'rows';
        throw new Entangled();
      case 'conv2dFilter':
        if (first === 'rows' && second === 'rows') return 'sum';
        throw new Entangled();
      case 'reduceSum': return op.axes.includes(0) ? 'sum' : 'rows';
      case 'reduceMax': return this.rowsIf(!op.axes.includes(0));
      case 'reshape': return this.rowsIf(shape.length > 0 && shape[0]! % this.batch === 0);
      case 'transpose': return this.rowsIf(op.permutation[0] === 0);
      case 'broadcast': return this.rowsIf(shape.length === a.shape.length && shape[0] === a.shape[0]);
      case 'concat': return this.rowsIf(op.axis !== 0);
      case 'slice': return this.rowsIf(op.starts[0] === 0 && op.ends[0] === a.shape[0] && op.strides[0] === 1);
      case 'pad': return this.rowsIf(op.low[0] === 0 && op.high[0] === 0 && op.interior[0] === 0);
      case 'kthLargest': return 'rows';
      // Number by number: what is of the batch has a row for each of the result's.
      default: return this.rowsIf(inputs.every((operand, i) => joinings[i] === 'same' || (operand.shape.length === shape.length && operand.shape[0] === shape[0])));
    }
  }

  private rowsIf(keeps: boolean): Joining {
    if (!keeps) throw new Entangled();
    return 'rows';
  }

  /** How a value joins that is made of sums: as a sum, as long as it is linear in them. */
  private ofSums({ op }: Value, joinings: readonly Joining[]): Joining {
    const linear = (): boolean => {
      switch (op.kind) {
        case 'neg': case 'add': case 'sub': case 'reshape': case 'transpose': case 'broadcast': case 'concat': case 'slice': case 'reduceSum': case 'stopGradient': return true;
        case 'mul': case 'matmul': return joinings.filter(joining => joining === 'sum').length === 1;
        case 'div': return joinings[1] === 'same';
        case 'pad': return op.value === 0;
        default: return false;
      }
    };
    if (!linear()) throw new Entangled();
    return 'sum';
  }

  private remade(value: Value, joining: Joining): Value {
    const { op, shape, dtype } = value;
    const inputs = value.inputs.map(operand => {
      const part = this.get(operand);
      if (part.joining !== 'same') return part.value;
      if (joining === 'rows') return this.perRow(operand, shape, op) ? this.narrow(operand) : operand;
      // What is added to a sum is added once, not once by each shard.
      const joins = op.kind === 'add' || op.kind === 'sub' || op.kind === 'concat';
      return joins ? ops.mul(operand, 1 / this.count) : operand;
    });
    if (joining === 'sum') return makeValue(op, inputs, shape, dtype);
    const now = this.narrowed(shape);
    return makeValue(op.kind === 'slice' ? { ...op, ends: [inputs[0]!.shape[0]!, ...op.ends.slice(1)] } : op, inputs, now, dtype);
  }

  /** Whether an operand that knows nothing of the batch has a row for each of the result's all the same. */
  private perRow(operand: Value, shape: readonly number[], op: Op): boolean {
    if (op.kind === 'matmul' || op.kind === 'conv2d' || op.kind === 'conv2dInput') return false;
    return operand.shape.length === shape.length && operand.shape[0] === shape[0] && shape[0]! > 1;
  }

  /** Fewer rows of a value whose rows are all alike. */
  private narrow(value: Value): Value {
    const { op, inputs, shape, dtype } = value;
    const [a] = inputs;
    const alike = op.kind === 'broadcast' && (a!.shape.length < shape.length || a!.shape[0] === 1);
    if (!alike) throw new Entangled();
    return makeValue(op, inputs, this.narrowed(shape), dtype);
  }

  private narrowed([rows, ...rest]: readonly number[]): number[] {
    return [rows! / this.count, ...rest];
  }
}
