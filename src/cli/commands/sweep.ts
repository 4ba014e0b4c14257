// `aeconf sweep FILE`, `aeconf sweep SWEEP --resume` and `aeconf sweeps [SWEEP]`
import * as path from 'node:path';
import { StudioError } from '../../core/errors.ts';
import { physicalCores } from '../../engine/onnx/runtime.ts';
import { toJson } from '../../runs/json.ts';
import { claimSweep, createSweep, findSweep, listSweeps, type SweepRecord } from '../../runs/sweep.ts';
import { sweepReport, type SweepReport } from '../../runs/sweep-report.ts';
import { runSweep, threadsOf, trainMember, type MemberWork } from '../../trainer/sweep.ts';
import { writeSweepPicture } from '../../trainer/sweep-picture.ts';
import { planSweep } from '../../trainer/sweep-plan.ts';
import { batchWorker } from '../batch-worker.ts';
import type { Context, Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatLoss } from '../format.ts';
import { overridesOf } from '../overrides.ts';
import { threadsOf as askedThreads } from '../run-options.ts';
import { printTable } from '../table.ts';
import { paint } from '../terminal.ts';
import { ignoreRuns, runsFolderFor } from '../workspace.ts';
import { JsonFollower, SweepDisplay } from './sweep-display.ts';
import { memberProcesses, untilLetGo } from './sweep-processes.ts';
import { sweepTable, sweepVerdict } from './sweep-table.ts';

export const sweep: Handler = async context => {
  const { args } = context;
  const [what] = args.positionals;
  const file = what?.endsWith('.aeconf') ?? false;
  const runsFolder = runsFolderFor(file ? path.dirname(path.resolve(what!)) : process.cwd(), args.text('runs'));
  const member = args.integer('member');
  if (member === undefined && !args.flag('resume')) {
    if (what === undefined) throw new StudioError('usage', '"aeconf sweep" needs FILE, or --resume for the newest sweep. "aeconf help sweep" tells more.');
    return startSweep(context, what);
  }
  const changed = ['set', 'epochs', 'device', 'threads'].find(option => args.text(option) !== undefined);
  if (changed !== undefined) throw new StudioError('usage', `A sweep goes on as it began, so --${changed} goes only with a new one.`);
  const record = await findSweep(runsFolder, what ?? 'last');
  if (member !== undefined && member > record.members.length) throw new StudioError('usage', `${record.id} has ${record.members.length} trainings, so there is no --member ${member}.`);
  if (member !== undefined) return oneMember(context, runsFolder, record, member - 1);
  return workThrough(context, runsFolder, await claimSweep(runsFolder, record));
};

/** Checks all trainings of a file and works through them; also what `aeconf train` does with a file that holds a sweep. */
export async function startSweep(context: Context, configPath: string): Promise<number> {
  const { args, signal } = context;
  const runsFolder = runsFolderFor(path.dirname(path.resolve(configPath)), args.text('runs'));
  const together = args.integer('parallel');
  const plan = await planSweep({
    configPath, runsFolder, dataFolders: args.all('data'), device: args.text('device') ?? 'auto', signal,
    overrides: { ...overridesOf(args), ...(together === undefined ? {} : { 'sweep.parallel': together }) },
  });
  const threads = askedThreads(args);
  const parallel = Math.min(plan.parallel, plan.members.length);
  const each = parallel > 1 ? threadsOf(threads ?? physicalCores(), parallel) : threads;
  const record = await createSweep(runsFolder, { ...plan, ...(each === undefined ? {} : { threads: each }) });
  ignoreRuns(runsFolder);
  return workThrough(context, runsFolder, record);
}

