// The worker that runs decoder.onnx beside the page, with onnxruntime-web on one WebAssembly thread. It fetches nothing: its
// own code, the WebAssembly and the model arrive as bytes, which is what the page's content security policy allows.
import * as ort from 'onnxruntime-web/wasm';
import type { FromWorker, ToWorker } from './decode-protocol.ts';
import { messageOf } from '../../core/errors.ts';

interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
}
const scope = globalThis as unknown as WorkerScope;

let session: ort.InferenceSession | undefined;
/** Messages are answered in order: a decode after a load meets the new model. */
let last: Promise<void> = Promise.resolve();

scope.onmessage = event => {
  const message = event.data;
  last = last.then(async () => {
    try {
      await handle(message);
    } catch (error) {
      scope.postMessage({ type: 'failed', id: message.type === 'start' ? -1 : message.id, message: messageOf(error) });
    }
  });
};

async function handle(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'start':
      ort.env.wasm.numThreads = 1;
      ort.env.wasm.wasmBinary = message.wasm;
      ort.env.logLevel = 'error';
      return;
    case 'load': {
      const next = await ort.InferenceSession.create(message.model, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
      const previous = session;
      session = next;
      await previous?.release();
      scope.postMessage({ type: 'loaded', id: message.id });
      return;
    }
    case 'decode': {
      if (session === undefined) throw new Error('No decoder is loaded yet.');
      const values = await decode(session, message.codes, message.count);
      scope.postMessage({ type: 'decoded', id: message.id, values }, [values.buffer]);
      return;
    }
  }
}

/** Runs the model on count codes; a latent that is an image gets its axes back from the model's own input shape. */
async function decode(model: ort.InferenceSession, codes: Float32Array, count: number): Promise<Float32Array> {
  const input = model.inputNames.includes('code') ? 'code' : model.inputNames[0];
  const output = model.outputNames.includes('reconstruction') ? 'reconstruction' : model.outputNames[0];
  if (input === undefined || output === undefined) throw new Error('The decoder has no input or no output.');
  const declared = model.inputMetadata.find(metadata => metadata.name === input);
  const axes = declared?.isTensor ? declared.shape.slice(1) : [];
  const known = axes.length > 1 && axes.every(axis => typeof axis === 'number');
  const shape = [count, ...(known ? (axes as number[]) : [codes.length / count])];
  const results = await model.run({ [input]: new ort.Tensor('float32', codes, shape) }, [output]);
  const values = results[output]?.data;
  if (!(values instanceof Float32Array)) throw new Error(`The decoder's output "${output}" is not float32.`);
  // A copy of our own, because its buffer is given away.
  return values.slice();
}
