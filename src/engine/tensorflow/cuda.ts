// The libraries of NVIDIA that TensorFlow 2.9 loads while it runs: which are missing, what each is part of, and where it was looked
// for. Asked before half a gigabyte is downloaded, and read from TensorFlow's own log where it found no GPU.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** TensorFlow 2.9 was built against CUDA 11.2 and cuDNN 8.1: tensorflow.org/install/source#gpu. */
const files: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['libcuda.so.1', 'libcudart.so.11.0', 'libcublas.so.11', 'libcublasLt.so.11', 'libcufft.so.10', 'libcurand.so.10', 'libcusolver.so.11', 'libcusparse.so.11', 'libcudnn.so.8'],
  win32: ['nvcuda.dll', 'cudart64_110.dll', 'cublas64_11.dll', 'cublasLt64_11.dll', 'cufft64_10.dll', 'curand64_10.dll', 'cusolver64_11.dll', 'cusparse64_11.dll', 'cudnn64_8.dll'],
};

const parts: readonly (readonly [RegExp, string])[] = [
  [/cudnn/, 'cuDNN 8.1'],
  [/^libcuda\.|nvcuda/, 'the NVIDIA driver'],
  [/cudart|cublas|cufft|curand|cusolver|cusparse|cupti/, 'CUDA 11.2'],
];

/** " (part of CUDA 11.2)", or nothing for another library. */
export function partOf(file: string): string {
  const part = parts.find(([pattern]) => pattern.test(file));
  return part === undefined ? '' : ` (part of ${part[1]})`;
}

const pathVariables: Readonly<Partial<Record<NodeJS.Platform, string>>> = { win32: 'PATH', darwin: 'DYLD_LIBRARY_PATH' };
const pathVariable = pathVariables[process.platform] ?? 'LD_LIBRARY_PATH';

/** Where the system's loader looks for libraries, in words. */
export function searchedByLoader(path: string = process.env[pathVariable] ?? ''): string {
  return process.platform === 'win32' ? 'the folders in PATH' : `${pathVariable} (${path === '' ? 'empty' : path}) and the system's library folders`;
}

function missingText(missing: readonly string[], path?: string): string {
  const named = missing.map(file => `${file}${partOf(file)}`).join(', ');
  return `TensorFlow needs ${named}; looked in ${searchedByLoader(path)}. Install CUDA 11.2, cuDNN 8.1 and the driver of the GPU, or name their folders in ${pathVariable}.`;
}

/** What this machine lacks for TensorFlow on a GPU; undefined when all is there. */
export function missingForGpu(path: string = process.env[pathVariable] ?? ''): string | undefined {
  const folders = path.split(delimiter).filter(folder => folder !== '');
  // The loader's own list; where there is none, the folders alone count.
  const known = process.platform === 'linux' ? spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '' : '';
  const missing = (files[process.platform] ?? []).filter(file => !known.includes(`\t${file} `) && !folders.some(folder => existsSync(join(folder, file))));
  return missing.length === 0 ? undefined : missingText(missing, path);
}

/** Why TensorFlow runs but sees no GPU, from its log. */
export function whyNoGpu(log: string): string {
  const missing = [...log.matchAll(/Could not load dynamic library '([^']+)'/g)].map(match => match[1]!).filter(file => partOf(file) !== '');
  if (missing.length > 0) return missingText([...new Set(missing)], /LD_LIBRARY_PATH: (\S+)/.exec(log)?.[1]);
  const init = /failed call to cuInit: (.+)/.exec(log)?.[1];
  return `TensorFlow found no NVIDIA GPU${init === undefined ? '' : ` (${init.trim()})`}. Is its driver installed? nvidia-smi should list it.`;
}
