// What a library says when a program cannot run, as an error that says what to do. Memory is told apart, because its cure is another
// and because it is a matter of the moment, not of the device.
import { messageOf, StudioError } from '../core/errors.ts';
import type { Device } from './engine.ts';

/** The words of ONNX Runtime's allocators, of CUDA and its libraries, Direct3D, Dawn, TensorFlow, WebAssembly and C++. */
const OUT_OF_MEMORY = /out of memory|failed to allocate|could not allocate|bad_alloc|\bOOM\b|resource exhausted|ALLOC_FAILED|E_OUTOFMEMORY|8007000E|max(imum)? buffer size|maxStorageBufferBindingSize|allocation failed|enlarge memory|not enough memory/i;

/** Why `program` did not run or could not be prepared on the device; an error of ours stays what it is. */
export function programFailure(device: Device, program: string, cause: unknown): StudioError {
  if (cause instanceof StudioError) return cause;
  const said = firstLines(messageOf(cause));
  if (OUT_OF_MEMORY.test(messageOf(cause))) {
    const elsewhere = device.id === 'cpu' ? 'close other programs' : 'train on the CPU (--device cpu)';
    return new StudioError('memory', `${device.name} ran out of memory in "${program}" (${said}). Lower training.batchSize, make the largest layers smaller ("aeconf summary" lists them), or ${elsewhere}.`, { cause });
  }
  return new StudioError('device', `${device.name} cannot run "${program}": ${said} Choose another device (aeconf devices lists them).`, { cause });
}

/** Libraries add the path of their source and a stack, which help nobody. */
function firstLines(text: string): string {
  const line = text.split('\n').map(part => part.trim()).filter(part => part !== '').slice(0, 3).join(' ');
  return line.length > 400 ? `${line.slice(0, 400)}…` : line;
}
