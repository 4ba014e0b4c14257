// `aeconf rename RUN`, `aeconf note RUN`, `aeconf tag RUN`, `aeconf star RUN`, `aeconf delete RUN`
import { deleteRun } from '../../runs/delete.ts';
import type { RunNotes } from '../../runs/events.ts';
import { noteRun, renameRun, starRun, tagRun, tagText } from '../../runs/notes.ts';
import type { RunSummary } from '../../runs/reader.ts';
import type { Context, Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { findRun, findRunByName, runsFolderFor } from '../workspace.ts';

function runOf({ args }: Context): Promise<RunSummary> {
  return findRun(args.positionals[0]!, runsFolderFor(process.cwd(), args.text('runs')));
}

/** A command that changes what the user says of a run. */
function noting(change: (run: RunSummary, context: Context) => Promise<{ notes: RunNotes; said: string }>): Handler {
  return async context => {
    const run = await runOf(context);
    const { notes, said } = await change(run, context);
    context.terminal.out(context.json ? `${JSON.stringify({ id: run.id, folder: run.folder, notes })}\n` : `${said}\n`);
    return exitCodes.ok.code;
  };
}

export const rename = noting(async ({ folder, id, info }, { args }) => {
  const notes = await renameRun(folder, args.positionals[1] ?? '');
  return { notes, said: `${id} is called "${notes.name ?? info?.name ?? id}".` };
});

export const note = noting(async ({ folder, id }, { args }) => {
  const notes = await noteRun(folder, args.positionals[1] ?? '');
  return { notes, said: notes.note === undefined ? `${id} has no note.` : `${id}: ${notes.note}` };
});

export const tag = noting(async ({ folder, id }, { args }) => {
  const notes = await tagRun(folder, args.positionals.slice(1));
  return { notes, said: notes.tags === undefined ? `${id} has no tags.` : `${id}: ${tagText(notes.tags)}` };
});

export const star = noting(async ({ folder, id }, { args }) => {
  const notes = await starRun(folder, !args.flag('off'));
  return { notes, said: `${id} has ${notes.star ? 'a' : 'no'} star.` };
});

export const remove: Handler = async context => {
  const { args } = context;
  const { folder, id } = await findRunByName(args.positionals[0]!, runsFolderFor(process.cwd(), args.text('runs')));
  await deleteRun(folder);
  context.terminal.out(context.json ? `${JSON.stringify({ id, folder, deleted: true })}\n` : `${id} is deleted.\n`);
  return exitCodes.ok.code;
};
