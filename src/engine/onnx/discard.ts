// ONNX Runtime for Node writes a result into the memory that was given for it and, besides, returns a copy in new memory. Copies of all
// gradients at every step, left to the garbage collector, had it run every few steps and pushed everything else out of the caches; given
// back to the operating system and asked for anew, every page of them costs a fault.
import { MessageChannel } from 'node:worker_threads';
import type { Tensor, TypedTensor } from 'onnxruntime-node';

/** Frees at once the copies of results whose memory was given; nobody may look at them afterwards. */
export function discardCopies(results: Readonly<Record<string, Tensor>>, given: Readonly<Record<string, Tensor | null>>): void {
  for (const [name, wanted] of Object.entries(given)) {
    const buffer = wanted === null ? undefined : bufferOf(results[name]!);
    if (buffer !== undefined && buffer !== bufferOf(wanted!)) free(buffer);
  }
}

/** Frees the memory of a buffer, which is empty from then on. */
let free = (buffer: ArrayBuffer): void => {
  free = typeof buffer.transfer === 'function' ? byTransfer : byMessage();
  holdOnToFreedMemory();
  free(buffer);
};

function byTransfer(buffer: ArrayBuffer): void {
  buffer.transfer(0);
}

/** Before Node 22. */
function byMessage(): typeof byTransfer {
  // What is sent from a closed port belongs to nobody.
  const nowhere = new MessageChannel().port1;
  nowhere.close();
  return buffer => { nowhere.postMessage(null, [buffer]); };
}

/**
 * The C library of Linux keeps freed memory for whoever asks next: 128 KiB at first, then twice the size of the largest block, of up to
 * 32 MiB, that was mapped by itself and freed (mallopt(3) on M_MMAP_THRESHOLD). This is such a block; nobody touches it, so it takes no memory.
 */
function holdOnToFreedMemory(): void {
  free(new ArrayBuffer(31 * 2 ** 20));
}

function bufferOf(value: Tensor): ArrayBuffer {
  return (value as TypedTensor<'float32'>).data.buffer as ArrayBuffer;
}
