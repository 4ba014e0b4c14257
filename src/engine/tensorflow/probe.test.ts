// What people are told when TensorFlow is there but cannot be used: which file, which version, where it was looked for.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { engineFolder } from '../libraries.ts';
import { missingForGpu, whyTensorFlowHasNoGpu } from '../nvidia.ts';
import { restoreUtil } from './addon.ts';
import { findLibrary } from './library.ts';
import { probe, whyItDidNotLoad } from './probe.ts';

const { found } = findLibrary('tensorflow');
const folder = mkdtempSync(join(tmpdir(), 'aeconf-probe-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

/** A package with this for its main file. */
function packageOf(name: string, main: string): string {
  const place = join(folder, name);
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), '{}');
  writeFileSync(join(place, 'index.js'), main);
  return place;
}

describe.skipIf(found === undefined)('the real library', () => {
  it('answers with its version', () => {
    expect(probe('tensorflow', found!)).toEqual({ ok: true, version: expect.stringMatching(/^2\.\d+\.\d+/) as string });
  });

  it('has no GPU to offer where there is none', () => {
    // The tests' library is the one for CPUs.
    expect(probe('tensorflow-gpu', found!)).toEqual({ ok: false, why: expect.stringContaining('found no NVIDIA GPU') as string });
  });

  it('is missed by its addon, by the name of the file and the folder', () => {
    const place = packageOf('torn', 'exports.backend = () => ({ binding: require("./tfjs_binding.node") });');
    copyFileSync(join(found!, 'lib/napi-v8/tfjs_binding.node'), join(place, 'tfjs_binding.node'));
    const why = `The library libtensorflow_cc.so.2 is missing; looked in ${place}/deps/lib, LD_LIBRARY_PATH (`;
    expect(probe('tensorflow', place)).toEqual({ ok: false, why: expect.stringContaining(why) as string });
    expect(probe('tensorflow', place)).toEqual({ ok: false, why: expect.stringMatching(/Install it again: aeconf engine install tensorflow\.$/) as string });
  });
});

it('tells of a library that ends its process', () => {
  expect(probe('tensorflow', packageOf('killed', 'process.kill(process.pid, "SIGSEGV"); for (;;);'))).toEqual({ ok: false, why: expect.stringMatching(/ended its process with SIGSEGV/) as string });
  expect(whyItDidNotLoad('/x', '', 'SIGILL')).toMatch(/processors with AVX/);
});

it('names the addon that was not built, and whatever else was said', () => {
  const text = 'The Node.js native addon module (tfjs_binding.node) can not be found at path: /x/lib/napi-v8/tfjs_binding.node. \nPlease run command';
  expect(whyItDidNotLoad('/x', text, null)).toBe('The addon tfjs_binding.node is missing; looked at /x/lib/napi-v8/tfjs_binding.node. Install it again: aeconf engine install tensorflow.');
  expect(whyItDidNotLoad('/x', "libstdc++.so.6: version `GLIBCXX_3.4.29' not found", null)).toContain('GLIBCXX_3.4.29');
});

it('names each library of NVIDIA that is missing, what it is part of, and where it was looked for', () => {
  const line = (file: string): string => `2024-01-01 00:00:00.000000: W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library '${file}'; dlerror: ${file}: cannot open shared object file: No such file or directory; LD_LIBRARY_PATH: /opt/cuda/lib64:/opt/nv\n`;
  const log = ['libcudart.so.11.0', 'libcudart.so.11.0', 'libnvinfer.so.7', 'libcublasLt.so.11', 'libcudnn.so.8', 'libcuda.so.1'].map(line).join('');
  const why = whyTensorFlowHasNoGpu(log);
  expect(why).toContain('TensorFlow needs libcudart.so.11.0 (part of CUDA 11.2), libcublasLt.so.11 (part of CUDA 11.2), libcudnn.so.8 (part of cuDNN 8.1), libcuda.so.1 (part of the NVIDIA driver); looked in ');
  if (process.platform === 'linux') expect(why).toContain("LD_LIBRARY_PATH (/opt/cuda/lib64:/opt/nv) and the system's library folders. Install CUDA 11.2, cuDNN 8.1");
  expect(whyTensorFlowHasNoGpu('failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected\n')).toBe('TensorFlow found no NVIDIA GPU (CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected). Is its driver installed? nvidia-smi should list it.');
});

it.skipIf(process.platform !== 'linux')('knows before any download which of them are missing', () => {
  const [cuda, driver] = [join(folder, 'cuda'), join(folder, 'driver')];
  for (const place of [cuda, driver]) mkdirSync(place);
  const of11 = ['libcudart.so.11.0', 'libcublas.so.11', 'libcublasLt.so.11', 'libcufft.so.10', 'libcurand.so.10', 'libcusolver.so.11', 'libcusparse.so.11'];
  for (const file of of11) writeFileSync(join(cuda, file), '');
  writeFileSync(join(driver, 'libcuda.so.1'), '');
  expect(missingForGpu('tensorflow-gpu', `${cuda}:${driver}`)).toBe(`TensorFlow needs libcudnn.so.8 (part of cuDNN 8.1); looked in LD_LIBRARY_PATH (${cuda}:${driver}) and the system's library folders. Install CUDA 11.2, cuDNN 8.1 and the driver of the GPU, or name their folders in LD_LIBRARY_PATH.`);
  writeFileSync(join(driver, 'libcudnn.so.8'), '');
  expect(missingForGpu('tensorflow-gpu', `${cuda}:${driver}`)).toBeUndefined();
});

it('gives Node back what tfjs-node asks of it, and only that', () => {
  const util: Record<string, unknown> = {};
  restoreUtil(util);
  const { isNullOrUndefined, isArray } = util as Record<string, (value: unknown) => boolean>;
  expect([null, undefined, 0, ''].map(isNullOrUndefined!)).toEqual([true, true, false, false]);
  expect([[], {}].map(value => isArray!(value))).toEqual([true, false]);
  const own = (): boolean => true;
  const present = { isArray: own };
  restoreUtil(present);
  expect(present.isArray).toBe(own);
});

it('is looked for where AECONF_TENSORFLOW says, or in the data folder of the user', () => {
  expect(engineFolder({ AECONF_TENSORFLOW: folder })).toBe(folder);
  expect(engineFolder({ XDG_DATA_HOME: folder })).toBe(join(folder, 'autoencoder-studio', 'tensorflow'));
  const { lookedIn, found: none } = findLibrary('tensorflow-gpu', folder);
  expect(none).toBeUndefined();
  expect(lookedIn[0]).toBe(join(folder, 'gpu/node_modules/@tensorflow/tfjs-node-gpu'));
});
