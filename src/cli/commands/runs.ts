// `aeconf runs`
import { beatsBaseline } from '../../core/baseline.ts';
import { baselineOf } from '../../runs/baseline.ts';
import { listRuns } from '../../runs/list.ts';
import type { RunSummary } from '../../runs/reader.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatDuration, formatLoss, formatTable } from '../format.ts';
import { runsFolderFor } from '../workspace.ts';

/** Newest failed runs whose reasons are printed. */
const TOLD_FAILURES = 3;

export const runs: Handler = async ({ args, terminal, json }) => {
  const folder = runsFolderFor(process.cwd(), args.text('runs'));
  const found = await listRuns(folder);
  if (json) terminal.out(`${JSON.stringify({ folder, runs: found })}\n`);
  else if (found.length === 0) terminal.out(`No runs in ${folder}.\n`);
  else {
    const parents = found.some(({ info }) => info?.parent !== undefined);
    const compared = found.some(run => baselineOf(run) !== undefined);
    const head = ['Run', 'Name', 'State', 'Epoch', 'Loss', 'Validation', 'Best', 'Time', ...(compared ? ['mse', 'PCA', ''] : []), ...(parents ? ['Weights from'] : [])];
    terminal.out(formatTable([head, ...found.map(run => [...row(run), ...(compared ? comparison(run) : []), ...(parents ? [run.info?.parent ?? ''] : [])])], [3, 4, 5, 6, 7, ...(compared ? [8, 9] : [])]));
    if (compared) terminal.out('PCA: mse of principal components with as many numbers in their code.\n');
    const failed = found.filter(({ reason, state }) => reason !== undefined && state === 'failed');
    for (const { id, reason } of failed.slice(0, TOLD_FAILURES)) terminal.err(`${id}: ${reason}\n`);
    if (failed.length > TOLD_FAILURES) terminal.err(`${failed.length - TOLD_FAILURES} older runs failed, too; --json tells why.\n`);
  }
  return exitCodes.ok.code;
};

/** Mean squared error, that of principal components, and which is better. */
function comparison(run: RunSummary): string[] {
  const baseline = baselineOf(run);
  if (baseline === undefined) return ['', '', ''];
  const beats = beatsBaseline(baseline);
  return [baseline.model === undefined ? '' : formatLoss(baseline.model), formatLoss(baseline.mse), beats === undefined ? '' : beats ? 'better' : 'not better'];
}

function row({ id, name, state, status, info, notes }: RunSummary): string[] {
  const loss = (value: number | undefined): string => (value === undefined ? '' : formatLoss(value));
  return [
    id, `${notes.star ? '★ ' : ''}${name}`, state,
    `${Math.floor(status?.epoch ?? 0)}/${status?.epochs ?? info?.epochs ?? '?'}`,
    loss(status?.trainLoss), loss(status?.validationLoss), loss(status?.bestValidationLoss),
    status === undefined ? '' : formatDuration(status.elapsed),
  ];
}
