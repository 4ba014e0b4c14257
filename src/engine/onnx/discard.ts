// ONNX Runtime for Node writes a result into the memory that was given for it and, besides, returns a copy in new memory. Copies of all
// gradients at every step, left to the garbage collector, had it run every few steps and pushed everything else out of the caches.
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Tensor, TypedTensor } from 'onnxruntime-node';

let nowhere: MessagePort | undefined;

/** Frees at once the copies of results whose memory was given; nobody may look at them afterwards. */
export function discardCopies(results: Readonly<Record<string, Tensor>>, given: Readonly<Record<string, Tensor | null>>): void {
  const copies: ArrayBuffer[] = [];
  for (const [name, wanted] of Object.entries(given)) {
    const buffer = wanted === null ? undefined : bufferOf(results[name]!);
    if (buffer !== undefined && buffer !== bufferOf(wanted!)) copies.push(buffer);
  }
  if (copies.length === 0) return;
  if (nowhere === undefined) {
    // What is sent from a closed port belongs to nobody.
    nowhere = new MessageChannel().port1;
    nowhere.close();
  }
  nowhere.postMessage(null, copies);
}

function bufferOf(value: Tensor): ArrayBuffer {
  return (value as TypedTensor<'float32'>).data.buffer as ArrayBuffer;
}
