// The addon of @tensorflow/tfjs-node as far as it is used: tensors by number, and calls of TensorFlow's kernels by name (TFE_Execute of
// TensorFlow's C interface). The package's own functions around the kernels are left out: they know neither explicit padding in
// gradients nor bytes, and they make attributes and axes anew at every call.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { TensorData } from '../../core/tensor.ts';
import type { ValueType } from '../../graph/ir.ts';
import type { Attribute } from './plan.ts';

export interface AddonAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: Attribute['value'];
}

export interface Addon {
  /** Shares the memory of the data on a CPU until the tensor is deleted. */
  createTensor(shape: readonly number[], type: number, data: TensorData): number;
  deleteTensor(id: number): void;
  /** A copy; float32, int32 and bool only. */
  tensorDataSync(id: number): TensorData;
  executeOp(kernel: string, attributes: readonly AddonAttribute[], inputs: readonly number[], results: number): { readonly id: number; readonly shape: readonly number[] }[];
  getNumOfTensors(): number;
  isUsingGpuDevice(): boolean;
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_UINT8: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_TYPE: number;
}

/** What the package gives away: its backend holds the addon. */
interface TensorFlowPackage {
  backend(): { readonly binding: Addon };
}

export function typeNumber(addon: Addon, type: ValueType): number {
  return { float32: addon.TF_FLOAT, int32: addon.TF_INT32, bool: addon.TF_BOOL, uint8: addon.TF_UINT8 }[type];
}

export function attributeOf(addon: Addon, { name, type, value }: Attribute): AddonAttribute {
  switch (type) {
    case 'int': return { name, type: addon.TF_ATTR_INT, value };
    case 'float': return { name, type: addon.TF_ATTR_FLOAT, value };
    case 'bool': return { name, type: addon.TF_ATTR_BOOL, value };
    case 'string': return { name, type: addon.TF_ATTR_STRING, value };
    case 'type': return { name, type: addon.TF_ATTR_TYPE, value: typeNumber(addon, value) };
  }
}

/** Settings TensorFlow reads from the environment when it is loaded; what the user has set stays. */
export function settings(threads: number): Record<string, string> {
  return {
    TF_NUM_INTRAOP_THREADS: String(threads),
    // One operation runs at a time.
    TF_NUM_INTEROP_THREADS: '1',
    OMP_NUM_THREADS: String(threads),
    // Only warnings and errors.
    TF_CPP_MIN_LOG_LEVEL: '2',
    // Without this it takes all memory of a GPU at once.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    // Two runs of the same spec are identical.
    TF_DETERMINISTIC_OPS: '1',
  };
}

const loaded = new Map<string, Addon>();

/** Loads the package in this folder; the same one again costs nothing, and keeps the threads of the first time. */
export function loadAddon(folder: string, threads: number): Addon {
  let addon = loaded.get(folder);
  if (addon === undefined) {
    for (const [name, value] of Object.entries(settings(threads))) process.env[name] ??= value;
    const require = createRequire(join(folder, 'package.json'));
    restoreUtil(require('node:util') as Record<string, unknown>);
    addon = (require(folder) as TensorFlowPackage).backend().binding;
    loaded.set(folder, addon);
  }
  return addon;
}

/** Gives Node's util back the two functions that tfjs-node 4.22 calls and Node 23 removed. */
export function restoreUtil(util: Record<string, unknown>): void {
  util['isNullOrUndefined'] ??= (value: unknown): boolean => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
}
