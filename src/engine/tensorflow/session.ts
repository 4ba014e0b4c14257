// Runs programs on TensorFlow's kernels. Weights and optimiser state stay in TensorFlow's tensors; a step makes its intermediate
// tensors and deletes each after its last use, so that the number of tensors never grows.
import { StudioError } from '../../core/errors.ts';
import { tensor, type HostTensor } from '../../core/tensor.ts';
import type { Program } from '../../graph/program.ts';
import type { CompiledProgram, Device, Session } from '../engine.ts';
import { programFailure } from '../failure.ts';
import { attributeOf, typeNumber, type Addon, type AddonAttribute } from './addon.ts';
import { lower } from './lower.ts';
import type { KernelCall, Plan } from './plan.ts';

interface StateTensor {
  readonly id: number;
  readonly shape: readonly number[];
}

export class TensorFlowSession implements Session {
  private readonly state = new Map<string, StateTensor>();
  private readonly compiled = new Set<TensorFlowProgram>();

  constructor(readonly device: Device, private readonly addon: Addon) {}

  async setState(values: Readonly<Record<string, HostTensor>>): Promise<void> {
    for (const [name, { dtype, shape, data }] of Object.entries(values)) {
      const before = this.state.get(name);
      // A copy, because TensorFlow takes the memory as it is.
      this.state.set(name, { shape, id: this.addon.createTensor(shape, typeNumber(this.addon, dtype), data.slice()) });
      if (before !== undefined) this.addon.deleteTensor(before.id);
    }
    return Promise.resolve();
  }

  async getState(names: readonly string[] = [...this.state.keys()]): Promise<Record<string, HostTensor>> {
    const read = (name: string): HostTensor => {
      const held = this.state.get(name);
      if (held === undefined) throw new StudioError('internal', `There is no state "${name}".`);
      return tensor(this.addon.tensorDataSync(held.id), held.shape);
    };
    return Promise.resolve(Object.fromEntries(names.map(name => [name, read(name)])));
  }

  async compile(program: Program): Promise<CompiledProgram> {
    const compiled: TensorFlowProgram = new TensorFlowProgram(program, lower(program), this.addon, this.device, this.state, () => this.compiled.delete(compiled));
    this.compiled.add(compiled);
    return Promise.resolve(compiled);
  }

  async dispose(): Promise<void> {
    for (const program of [...this.compiled]) await program.dispose();
    for (const { id } of this.state.values()) this.addon.deleteTensor(id);
    this.state.clear();
  }
}

interface Call extends Omit<KernelCall, 'attributes'> {
  readonly attributes: readonly AddonAttribute[];
}

/** No tensor in this slot. */
const EMPTY = -1;

class TensorFlowProgram implements CompiledProgram {
  /** The number of the tensor in each slot: constants always, everything else while a run lasts. */
  private readonly tensors: number[];
  private readonly calls: readonly Call[];

  constructor(
    private readonly program: Program,
    private readonly plan: Plan,
    private readonly addon: Addon,
    private readonly device: Device,
    private readonly state: Map<string, StateTensor>,
    private readonly onDispose: () => void,
  ) {
    this.tensors = new Array<number>(plan.slots).fill(EMPTY);
    for (const { slot, type, shape, data } of plan.constants) this.tensors[slot] = addon.createTensor(shape, typeNumber(addon, type), data);
    this.calls = plan.calls.map(call => ({ ...call, attributes: call.attributes.map(attribute => attributeOf(addon, attribute)) }));
  }

  async run(feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> {
    for (const { name } of this.program.inputs) {
      if (feeds[name] === undefined) throw new StudioError('internal', `"${this.program.name}" was not fed "${name}".`);
    }
    for (const { name } of this.program.state) {
      if (!this.state.has(name)) throw new StudioError('internal', `"${this.program.name}" needs the state "${name}", which was never set.`);
    }
    const { tensors, addon, plan } = this;
    for (const { name, slot } of plan.state) tensors[slot] = this.state.get(name)!.id;
    try {
      for (const { name, slot } of plan.inputs) {
        const { dtype, shape, data } = feeds[name]!;
        tensors[slot] = addon.createTensor(shape, typeNumber(addon, dtype), data);
      }
      for (const call of this.calls) this.execute(call);
      const results = Object.fromEntries(plan.outputs.map(({ name, slot, shape, type }) => {
        const data = addon.tensorDataSync(tensors[slot]!);
        return [name, tensor(type === 'uint8' ? Uint8Array.from(data) : data, shape)];
      }));
      this.moveOn();
      this.release(plan.read);
      return await Promise.resolve(results);
    } catch (cause) {
      this.release([...plan.inputs.map(({ slot }) => slot), ...plan.calls.map(({ output }) => output)]);
      throw programFailure(this.device, this.program.name, cause);
    }
  }

  async dispose(): Promise<void> {
    this.release(this.plan.constants.map(({ slot }) => slot));
    this.onDispose();
    return Promise.resolve();
  }

  private execute({ kernel, attributes, inputs, output, results, lastUses }: Call): void {
    const { tensors, addon } = this;
    const [first, ...others] = addon.executeOp(kernel, attributes, inputs.map(slot => tensors[slot]!), results);
    tensors[output] = first!.id;
    for (const { id } of others) addon.deleteTensor(id);
    this.release(lastUses);
  }

  /** New state takes the place of the old. */
  private moveOn(): void {
    for (const { name, slot } of this.plan.updates) {
      const before = this.state.get(name)!;
      this.state.set(name, { id: this.tensors[slot]!, shape: before.shape });
      this.addon.deleteTensor(before.id);
      this.tensors[slot] = EMPTY;
    }
  }

  private release(slots: readonly number[]): void {
    for (const slot of slots) {
      const id = this.tensors[slot]!;
      if (id !== EMPTY) this.addon.deleteTensor(id);
      this.tensors[slot] = EMPTY;
    }
  }
}
