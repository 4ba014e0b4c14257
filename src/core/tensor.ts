// A tensor in host memory: what crosses the border between data, engines, run folders and pages.

export type DType = 'float32' | 'int32' | 'uint8';
export type TensorData = Float32Array | Int32Array | Uint8Array;

export interface HostTensor {
  readonly dtype: DType;
  /** Row-major; the first axis is the batch where there is one. */
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

export function tensor(data: TensorData, shape: readonly number[] = [data.length]): HostTensor {
  return { dtype: dtypeOf(data), shape, data };
}

export function dtypeOf(data: TensorData): DType {
  return data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'uint8';
}

/**
 * Some rows of a matrix, as a tensor of their own. Whoever reads `data` has them gathered there and then; an engine that knows the matrix
 * takes them from it by itself, in all its threads.
 */
export class GatheredRows implements HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];

  /** @param from rows × columns, in memory that threads share. @param rows which of them, in their order. @param gather gathers them here. */
  constructor(readonly from: HostTensor, readonly rows: Int32Array, private readonly gather: () => TensorData) {
    this.dtype = from.dtype;
    this.shape = [rows.length, ...from.shape.slice(1)];
  }

  get data(): TensorData {
    return this.gather();
  }
}

/** "28×28×1", as messages and summaries print shapes. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join('×');
}
