// Trainers outlive the window on purpose, so the tests that start them also end them.
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunStatus } from '../../src/runs/events.ts';

/** Status files of all runs below a folder of workspaces. */
export async function statusFiles(folder: string): Promise<string[]> {
  while (existsSync(folder)) {
    try {
      const names = await readdir(folder, { recursive: true });
      return names.filter(name => name.endsWith('status.json')).map(name => join(folder, name));
    } catch (error) {
      // A run gets its name when it is complete; where that happened while its folder was read, look again.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return [];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ends every trainer whose run lies below the folder, and waits until it is gone. */
export async function endTrainers(folder: string): Promise<void> {
  for (const file of await statusFiles(folder)) {
    const { pid, state } = JSON.parse(await readFile(file, 'utf8')) as RunStatus;
    if (['finished', 'stopped', 'failed'].includes(state) || !isAlive(pid)) continue;
    process.kill(pid, 'SIGKILL');
    while (isAlive(pid)) await sleep(20);
  }
}
