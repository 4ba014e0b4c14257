import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Judging } from './judging.ts';
import type { Panels } from './panels/panels.ts';
import type { RunRecord } from './run-record.ts';
import type { Studio } from './studio.ts';
import { registered } from './testing.ts';

vi.mock('vscode', () => import('./testing.ts'));

let base: string;
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'judging-'));
  registered.messages = [];
  registered.press = [];
});
afterEach(() => fs.rmSync(base, { recursive: true, force: true }));

/** Judges a run; the times that a page was shown. */
async function judge(seen: boolean): Promise<unknown[][]> {
  const script = path.join(base, 'aeconf.cjs');
  fs.writeFileSync(script, 'console.log("{}")');
  const shown: unknown[][] = [];
  const panels = { isSeen: () => seen, show: (...args: unknown[]) => shown.push(args) } as unknown as Panels;
  const studio = { program: { node: process.execPath, script }, log: { info() {} } } as unknown as Studio;
  const run: RunRecord = { id: 'r', folder: base, name: 'a', state: 'finished', epoch: 1, epochs: 1, star: false, elapsed: 1, created: 1, overrides: {} };
  await new Judging(studio, panels).judge(run, { command: 'robustness', title: 'Testing a with noise', args: [] });
  return shown;
}

it('brings no page to the front when it ends, but offers it', async () => {
  expect(await judge(false)).toEqual([]);
  expect([registered.messages, registered.buttons]).toEqual([['Testing a with noise is done.'], ['Open Report']]);
  registered.press = ['Open Report'];
  const shown = await judge(false);
  await vi.waitFor(() => expect(shown.map(([page]) => page)).toEqual(['report']));
});

it('says nothing where the report is in sight', async () => {
  expect(await judge(true)).toEqual([]);
  expect(registered.messages).toEqual([]);
});
