// `aeconf runs`
import { beatsBaseline } from '../../core/baseline.ts';
import { baselineOf } from '../../runs/baseline.ts';
import { changesOf, changesText, tellingFirst, type Changes } from '../../runs/changes.ts';
import { listRuns } from '../../runs/list.ts';
import { tagText, toTags } from '../../runs/notes.ts';
import type { RunSummary } from '../../runs/reader.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatDuration, formatLoss } from '../format.ts';
import { printTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { runsFolderFor } from '../workspace.ts';

/** Newest failed runs whose reasons are printed. */
const TOLD_FAILURES = 3;

export const runs: Handler = async ({ args, terminal, json }) => {
  const folder = runsFolderFor(process.cwd(), args.text('runs'));
  const wanted = toTags(args.all('tag'));
  const found = (await listRuns(folder)).filter(({ notes }) => wanted.every(tag => notes.tags?.includes(tag)));
  if (json) terminal.out(`${JSON.stringify({ folder, runs: found })}\n`);
  else if (found.length === 0) terminal.out(`No runs${wanted.length === 0 ? '' : ` with ${tagText(wanted)}`} in ${folder}.\n`);
  else {
    const left = printRuns(terminal, found);
    if (!left.includes('PCA') && found.some(run => baselineOf(run) !== undefined)) terminal.out('PCA: mse of principal components with as many numbers in their code.\n');
    const failed = found.filter(({ reason, state }) => reason !== undefined && state === 'failed');
    for (const { id, reason } of failed.slice(0, TOLD_FAILURES)) terminal.err(`${id}: ${reason}\n`);
    if (failed.length > TOLD_FAILURES) terminal.err(`${failed.length - TOLD_FAILURES} older runs failed, too; --json tells why.\n`);
  }
  return exitCodes.ok.code;
};

interface Column {
  readonly title: string;
  readonly cell: (run: RunSummary, among: readonly RunSummary[]) => string;
  readonly right?: boolean;
  readonly least?: number;
  /** Those of a group go together, the lowest first, where there is no room; what has none stays. */
  readonly group?: number;
  /** Not shown where it says nothing of any run. */
  readonly optional?: true;
}

const loss = (value: number | undefined): string => (value === undefined ? '' : formatLoss(value));

/** Whether a model is better than principal components. */
function verdict(run: RunSummary): string {
  const baseline = baselineOf(run);
  const beats = baseline && beatsBaseline(baseline);
  return beats === undefined ? '' : beats ? 'better' : 'not better';
}

const given = ({ info }: RunSummary): Changes => (info === undefined ? {} : changesOf(info));

const columns: readonly Column[] = [
  // The beginning of an id stands for it, and it begins with the time.
  { title: 'Run', least: 20, cell: ({ id }) => id },
  { title: 'Name', cell: ({ name, notes }) => `${notes.star ? '★ ' : ''}${name}` },
  { title: 'Tags', least: 10, group: 0, optional: true, cell: ({ notes }) => tagText(notes.tags ?? []) },
  { title: 'Changed', least: 16, optional: true, cell: (run, among) => changesText(tellingFirst(given(run), among.filter(({ name }) => name === run.name).map(given))) },
  { title: 'State', least: Infinity, cell: ({ state }) => state },
  { title: 'Epoch', right: true, cell: ({ status, info }) => `${Math.floor(status?.epoch ?? 0)}/${status?.epochs ?? info?.epochs ?? '?'}` },
  { title: 'Loss', right: true, group: 3, cell: ({ status }) => loss(status?.trainLoss) },
  { title: 'Validation', right: true, group: 4, cell: ({ status }) => loss(status?.validationLoss) },
  { title: 'Best', right: true, cell: ({ status }) => loss(status?.bestValidationLoss) },
  { title: 'Time', right: true, group: 5, cell: ({ status }) => (status === undefined ? '' : formatDuration(status.elapsed)) },
  { title: 'mse', right: true, group: 2, optional: true, cell: run => loss(baselineOf(run)?.model) },
  { title: 'PCA', right: true, group: 2, optional: true, cell: run => loss(baselineOf(run)?.mse) },
  { title: '', group: 2, optional: true, cell: verdict },
  { title: 'Weights from', least: 20, group: 1, optional: true, cell: ({ info }) => info?.parent ?? '' },
];

function printRuns(terminal: Terminal, runs: readonly RunSummary[]): readonly string[] {
  const shown = columns.filter(({ optional, cell }) => optional === undefined || runs.some(run => cell(run, runs) !== ''));
  const places = shown.map((_, i) => i);
  const groups = [...new Set(shown.flatMap(({ group }) => group ?? []))].sort((a, b) => a - b);
  return printTable(terminal, [shown.map(({ title }) => title), ...runs.map(run => shown.map(({ cell }) => cell(run, runs)))], {
    right: places.filter(i => shown[i]!.right),
    least: Object.fromEntries(shown.flatMap(({ least }, i) => (least === undefined ? [] : [[i, least]]))),
    expendable: groups.map(group => places.filter(i => shown[i]!.group === group)),
  });
}
