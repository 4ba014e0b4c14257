// What the latent page and its decoding worker say to each other.

export type ToWorker =
  /** First message: onnxruntime-web's WebAssembly file; the page fetched it because the worker may not. */
  | { readonly type: 'start'; readonly wasm: ArrayBuffer }
  /** Replaces the model; answered by `loaded` or `failed`. */
  | { readonly type: 'load'; readonly id: number; readonly model: Uint8Array }
  /** codes: count × latent size. Answered by `decoded` or `failed`. */
  | { readonly type: 'decode'; readonly id: number; readonly codes: Float32Array; readonly count: number };

export type FromWorker =
  | { readonly type: 'loaded'; readonly id: number }
  /** count × features in the model's scale, [0, 1]. */
  | { readonly type: 'decoded'; readonly id: number; readonly values: Float32Array }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
