// Windows has no signals: `taskkill` without /F only asks windows to close, which a trainer has none of.
import * as childProcess from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { signalTree } from './stop-run.ts';
import { TrainerProcess } from './trainer-process.ts';

vi.mock('node:child_process', async original => {
  const real = await original<typeof childProcess>();
  return { ...real, spawnSync: vi.fn() };
});

const { platform } = process;
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'windows-'));
  Object.defineProperty(process, 'platform', { value: 'win32' });
  vi.mocked(childProcess.spawnSync).mockReset();
});
afterEach(() => {
  Object.defineProperty(process, 'platform', { value: platform });
  fs.rmSync(folder, { recursive: true, force: true });
});

function taskkill(answer: (pid: number, firmly: boolean) => { status: number | null; stderr?: string; error?: Error }): void {
  vi.mocked(childProcess.spawnSync).mockImplementation(((_: string, args: readonly string[]) =>
    ({ stderr: '', ...answer(Number(args[1]), args.includes('/F')) })) as unknown as typeof childProcess.spawnSync);
}

it('a training is cancelled before its run is known, though it cannot be asked', async () => {
  taskkill((pid, firmly) => {
    if (!firmly) return { status: 1, stderr: 'ERROR: This process can only be terminated forcefully (with /F option).' };
    process.kill(pid, 'SIGKILL');
    return { status: 0 };
  });
  const script = path.join(folder, 'aeconf.cjs');
  fs.writeFileSync(script, 'setTimeout(() => {}, 60000)');
  const trainer = new TrainerProcess({ node: process.execPath, script }, [], folder);
  const begun = expect(trainer.run).rejects.toMatchObject({ reason: 'cancelled' });
  await trainer.cancel();
  await begun;
  expect(await trainer.exit).toEqual({});
});

it('what taskkill says is heard', () => {
  taskkill(() => ({ status: 128 }));
  expect([signalTree(7, 'SIGTERM'), signalTree(7, 'SIGKILL')]).toEqual([true, true]);
  taskkill((_, firmly) => ({ status: 1, stderr: firmly ? 'ERROR: Access is denied.\r\n' : '' }));
  expect(signalTree(7, 'SIGTERM')).toBe(false);
  expect(() => signalTree(7, 'SIGKILL')).toThrow('The process 7 cannot be ended: ERROR: Access is denied. End it in the Task Manager.');
  taskkill(() => ({ status: null, error: new Error('spawnSync taskkill ENOENT') }));
  expect(() => signalTree(7, 'SIGKILL')).toThrow(/taskkill ENOENT/);
});