async function workThrough(context: Context, runsFolder: string, record: SweepRecord): Promise<number> {
  const { args, terminal, json, signal } = context;
  const dataFolders = args.all('data');
  const parallel = Math.min(args.integer('parallel') ?? record.parallel, record.members.length);
  const follower = json ? new JsonFollower(terminal) : new SweepDisplay(terminal, record, parallel > 1);
  if (json) terminal.out(`${toJson({ event: 'sweep', id: record.id, count: record.members.length, parallel, members: record.members })}\n`);
  else terminal.err(`${introduction(record, parallel)}\n`);
  signal.addEventListener('abort', () => { if (follower instanceof SweepDisplay) follower.say('Stopping after this step; once more ends at once.'); }, { once: true });
  const here: MemberWork = (index, stop) => trainMember(record, { runsFolder, dataFolders, ...workerOption(), ...follower.callbacks(index) })(index, stop);
  const work = parallel > 1 ? memberProcesses(record, { runsFolder, dataFolders, onLine: line => { follower.line(line); } }) : here;
  const end = await runSweep(record, {
    runsFolder, parallel, work, signal,
    onStart: index => { follower.start(index); },
    onEnd: (index, how) => { follower.end(index, how); },
  }).finally(() => { follower.close(); });
  const report = await sweepReport(runsFolder, record);
  const chart = await writeSweepPicture(runsFolder, report);
  if (json) terminal.out(`${toJson({ event: 'end', outcome: end.outcome, ...(chart === undefined ? {} : { chart }), sweep: report })}\n`);
  else {
    show(context, report, chart);
    if (end.outcome !== 'finished') terminal.out(`${end.outcome === 'stopped' ? 'Stopped.' : `${end.failed.length} of ${record.members.length} trainings failed.`} Go on with  aeconf sweep ${record.id} --resume\n`);
  }
  return end.outcome === 'stopped' ? exitCodes.stopped.code : end.outcome === 'failed' ? exitCodes.run.code : exitCodes.ok.code;
}

function introduction({ id, members, configPath }: SweepRecord, parallel: number): string {
  return `Sweep ${id}: ${members.length} trainings of ${path.basename(configPath)}${parallel > 1 ? `, ${parallel} at a time` : ''}.`;
}

function workerOption(): { batchWorker?: string } {
  const worker = batchWorker();
  return worker === undefined ? {} : { batchWorker: worker };
}

/** One training of a sweep, on this machine or another that shares the disk. */
async function oneMember({ args, terminal, json, signal }: Context, runsFolder: string, record: SweepRecord, index: number): Promise<number> {
  const follower = json ? new JsonFollower(terminal) : new SweepDisplay(terminal, record, false);
  const until = untilLetGo(signal);
  try {
    follower.start(index);
    const end = await trainMember(record, { runsFolder, dataFolders: args.all('data'), ...workerOption(), ...follower.callbacks(index) })(index, until.signal);
    follower.close();
    follower.end(index, end);
    return { finished: exitCodes.ok, stopped: exitCodes.stopped, failed: exitCodes.run }[end.outcome].code;
  } finally {
    until.release();
  }
}

export const sweeps: Handler = async context => {
  const { args, terminal, json } = context;
  const runsFolder = runsFolderFor(process.cwd(), args.text('runs'));
  const [which] = args.positionals;
  if (which !== undefined) {
    const report = await sweepReport(runsFolder, await findSweep(runsFolder, which));
    const chart = await writeSweepPicture(runsFolder, report);
    if (json) terminal.out(`${toJson({ ...report, ...(chart === undefined ? {} : { chart }) })}\n`);
    else show(context, report, chart);
    return exitCodes.ok.code;
  }
  const reports = [];
  for (const record of await listSweeps(runsFolder)) reports.push(await sweepReport(runsFolder, record));
  if (json) terminal.out(`${toJson({ folder: runsFolder, sweeps: reports })}\n`);
  else if (reports.length === 0) terminal.out(`No sweeps in ${runsFolder}.\n`);
  else printTable(terminal, [['Sweep', 'Name', 'State', 'Finished', 'Best', 'Values'], ...reports.map(overviewRow)], { right: [3, 4], least: { 0: 20 } });
  return exitCodes.ok.code;
};

function overviewRow({ id, name, state, rows, best, paths }: SweepReport): string[] {
  const error = rows.find(({ index }) => index === best)?.error;
  return [id, name, state, `${rows.filter(row => row.state === 'finished').length}/${rows.length}`, error === undefined ? '' : formatLoss(error), paths.join(', ')];
}

function show({ terminal }: Context, report: SweepReport, chart: string | undefined): void {
  const { rows, options } = sweepTable(report);
  printTable(terminal, rows, options);
  for (const { run, state, reason } of report.rows) if (state === 'failed' && reason !== undefined) terminal.err(`${run ?? ''}: ${paint(terminal, 'red', reason)}\n`);
  terminal.out(sweepVerdict(report));
  if (chart !== undefined) terminal.out(`Chart  ${chart}\n`);
}
