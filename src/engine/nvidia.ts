// NVIDIA's libraries that an engine loads while it runs: which are missing, what each is part of, and where it was looked for. Asked
// before hundreds of megabytes are downloaded, and read from an engine's own words where it found no GPU.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { LibraryId } from './libraries.ts';

export type NvidiaId = Exclude<LibraryId, 'tensorflow'>;

interface Needs {
  /** For people. */
  readonly engine: string;
  readonly cuda: string;
  readonly cudnn: string;
  readonly files: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>>;
}

const needs: Readonly<Record<NvidiaId, Needs>> = {
  // tensorflow.org/install/source#gpu
  'tensorflow-gpu': {
    engine: 'TensorFlow', cuda: 'CUDA 11.2', cudnn: 'cuDNN 8.1',
    files: {
      linux: ['libcuda.so.1', 'libcudart.so.11.0', 'libcublas.so.11', 'libcublasLt.so.11', 'libcufft.so.10', 'libcurand.so.10', 'libcusolver.so.11', 'libcusparse.so.11', 'libcudnn.so.8'],
      win32: ['nvcuda.dll', 'cudart64_110.dll', 'cublas64_11.dll', 'cublasLt64_11.dll', 'cufft64_10.dll', 'curand64_10.dll', 'cusolver64_11.dll', 'cusparse64_11.dll', 'cudnn64_8.dll'],
    },
  },
  // onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html; what the provider of 1.30 is linked with, and cuDNN, which it opens itself.
  'cuda': {
    engine: 'ONNX Runtime\'s CUDA provider', cuda: 'CUDA 12', cudnn: 'cuDNN 9',
    files: { linux: ['libcuda.so.1', 'libcudart.so.12', 'libcublas.so.12', 'libcublasLt.so.12', 'libcurand.so.10', 'libcudnn.so.9'] },
  },
};

/** " (part of CUDA 11.2)", or nothing for another library. */
export function partOf(file: string, id: NvidiaId): string {
  const { cuda, cudnn } = needs[id];
  const part = /cudnn/.test(file) ? cudnn
    : /^libcuda\.|nvcuda/.test(file) ? 'the NVIDIA driver'
    : /cudart|cublas|cufft|curand|cusolver|cusparse|cupti|nvrtc/.test(file) ? cuda : undefined;
  return part === undefined ? '' : ` (part of ${part})`;
}

const pathVariables: Readonly<Partial<Record<NodeJS.Platform, string>>> = { win32: 'PATH', darwin: 'DYLD_LIBRARY_PATH' };
const pathVariable = pathVariables[process.platform] ?? 'LD_LIBRARY_PATH';

/** Where the system's loader looks for libraries, in words. */
export function searchedByLoader(path: string = process.env[pathVariable] ?? ''): string {
  return process.platform === 'win32' ? 'the folders in PATH' : `${pathVariable} (${path === '' ? 'empty' : path}) and the system's library folders`;
}

function missingText(id: NvidiaId, missing: readonly string[], path?: string): string {
  const { engine, cuda, cudnn } = needs[id];
  const named = missing.map(file => `${file}${partOf(file, id)}`).join(', ');
  return `${engine} needs ${named}; looked in ${searchedByLoader(path)}. Install ${cuda}, ${cudnn} and the driver of the GPU, or name their folders in ${pathVariable}.`;
}

/** What this machine lacks for an engine on a GPU; undefined when all is there. */
export function missingForGpu(id: NvidiaId, path: string = process.env[pathVariable] ?? ''): string | undefined {
  const folders = path.split(delimiter).filter(folder => folder !== '');
  // The loader's own list; where there is none, the folders alone count.
  const known = process.platform === 'linux' ? spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '' : '';
  const missing = (needs[id].files[process.platform] ?? []).filter(file => !known.includes(`\t${file} `) && !folders.some(folder => existsSync(join(folder, file))));
  return missing.length === 0 ? undefined : missingText(id, missing, path);
}

/** Why TensorFlow runs but sees no GPU, from its log. */
export function whyTensorFlowHasNoGpu(log: string): string {
  const id = 'tensorflow-gpu';
  const missing = [...log.matchAll(/Could not load dynamic library '([^']+)'/g)].map(match => match[1]!).filter(file => partOf(file, id) !== '');
  if (missing.length > 0) return missingText(id, [...new Set(missing)], /LD_LIBRARY_PATH: (\S+)/.exec(log)?.[1]);
  const init = /failed call to cuInit: (.+)/.exec(log)?.[1];
  return `TensorFlow found no NVIDIA GPU${init === undefined ? '' : ` (${init.trim()})`}. Is its driver installed? nvidia-smi should list it.`;
}

/** Why ONNX Runtime could not load its CUDA provider, from what it said; undefined when it was for no library of NVIDIA's. */
export function whyNoCudaProvider(said: string): string | undefined {
  const file = /: (lib\S+): cannot open shared object file/.exec(said)?.[1];
  return file === undefined || partOf(file, 'cuda') === '' ? undefined : missingText('cuda', [file]);
}
