// A training step on a GPU whose results stay there until they are wanted: reading one number waits for all that was asked of the
// GPU before, which at every step would leave it idle while the next one is prepared.
import type { Tensor } from 'onnxruntime-node';
import { sizeOf, tensor, type HostTensor } from '../../core/tensor.ts';
import * as ops from '../../graph/ops.ts';
import type { Program } from '../../graph/program.ts';
import type { CompiledProgram, Unread } from '../engine.ts';
import type { OnnxProgram } from './session.ts';

/** Runs whose results are read together. */
const TOGETHER = 16;

class GpuResults implements Unread {
  constructor(readonly program: string, readonly values: Readonly<Record<string, Tensor>>) {}
}

/** Copies small tensors of one shape to the host, several in one run of a program whose output lies there. */
export class GpuReader {
  private readonly programs = new Map<string, Promise<OnnxProgram>>();
  /** Results that nobody has read. */
  private readonly waiting = new Set<Tensor>();

  constructor(private readonly compile: (program: Program) => Promise<OnnxProgram>) {}

  /** These will be read, or disposed of with the session. */
  expect(values: readonly Tensor[]): void {
    for (const value of values) this.waiting.add(value);
  }

  /** What was never read, because the training ended. */
  dispose(): void {
    for (const value of this.waiting) value.dispose();
    this.waiting.clear();
  }

  /** The values, in order; the tensors are disposed of. */
  async read(values: readonly Tensor[]): Promise<HostTensor[]> {
    const found: HostTensor[] = [];
    for (let first = 0; first < values.length; first += TOGETHER) found.push(...await this.readGroup(values.slice(first, first + TOGETHER)));
    for (const value of values) {
      this.waiting.delete(value);
      value.dispose();
    }
    return found;
  }

  private async readGroup(values: readonly Tensor[]): Promise<HostTensor[]> {
    const { dims } = values[0]!;
    const size = sizeOf(dims);
    // One alone is the common case where steps are long.
    const count = values.length === 1 ? 1 : TOGETHER;
    const program = await this.programFor(count, dims);
    const all = await program.runTensors(Object.fromEntries(Array.from({ length: count }, (_, i) => [`value ${i}`, values[Math.min(i, values.length - 1)]!])));
    const data = all['together']!.data as Float32Array;
    return values.map((_, i) => tensor(data.slice(i * size, (i + 1) * size), dims));
  }

  private programFor(count: number, dims: readonly number[]): Promise<OnnxProgram> {
    const key = `${count} ${dims.join()}`;
    let program = this.programs.get(key);
    if (program === undefined) {
      const inputs = Array.from({ length: count }, (_, i) => ({ name: `value ${i}`, dtype: 'float32' as const, shape: dims }));
      const flat = inputs.map(({ name }) => ops.reshape(ops.input(name, dims), [sizeOf(dims)]));
      program = this.compile({ name: `read ${count} results`, inputs, state: [], outputs: [{ name: 'together', value: count === 1 ? flat[0]! : ops.concat(flat, 0) }], updates: [] });
      this.programs.set(key, program);
    }
    return program;
  }
}

export class GpuStep implements CompiledProgram {
  constructor(private readonly program: Program, private readonly compiled: OnnxProgram, private readonly reader: GpuReader) {}

  async run(feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> {
    return (await this.read([await this.start(feeds)]))[0]!;
  }

  async start(feeds: Readonly<Record<string, HostTensor>>): Promise<Unread> {
    const values = await this.compiled.runHere(feeds);
    this.reader.expect(Object.values(values));
    return new GpuResults(this.program.name, values);
  }

  async read(unread: readonly Unread[]): Promise<Record<string, HostTensor>[]> {
    const results = unread as readonly GpuResults[];
    const rows: Record<string, HostTensor>[] = results.map(() => ({}));
    for (const { name } of this.program.outputs) {
      const column = await this.reader.read(results.map(({ values }) => values[name]!));
      column.forEach((value, i) => { rows[i]![name] = value; });
    }
    return rows;
  }

  dispose(): Promise<void> {
    return this.compiled.dispose();
  }
}
