// Whether an installed TensorFlow can be used, found out in a process of its own, because a broken library may take its process
// down; and what is wrong where it cannot, in words that name the file, the version and the place.
import { spawnSync } from 'node:child_process';
import { messageOf } from '../../core/errors.ts';
import { settings } from './addon.ts';
import { partOf, searchedByLoader, whyTensorFlowHasNoGpu } from '../nvidia.ts';
import type { TensorFlowId } from './library.ts';

export interface Found {
  readonly ok: true;
  /** Of TensorFlow itself. */
  readonly version: string;
}
export interface Trouble {
  readonly ok: false;
  readonly why: string;
}

/** Loads the package and says what it found, as its last line; what TensorFlow logs goes to the other stream. */
const script = (folder: string): string => `
  const util = require('node:util');
  util.isNullOrUndefined ??= value => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  try {
    const { binding } = require(${JSON.stringify(folder)}).backend();
    console.log('\\n' + JSON.stringify({ version: binding.TF_Version, gpu: binding.isUsingGpuDevice() }));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 2;
  }`;

const SECONDS = 60;

/** Loads the package in this folder in another process. */
export function probe(id: TensorFlowId, folder: string): Found | Trouble {
  const { status, signal, stdout, stderr, error } = spawnSync(process.execPath, ['-e', script(folder)], {
    timeout: SECONDS * 1000, encoding: 'utf8', windowsHide: true,
    // Warnings name the libraries that a GPU misses.
    env: { ...settings(1), ...process.env, TF_CPP_MIN_LOG_LEVEL: '0', ELECTRON_RUN_AS_NODE: '1' },
  });
  if (error !== undefined) return { ok: false, why: `TensorFlow did not answer: ${messageOf(error)}` };
  if (status !== 0) return { ok: false, why: whyItDidNotLoad(folder, stderr, signal) };
  const { version, gpu } = JSON.parse(stdout.trim().split('\n').at(-1)!) as { version: string; gpu: boolean };
  return id === 'tensorflow-gpu' && !gpu ? { ok: false, why: whyTensorFlowHasNoGpu(stderr) } : { ok: true, version };
}

/** Why the addon or the library it needs could not be loaded. */
export function whyItDidNotLoad(folder: string, stderr: string, signal: NodeJS.Signals | null): string {
  const again = 'Install it again: aeconf engine install tensorflow.';
  if (signal === 'SIGILL') return 'TensorFlow was built for processors with AVX, which this one lacks.';
  if (signal !== null) return `TensorFlow ended its process with ${signal}. ${again}`;
  const missing = /(\S+): cannot open shared object file|Library not loaded: (\S+)/.exec(stderr);
  if (missing !== null) {
    const file = missing[1] ?? missing[2]!;
    return `The library ${file} is missing${partOf(file, 'tensorflow-gpu')}; looked in ${folder}/deps/lib, ${searchedByLoader()}. ${/tensorflow/.test(file) ? again : 'Install it and try again.'}`;
  }
  const addon = /native addon module \(tfjs_binding\.node\) can not be found at path: (\S+?)\.?\s/.exec(stderr);
  if (addon !== null) return `The addon tfjs_binding.node is missing; looked at ${addon[1]!}. ${again}`;
  return `TensorFlow could not be loaded: ${stderr.trim().split('\n').at(-1) ?? 'it said nothing.'}`;
}
