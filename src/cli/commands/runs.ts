// `aeconf runs`
import { listRuns } from '../../runs/list.ts';
import type { RunSummary } from '../../runs/reader.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatDuration, formatLoss, formatTable } from '../format.ts';
import { runsFolderFor } from '../workspace.ts';

export const runs: Handler = async ({ args, terminal, json }) => {
  const folder = runsFolderFor(process.cwd(), args.text('runs'));
  const found = await listRuns(folder);
  if (json) terminal.out(`${JSON.stringify({ folder, runs: found })}\n`);
  else if (found.length === 0) terminal.out(`No runs in ${folder}.\n`);
  else {
    const parents = found.some(({ info }) => info?.parent !== undefined);
    const head = ['Run', 'Name', 'State', 'Epoch', 'Loss', 'Validation', 'Best', 'Time', ...(parents ? ['Weights from'] : [])];
    terminal.out(formatTable([head, ...found.map(run => [...row(run), ...(parents ? [run.info?.parent ?? ''] : [])])], [3, 4, 5, 6, 7]));
    for (const { id, reason, state } of found) if (reason !== undefined && state === 'failed') terminal.err(`${id}: ${reason}\n`);
  }
  return exitCodes.ok.code;
};

function row({ id, name, state, status, info, notes }: RunSummary): string[] {
  const loss = (value: number | undefined): string => (value === undefined ? '' : formatLoss(value));
  return [
    id, `${notes.star ? '★ ' : ''}${name}`, state,
    `${Math.floor(status?.epoch ?? 0)}/${status?.epochs ?? info?.epochs ?? '?'}`,
    loss(status?.trainLoss), loss(status?.validationLoss), loss(status?.bestValidationLoss),
    status === undefined ? '' : formatDuration(status.elapsed),
  ];
}
