// What a program needs beside ONNX Runtime when its updates run in kernels: their memory as tensors that it reads weights from and
// writes gradients to, and their turn after it.
import type { Tensor } from 'onnxruntime-node';
import { sizeOf, type HostTensor } from '../../core/tensor.ts';
import type { Fused } from '../../graph/fusion.ts';
import type { SharedPort, UpdateShare } from './shard-thread.ts';
import { UpdateKernel, type KernelMemories } from './update-kernel.ts';

type TensorOf = (data: Float32Array, shape: readonly number[]) => Tensor;

export class FusedStep {
  /** Parts of the state that the program reads by ports of their own. */
  readonly views: Readonly<Record<string, Tensor>>;
  /** Outputs that the kernels want, to be written in place. */
  readonly gradients: Readonly<Record<string, Tensor>>;
  private readonly kernels: readonly UpdateKernel[];

  /** @param threads how many give gradients and update, each a part of the batch and of the state */
  constructor({ rest, updates, views }: Fused, memories: KernelMemories, private readonly tensorOf: TensorOf, threads = 1) {
    const shapes = new Map(rest.outputs.map(({ name, value }) => [name, value.shape]));
    this.kernels = updates.map(update => new UpdateKernel(update, shapes, memories, threads));
    const kernelOf = new Map(this.kernels.flatMap(kernel => kernel.state.map(name => [name, kernel] as const)));
    this.views = Object.fromEntries(views.map(({ port: { name, shape }, state, offset }) => (
      [name, tensorOf(kernelOf.get(state)!.view(state, offset, sizeOf(shape)), shape)])));
    this.gradients = Object.fromEntries(this.kernels.flatMap(kernel => kernel.wanted.map(name => [name, tensorOf(kernel.view(name), shapes.get(name)!)])));
  }

  /** Moves state that lies elsewhere, as it does at first, into the memory of the kernels. */
  take(state: Map<string, Tensor>, missing: (name: string) => never): void {
    for (const kernel of this.kernels) {
      for (const name of kernel.state) {
        const held = state.get(name) ?? missing(name);
        const view = kernel.view(name);
        const data = held.data as Float32Array;
        if (data.buffer === view.buffer && data.byteOffset === view.byteOffset) continue;
        view.set(data);
        state.set(name, this.tensorOf(view, held.dims));
      }
    }
  }

  update(feeds: Readonly<Record<string, HostTensor>>): void {
    for (const kernel of this.kernels) kernel.run(feeds);
  }

  /** Takes the numbers that belong to the step; the threads then update their shares. */
  note(feeds: Readonly<Record<string, HostTensor>>): void {
    for (const kernel of this.kernels) kernel.take(feeds);
  }

  updateFirst(): void {
    for (const kernel of this.kernels) kernel.runFirst();
  }

  /** What thread `part` beside the first updates. */
  sharesOf(part: number): UpdateShare[] {
    return this.kernels.map(({ code, shares }) => ({ code, begin: shares[part]!, end: shares[part + 1]! }));
  }

  /** The weights, as another thread reads them. */
  get viewPorts(): SharedPort[] {
    return Object.entries(this.views).map(([name, { dims, data }]) => ({ name, dtype: 'float32', shape: dims, shared: data as Float32Array }));
  }

  /** Where thread `part` writes its gradients. */
  gradientPorts(part: number): SharedPort[] {
    return this.kernels.flatMap(kernel => kernel.wanted.map((name): SharedPort => (
      { name, dtype: 'float32', shape: this.gradients[name]!.dims, shared: kernel.viewOfPart(name, part) })));
  }
}
