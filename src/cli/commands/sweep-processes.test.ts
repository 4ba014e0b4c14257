import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SweepRecord } from '../../runs/sweep.ts';
import type { MemberEnd } from '../../trainer/sweep.ts';
import { memberProcesses } from './sweep-processes.ts';

const record: SweepRecord = {
  format: 1, id: 'sizes', name: 'sizes', configPath: '/w/sizes.aeconf', config: '{}', overrides: {}, device: 'cpu', created: 0, combine: 'grid', parallel: 2, tolerance: 0.1,
  members: [{ 'latent.units': 2 }],
};
let folder: string;
const program = process.argv[1]!;
beforeEach(() => { folder = fs.mkdtempSync(path.join(os.tmpdir(), 'members-')); });
afterEach(() => {
  process.argv[1] = program;
  fs.rmSync(folder, { recursive: true, force: true });
});

/** A member trained by a program that does what the text says, in place of aeconf. */
async function memberOf(script: string): Promise<{ readonly end: MemberEnd; readonly lines: readonly string[] }> {
  process.argv[1] = path.join(folder, 'program.cjs');
  fs.writeFileSync(process.argv[1], script);
  const lines: string[] = [];
  const end = await memberProcesses(record, { runsFolder: folder, dataFolders: [], onLine: line => lines.push(line) })(0, new AbortController().signal);
  return { end, lines };
}

it('passes lines of JSON on, and does not stumble over what a native library prints between them', async () => {
  const { end, lines } = await memberOf(`
    process.stdout.write('2026-11-20 [W:onnxruntime:Default] no thread affinity\\n{"event":"status","member":0}\\n42\\n');
    process.stdout.write('{"event":"member","outcome":"finished"}');
  `);
  expect(lines).toEqual(['{"event":"status","member":0}', '{"event":"member","outcome":"finished"}']);
  expect(end).toEqual({ outcome: 'finished' });
});

it('keeps it for the message about a process that ends without a word', async () => {
  const { end } = await memberOf('process.stdout.write("Illegal instruction in kernel 7\\n"); process.exitCode = 3;');
  expect(end).toEqual({ outcome: 'failed', message: 'Its process ended with code 3. Illegal instruction in kernel 7' });
});
