// What the curves of a run mean: a few findings, each with its numbers and its cure. They are derived from what the run folder says
// whenever somebody asks, and never stored; the same run says the same everywhere.
import * as path from 'node:path';
import { readResolvedConfig } from './compare.ts';
import { baselineOf } from './baseline.ts';
import { codeFinding } from './diagnosis/code.ts';
import { Course } from './diagnosis/course.ts';
import type { Facts, KnownSpec } from './diagnosis/facts.ts';
import type { Finding, FindingKind, FindingLevel } from './diagnosis/finding.ts';
import { lossFindings } from './diagnosis/loss.ts';
import { meanPicture, principalComponents } from './diagnosis/reference.ts';
import { runFiles, type RunInfo, type RunState, type SplitName } from './events.ts';
import { readTextIfThere } from './files.ts';
import { readRun, type Run } from './reader.ts';
import { RunSeries } from './series.ts';
import { isActive } from './state.ts';

export type { Finding, FindingKind, FindingLevel } from './diagnosis/finding.ts';
export type { KnownSpec } from './diagnosis/facts.ts';

/** A run as it is diagnosed. */
export interface Diagnosable {
  readonly series: Pick<RunSeries, 'curve' | 'idleUnits'>;
  readonly spec: KnownSpec;
  readonly info?: RunInfo;
  readonly state: RunState;
  /** Epochs finished (a fraction while one is running), and of the whole training. */
  readonly epoch: number;
  readonly epochs: number;
  /** Mean squared error of the validation samples. */
  readonly model?: number;
  /** What the run warns of as long as it goes on. */
  readonly warning?: string;
}

/** Epochs before which a run that goes on is left alone. */
const LEAST_LIVE = 5;
/** How often in a training that goes on something new is said. */
const TIMES_LIVE = 20;

const ranks: Readonly<Record<FindingLevel, number>> = { problem: 0, note: 1, good: 2 };
/** What is beside the point in a model that tells no sample from another. */
const ofWorkingModels: readonly FindingKind[] = ['learnedOut', 'stoppedEarly', 'trainAbove', 'gap', 'stillLearning'];
/** What already says why a model is not better than principal components. */
const reasons: readonly FindingKind[] = ['diverging', 'jumping', 'slow', 'stillLearning', 'overfitting', 'gap', 'unusedUnits', 'unusedEntries'];

/** What there is to say of a run, what matters most first; nothing where there is nothing to say, or not yet. */
export function diagnose(run: Diagnosable): readonly Finding[] {
  const facts = factsOf(run);
  if (facts.done < 1 || (facts.live && facts.done < LEAST_LIVE)) return [];
  const code = codeFinding(facts);
  const loss = lossFindings(facts);
  const slow = loss.some(({ kind }) => kind === 'slow');
  const nothing = code?.kind === 'collapse' || slow ? undefined : meanPicture(facts);
  const blank = code?.kind === 'collapse' || nothing !== undefined;
  const told = [nothing, code, ...loss.filter(({ kind }) => !blank || !ofWorkingModels.includes(kind))].filter(finding => finding !== undefined);
  const components = blank ? undefined : principalComponents(facts);
  if (components !== undefined) told.push(told.some(({ kind }) => reasons.includes(kind)) ? withoutCure(components) : components);
  return told.sort((a, b) => ranks[a.level] - ranks[b.level]);
}

function withoutCure({ cure: _, ...finding }: Finding): Finding {
  return finding;
}

/** Findings of the run in a folder; none where it cannot be read. */
export async function diagnoseRun(folder: string): Promise<readonly Finding[]> {
  const run = await readRun(folder);
  // A damaged run has no config to speak of, and says elsewhere that it is damaged.
  if (run.info === undefined || await readTextIfThere(path.join(folder, runFiles.resolvedConfig)) === undefined) return [];
  // Written by the trainer from a spec that it had checked.
  return diagnoseRead(run, await readResolvedConfig(folder) as KnownSpec);
}

/** Findings of a run that has been read. */
export function diagnoseRead(run: Run, spec: KnownSpec): readonly Finding[] {
  const { info, state, status, events } = run;
  const series = new RunSeries();
  series.apply(events);
  const model = baselineOf(run)?.model ?? status?.mse;
  return diagnose({
    series, spec, state, epoch: status?.epoch ?? 0, epochs: status?.epochs ?? info?.epochs ?? 0,
    ...(info === undefined ? {} : { info }), ...(model === undefined ? {} : { model }), ...(status?.warning === undefined ? {} : { warning: status.warning }),
  });
}

function factsOf({ series, spec, info, state, epoch, epochs, model, warning }: Diagnosable): Facts {
  const live = isActive(state);
  // Of a run that goes on nothing is said anew after every epoch: a text that changes all the time is not read.
  const stride = live ? Math.max(1, Math.round(epochs / TIMES_LIVE)) : 1;
  const done = live ? Math.floor(epoch / stride) * stride : epoch;
  const course = (split: SplitName, value: string, from = 0): Course | undefined => {
    const curve = series.curve(split, 'epoch', value);
    if (curve === undefined) return undefined;
    const points = [...curve.epoch].flatMap((at, i) => (at > from && at <= done && Number.isFinite(curve.y[i]) ? [[Math.round(at), curve.y[i]!] as const] : []));
    return new Course(points.map(([at]) => at), points.map(([, y]) => y));
  };
  // While a term is annealed the loss rises with its weight.
  const annealed = spec.latent?.type === 'gaussian' ? Math.ceil(spec.latent.annealEpochs) : 0;
  const loss = (split: SplitName): Course => course(split, 'loss', annealed) ?? new Course([], []);
  const idle = series.idleUnits(live ? done : Infinity);
  return {
    state, live, done, epochs, spec,
    train: loss('train'), validation: loss('validation'),
    followed: value => course('validation', value),
    ...(info === undefined ? {} : { info }), ...(model === undefined ? {} : { model }),
    ...(idle === undefined ? {} : { idle }), ...(warning === undefined ? {} : { warning }),
  };
}
