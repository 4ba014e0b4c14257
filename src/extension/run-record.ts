// A run as the editor shows it: the facts of src/runs flattened to what trees, the status bar and pages need.
import type { Baseline } from '../core/baseline.ts';
import { baselineOf } from '../runs/baseline.ts';
import { changesOf } from '../runs/changes.ts';
import type { RunState, SweepMembership } from '../runs/events.ts';
import type { RunSummary } from '../runs/reader.ts';
import type { RunLabel } from '../protocol/messages.ts';
import { inEditor } from './editor-words.ts';

export interface RunRecord {
  /** Name of the folder. */
  readonly id: string;
  readonly folder: string;
  readonly name: string;
  readonly state: RunState;
  /** Why, where the state alone does not say. */
  readonly reason?: string;
  /** Epochs finished, as a fraction while one is running. */
  readonly epoch: number;
  readonly epochs: number;
  readonly star: boolean;
  readonly note?: string;
  readonly tags?: readonly string[];
  readonly trainLoss?: number;
  readonly validationLoss?: number;
  /** Lowest loss of the kind that is watched (validation, or training) and its epoch; before the first is over, the training loss so far. */
  readonly bestLoss?: number;
  readonly bestEpoch?: number;
  /** Seconds spent training. */
  readonly elapsed: number;
  /** Seconds. */
  readonly timeLeft?: number;
  readonly samplesPerSecond?: number;
  /** What is being prepared. */
  readonly message?: string;
  /** What is wrong with the experiment as it is trained. */
  readonly warning?: string;
  /** There is a checkpoint to go on from. */
  readonly checkpoint?: true;
  /** Milliseconds since 1970; 0 when unknown. */
  readonly created: number;
  /** Absolute path of the config it was started from. */
  readonly configPath?: string;
  readonly device?: string;
  /** Why that one, and why not the others, where there was a choice. */
  readonly deviceReason?: string;
  readonly otherDevices?: string;
  readonly parameters?: number;
  /** What it is trained on: name and shape of a sample. */
  readonly samples?: { readonly name: string; readonly shape: readonly number[] };
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Id of the run whose weights it started from. */
  readonly parent?: string;
  readonly sweep?: SweepMembership;
  /** Principal components, and the model beside them. */
  readonly baseline?: Baseline;
  /** The process that works or worked on it, and the machine it is on. */
  readonly pid?: number;
  readonly host?: string;
}

/** @param checkpoint whether its folder holds one */
export function toRecord(summary: RunSummary, checkpoint = false): RunRecord {
  const { info, status, notes } = summary;
  return withoutUndefined({
    id: summary.id,
    folder: summary.folder,
    name: summary.name,
    state: summary.state,
    reason: summary.reason ? inEditor(summary.reason) : undefined,
    epoch: status?.epoch ?? 0,
    epochs: status?.epochs || (info?.epochs ?? 0),
    star: notes.star ?? false,
    note: notes.note,
    tags: notes.tags,
    trainLoss: status?.trainLoss,
    validationLoss: status?.validationLoss,
    bestLoss: status?.bestLoss ?? status?.bestValidationLoss ?? status?.trainLoss,
    bestEpoch: status?.bestEpoch,
    elapsed: status?.elapsed ?? 0,
    timeLeft: status?.timeLeft,
    samplesPerSecond: status?.samplesPerSecond,
    message: status?.message || undefined,
    warning: status?.warning,
    checkpoint: checkpoint || undefined,
    created: info?.created ?? 0,
    configPath: info?.configPath,
    device: info?.device.name,
    deviceReason: info?.device.reason,
    otherDevices: info?.device.others?.filter(({ available }) => available).map(({ name, reason }) => `${name} ${reason}`).join('; ') || undefined,
    parameters: info?.model.parameters,
    samples: info && { name: info.dataset.name, shape: info.dataset.shape },
    overrides: info?.overrides ?? {},
    parent: info?.parent,
    sweep: info?.sweep,
    baseline: baselineOf(summary),
    pid: status?.pid,
    host: status?.host,
  });
}

/** What pages know of a run. */
export function toLabel(run: RunRecord): RunLabel {
  const message = isEndedBadly(run.state) ? run.reason : run.message;
  const changes = changesOf(run);
  return { id: run.id, name: run.name, state: run.state, epoch: run.epoch, epochs: run.epochs, star: run.star, ...(Object.keys(changes).length > 0 ? { changes } : {}), ...(run.checkpoint ? { checkpoint: true } : {}), ...(run.created > 0 ? { created: run.created } : {}), ...(message === undefined ? {} : { message }), ...(run.baseline === undefined ? {} : { baseline: run.baseline }) };
}

function isEndedBadly(state: RunState): boolean {
  return state === 'failed' || state === 'interrupted';
}

type Optional<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** Absent in place of undefined, as `exactOptionalPropertyTypes` wants it. */
function withoutUndefined<T extends object>(value: T): Optional<T> {
  // The cast says what the filter does, which the type checker cannot follow.
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Optional<T>;
}
