// The real program for tests: bundled as the build does it, started as a process.
import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Terminal } from './terminal.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Builds aeconf and its workers into a folder of this process; gives the path of aeconf.js. */
export async function buildProgram(): Promise<string> {
  // Inside the repository, so that the native packages are found.
  const folder = path.join(root, 'node_modules', '.cache', `aeconf-test-${process.pid}`);
  await build({
    absWorkingDir: root, bundle: true, platform: 'node', target: 'node20', format: 'cjs', mainFields: ['module', 'main'], outdir: folder, logLevel: 'error',
    entryPoints: { 'aeconf': 'src/cli/main.ts', 'batch-worker': 'src/data/batch-worker.ts', 'shard-worker': 'src/engine/onnx/shard-worker.ts' },
    external: ['onnxruntime-node', 'onnxruntime-web', '@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'],
  });
  return path.join(folder, 'aeconf.js');
}

export function removeProgram(program: string): void {
  fs.rmSync(path.dirname(program), { recursive: true, force: true });
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A started program and its end. */
export function start(program: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, AECONF_RUNS: '', ...env } });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text; });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => { resolve({ code, signal, out, err }); });
  });
  return { child, ended };
}

/** The JSON lines of an output. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text.split('\n').filter(line => line !== '').map(line => JSON.parse(line) as Record<string, unknown>);
}

/** A terminal that keeps what is written. */
export class Recorder implements Terminal {
  /** @param columns of the terminal that results go to; a pipe when left out */
  constructor(private readonly columns?: number) {}

  stdout = '';
  stderr = '';
  readonly interactive = false;
  readonly color = false;
  width(): number {
    return 100;
  }
  outWidth(): number | undefined {
    return this.columns;
  }
  out(text: string): void {
    this.stdout += text;
  }
  err(text: string): void {
    this.stderr += text;
  }
}
