// How a run is told in few words: in the tree, the status bar, notifications and CodeLens. Pure, so that it can be tested.
import { baselineVerdict } from '../core/baseline.ts';
import { changesOf, changesText, tellingFirst } from '../runs/changes.ts';
import type { RunState } from '../runs/events.ts';
import { notBetterThanBaseline, type SweepReport } from '../runs/sweep-report.ts';
import { valuesText } from '../runs/sweep.ts';
import type { RunRecord } from './run-record.ts';

/** Four significant digits, never longer than it must be: 0.01234, 12.35, 1.2e-7. */
export function formatLoss(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** "8 s", "3 min 05 s", "2 h 07 min", "3 d 04 h". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pair = (big: number, bigUnit: string, small: number, smallUnit: string) => `${big} ${bigUnit} ${String(small).padStart(2, '0')} ${smallUnit}`;
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return pair(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(whole / 60);
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

export const stateNames: Readonly<Record<RunState, string>> = {
  preparing: 'preparing',
  training: 'training',
  paused: 'paused',
  finished: 'finished',
  stopped: 'stopped',
  failed: 'failed',
  interrupted: 'interrupted',
};

/**
 * A codicon and a theme colour for every state, so that neither carries the meaning alone. Nothing spins while training: an
 * animation redraws the window without end, and where it is drawn without a GPU that comes out of the training.
 */
export const stateIcons: Readonly<Record<RunState, { readonly icon: string; readonly color: string }>> = {
  preparing: { icon: 'loading~spin', color: 'charts.blue' },
  training: { icon: 'play-circle', color: 'charts.blue' },
  paused: { icon: 'debug-pause', color: 'charts.yellow' },
  finished: { icon: 'pass', color: 'charts.green' },
  stopped: { icon: 'debug-stop', color: 'descriptionForeground' },
  failed: { icon: 'error', color: 'charts.red' },
  interrupted: { icon: 'debug-disconnect', color: 'list.warningForeground' },
};

export function isLive(state: RunState): boolean {
  return state === 'preparing' || state === 'training' || state === 'paused';
}

/** Epochs done: "3/20"; while one is running it counts as the next ("epoch 4/20" is for people, this is for lists). */
export function epochText(run: RunRecord): string {
  return `${Math.floor(run.epoch)}/${run.epochs}`;
}

/** Where a live run stands: what it says itself (before the first epoch), or its epoch. */
function placeText(run: RunRecord): string {
  return (isLive(run.state) ? run.message : undefined) ?? epochText(run);
}

/** What stands behind a run's name in the tree: "12/20 · 0.0123 · 8 s", first what it was given beside its config. @param among the runs beside it */
export function runDescription(run: RunRecord, among: readonly RunRecord[] = [run]): string {
  if (run.state === 'preparing') return run.message ?? 'preparing';
  const changed = changesText(tellingFirst(changesOf(run), among.map(changesOf)), 2);
  const parts = [...(changed === '' ? [] : [changed]), placeText(run)];
  if (run.bestLoss !== undefined) parts.push(formatLoss(run.bestLoss));
  if (run.elapsed > 0) parts.push(formatDuration(run.elapsed));
  if (run.state === 'training' && run.timeLeft !== undefined) parts.push(`${formatDuration(run.timeLeft)} left`);
  if (run.state === 'paused' || run.state === 'failed' || run.state === 'interrupted' || run.state === 'stopped') parts.push(stateNames[run.state]);
  return parts.join(' · ');
}

/** For screen readers: everything in words. */
export function runLabel(run: RunRecord): string {
  const best = run.bestLoss === undefined ? '' : `, best loss ${formatLoss(run.bestLoss)}`;
  const changed = changesText(changesOf(run));
  return `${run.name}, ${changed === '' ? '' : `${changed}, `}${stateNames[run.state]}, ${Math.floor(run.epoch)} of ${run.epochs} epochs${best}${run.star ? ', starred' : ''}${run.tags === undefined ? '' : `, tagged ${run.tags.join(', ')}`}`;
}

/** The words by which menus know what can be done with a run (manifest.ts, `onRun`). */
export function contextValueOf(run: RunRecord): string {
  const words = ['run', run.state, isLive(run.state) ? 'live' : 'ended', run.star ? 'starred' : 'plain'];
  if (run.state === 'training' || run.state === 'preparing') words.push('pausable');
  if (canResume(run) && run.state !== 'finished') words.push('resumable');
  if (canRepeat(run)) words.push('repeatable');
  return words.join(' ');
}

/** Whether there is something to go on from. Without a checkpoint a resume would only begin, and perhaps fail, as before. */
export function canResume(run: RunRecord): boolean {
  return !isLive(run.state) && run.checkpoint === true;
}

/** Whether its config can be trained once more in its place; what of a sweep is missing goes on with the sweep. */
export function canRepeat(run: RunRecord): boolean {
  return !isLive(run.state) && run.state !== 'finished' && run.checkpoint !== true && run.configPath !== undefined && run.sweep === undefined;
}

/** The status bar: nothing when nothing runs, one run in detail, or the number of several with their mean progress. */
export function statusBarText(runs: readonly RunRecord[]): { readonly text: string; readonly tooltip: string } | undefined {
  const live = runs.filter(run => isLive(run.state));
  if (live.length === 0) return undefined;
  const tooltip = live.map(run => `${run.name}: ${runDescription(run)}`).join('\n');
  const only = live[0]!;
  if (live.length > 1) {
    const share = live.reduce((sum, run) => sum + progressOf(run), 0) / live.length;
    return { text: `$(play-circle) ${live.length} trainings ${percent(share)}`, tooltip };
  }
  if (only.state === 'preparing') return { text: `$(loading~spin) ${only.name}: ${only.message ?? 'preparing'}`, tooltip };
  const loss = only.validationLoss ?? only.trainLoss;
  const icon = only.state === 'paused' ? '$(debug-pause)' : '$(play-circle)';
  return { text: `${icon} ${only.name} ${placeText(only)} · ${percent(progressOf(only))}${loss === undefined ? '' : ` · ${formatLoss(loss)}`}`, tooltip };
}

/** Share of the training done, 0 to 1. */
export function progressOf(run: RunRecord): number {
  return run.epochs > 0 ? Math.min(1, run.epoch / run.epochs) : 0;
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

/** The line above a config: what its newest run is doing or did. */
export function lensText(run: RunRecord): string {
  switch (run.state) {
    case 'preparing': return `$(loading~spin) ${run.message ?? 'preparing'}`;
    case 'training': return `$(play-circle) ${run.message ?? `epoch ${epochText(run)}`}${lossSuffix(run)}`;
    case 'paused': return `$(debug-pause) paused at ${placeText(run)}${lossSuffix(run)}`;
    case 'finished': return `$(pass) finished${bestSuffix(run)}`;
    case 'stopped': return `$(debug-stop) stopped at ${epochText(run)}${bestSuffix(run)}`;
    case 'failed': return '$(error) failed';
    case 'interrupted': return `$(debug-disconnect) interrupted at ${epochText(run)}${bestSuffix(run)}`;
  }
}

function lossSuffix(run: RunRecord): string {
  const loss = run.validationLoss ?? run.trainLoss;
  return loss === undefined ? '' : `, loss ${formatLoss(loss)}`;
}

function bestSuffix(run: RunRecord): string {
  return run.bestLoss === undefined ? '' : `, best loss ${formatLoss(run.bestLoss)}`;
}

/** What is said of a run that just ended; undefined where the user ended it and knows. */
export function endMessage(run: RunRecord): { readonly text: string; readonly level: 'info' | 'warning' | 'error' } | undefined {
  const best = run.bestLoss === undefined ? '' : `, best loss ${formatLoss(run.bestLoss)}`;
  const epochs = `${Math.floor(run.epoch)} of ${run.epochs} epochs`;
  const verdict = run.baseline && baselineVerdict(run.baseline);
  switch (run.state) {
    case 'finished': return { text: `${run.name} finished: ${epochs} in ${formatDuration(run.elapsed)}${best}${verdict === undefined ? '' : `, ${verdict}`}.`, level: 'info' };
    case 'failed': return { text: `${run.name} failed after ${epochs}: ${run.reason ?? 'see its log.'}`, level: 'error' };
    case 'interrupted': return { text: `${run.name} was interrupted after ${epochs}. ${run.reason ?? ''}`.trim(), level: 'warning' };
    default: return undefined;
  }
}

/**
 * What runs that are at work warn of and was not told yet.
 * @param told ids of runs and sweeps that were told; grows.
 */
export function newWarnings(runs: readonly RunRecord[], told: Set<string>): readonly string[] {
  return runs.flatMap(run => {
    // The trainings of a sweep have the same data.
    const id = run.sweep?.id ?? run.id;
    if (run.warning === undefined || !isLive(run.state) || told.has(id)) return [];
    told.add(id);
    return [`${run.name}: ${run.warning}`];
  });
}

/** "latent-sweep: 6 of 6 trainings finished; best units = 32 (0.0123), units = 16 is within 10 % of it." */
export function sweepEnd({ name, rows, best, knee, tolerance, paths }: SweepReport): { readonly text: string; readonly failed: boolean } {
  const finished = rows.filter(row => row.state === 'finished').length;
  const failed = rows.filter(row => row.state === 'failed').length;
  const row = rows.find(({ index }) => index === best);
  const { compared, worse } = notBetterThanBaseline(rows);
  const none = compared > 0 && worse.length === compared;
  const components = 'principal components of the same size';
  // A value to choose is named only where models learned something.
  const enough = none ? undefined : rows.find(({ index }) => index === knee);
  const parts = [
    `${name}: ${finished} of ${rows.length} trainings finished${failed === 0 ? '' : `, ${failed} failed`}`,
    ...(row?.error === undefined || paths.length === 0 ? [] : [
      `best ${valuesText(row.values)} (${formatLoss(row.error)})`
      + (enough === undefined || enough === row ? '' : `, ${valuesText(enough.values)} is within ${Math.round(tolerance * 100)} % of it`)
      + (!none && worse.includes(enough ?? row) ? `, but no better than ${components}` : ''),
    ]),
    ...(none ? [`no model is better than ${components}`] : []),
  ];
  return { text: `${parts.join('; ')}.`, failed: failed > 0 };
}
