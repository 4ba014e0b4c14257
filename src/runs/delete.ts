// Deletes a run: only a folder that is one, never one that is being trained, and all at once for whoever lists the runs.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { StudioError } from '../core/errors.ts';
import { errorCode, fileError, renameFolder } from './files.ts';
import { looksLikeRun } from './list.ts';
import { isActive, runCondition } from './state.ts';

/**
 * Deletes the folder of a run with everything in it. A link to a run folder is removed, what it points at stays.
 * @throws StudioError('run') when it is no run, is being trained, or cannot be deleted.
 */
export async function deleteRun(folder: string): Promise<void> {
  const absolute = path.resolve(folder);
  if (!looksLikeRun(absolute)) throw new StudioError('run', `${absolute} is no run folder; nothing was deleted.`);
  const { state, status } = await runCondition(absolute);
  if (isActive(state)) {
    throw new StudioError('run', `The run ${path.basename(absolute)} is ${state} (process ${status?.pid ?? '?'} on ${status?.host ?? '?'}); nothing was deleted. Stop it first.`);
  }
  try {
    if ((await fs.promises.lstat(absolute)).isSymbolicLink()) {
      await fs.promises.unlink(absolute);
      return;
    }
    // Under a name that starts with a dot nobody lists it, however long the deleting takes.
    const leaving = path.join(path.dirname(absolute), `.deleted-${path.basename(absolute)}-${process.pid}-${Date.now()}`);
    await renameFolder(absolute, leaving);
    await removeFolder(leaving);
    await removeLeftovers(path.dirname(absolute));
  } catch (error) {
    throw fileError('delete', absolute, error);
  }
}

async function removeFolder(folder: string): Promise<void> {
  await fs.promises.rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** Folders whose making or deleting was killed half-way; nobody works on one for that long. */
const LEFT_AFTER = 3_600_000;

async function removeLeftovers(runsFolder: string): Promise<void> {
  for (const name of await fs.promises.readdir(runsFolder)) {
    if (!name.startsWith('.new-') && !name.startsWith('.deleted-')) continue;
    const folder = path.join(runsFolder, name);
    try {
      // A folder keeps its time when it is renamed; when its deleting began stands in its name.
      const began = Math.max((await fs.promises.stat(folder)).mtimeMs, Number(/^\.deleted-.*-(\d+)$/.exec(name)?.[1] ?? 0));
      if (Date.now() - began > LEFT_AFTER) await removeFolder(folder);
    } catch (error) {
      // Whoever works on it has finished meanwhile.
      if (errorCode(error) !== 'ENOENT') throw fileError('delete', folder, error);
    }
  }
}
