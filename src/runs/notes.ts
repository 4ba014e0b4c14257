// What the user says about a run: name, star, tags, note. Kept apart from what the trainer writes, so that neither waits for
// the other.
import * as path from 'node:path';
import { runFiles, type RunNotes } from './events.ts';
import { readTextIfThere, replaceFileSync } from './files.ts';
import { parseNotes, toJson } from './json.ts';

/** The notes of a run; none when there is no file or it is damaged. @throws StudioError('run') when it cannot be read. */
export async function readNotes(folder: string): Promise<RunNotes> {
  return parseNotes((await readTextIfThere(path.join(folder, runFiles.notes)))?.text ?? '{}');
}

async function change(folder: string, values: { readonly [K in keyof RunNotes]: RunNotes[K] | undefined }): Promise<RunNotes> {
  const entries = Object.entries({ ...await readNotes(folder), ...values }).filter(([, value]) => value !== undefined);
  const notes: RunNotes = Object.fromEntries(entries);
  replaceFileSync(path.join(folder, runFiles.notes), `${toJson(notes, 2)}\n`);
  return notes;
}

/** Gives a run a name for people; an empty one brings back the name it was started with. The folder keeps its name. */
export async function renameRun(folder: string, name: string): Promise<RunNotes> {
  return change(folder, { name: name.trim() === '' ? undefined : name.trim() });
}

/** Replaces the note; an empty one removes it. */
export async function noteRun(folder: string, note: string): Promise<RunNotes> {
  return change(folder, { note: note.trim() === '' ? undefined : note });
}

export async function starRun(folder: string, star: boolean): Promise<RunNotes> {
  return change(folder, { star: star ? true : undefined });
}

/** Tags as people write them: a leading # and spaces around are left aside, as is one that is given twice. */
export function toTags(words: readonly string[]): string[] {
  return [...new Set(words.map(word => word.trim().replace(/^#+/, '').trim()).filter(tag => tag !== ''))];
}

/** "#baseline #handed in" */
export function tagText(tags: readonly string[]): string {
  return tags.map(tag => `#${tag}`).join(' ');
}

/** Replaces the tags; none removes them. */
export async function tagRun(folder: string, tags: readonly string[]): Promise<RunNotes> {
  const unique = toTags(tags);
  return change(folder, { tags: unique.length === 0 ? undefined : unique });
}
