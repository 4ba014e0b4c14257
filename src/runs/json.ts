// The JSON of a run folder. A diverged run has losses that are not numbers, which JSON cannot say: they are written as the
// words "NaN", "Infinity" and "-Infinity" and come back as numbers. Everything read from disk is checked, never trusted.
import type { CodeReach } from '../core/code-reach.ts';
import { parseLine } from '../core/json-lines.ts';
import type { RunControl, RunEvent, RunInfo, RunNotes, RunOutcome, RunStatus, ScalarValues, WorkState } from './events.ts';

type JsonObject = Readonly<Record<string, unknown>>;

export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_key, item: unknown) => typeof item === 'number' && !Number.isFinite(item) ? String(item) : item, indent);
}

/** One line of events.jsonl, with its newline. */
export function eventLine(event: RunEvent): string {
  return `${toJson(event)}\n`;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A number, also one written as a word. */
function number(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function member<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find(item => item === value);
}

/** The object without the properties that are undefined. */
function present<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // The cast says what the filter does, which the type checker cannot follow.
  return Object.fromEntries(Object.entries(value).filter(entry => entry[1] !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
}

const outcomes: readonly RunOutcome[] = ['finished', 'stopped', 'failed'];
const workStates: readonly WorkState[] = ['preparing', 'training', 'paused', ...outcomes];

/** The event a line holds, or undefined for a line that is none (damaged, or of a newer version). */
export function parseEvent(line: string): RunEvent | undefined {
  const value = parseLine(line);
  if (value === undefined) return undefined;
  const time = number(value.time);
  const epoch = number(value.epoch);
  const step = number(value.step);
  if (time === undefined || epoch === undefined || step === undefined) return undefined;
  const elapsed = number(value.elapsed);
  const at = { time, epoch, step, ...(elapsed === undefined ? {} : { elapsed }) };
  switch (value.type) {
    case 'scalars': {
      const per = member(value.per, ['batch', 'epoch']);
      const split = member(value.split, ['train', 'validation']);
      if (per === undefined || split === undefined || !isObject(value.values)) return undefined;
      const values: Record<string, number> = {};
      for (const [name, entry] of Object.entries(value.values)) {
        const y = number(entry);
        if (y !== undefined) values[name] = y;
      }
      return { type: 'scalars', ...at, per, split, values: values satisfies ScalarValues };
    }
    case 'picture': {
      const file = text(value.file);
      return file === undefined ? undefined : { type: 'picture', ...at, file };
    }
    case 'latent': {
      const file = text(value.file);
      const idle = number(value.idle);
      return file === undefined ? undefined : { type: 'latent', ...at, file, ...(idle === undefined ? {} : { idle }) };
    }
    case 'checkpoint': {
      const kind = member(value.kind, ['last', 'best']);
      const y = number(value.value);
      return kind === undefined ? undefined : { type: 'checkpoint', ...at, kind, ...(y === undefined ? {} : { value: y }) };
    }
    case 'alert': {
      const level = member(value.level, ['info', 'warning', 'error']);
      const message = text(value.message);
      return level === undefined || message === undefined ? undefined : { type: 'alert', ...at, level, message };
    }
    case 'resume':
      return { type: 'resume', ...at };
    case 'end': {
      const outcome = member(value.outcome, outcomes);
      const message = text(value.message);
      return outcome === undefined ? undefined : { type: 'end', ...at, outcome, ...(message === undefined ? {} : { message }) };
    }
    default:
      return undefined;
  }
}

/** The contents of status.json, or undefined when they make no sense. */
export function parseStatus(json: string): RunStatus | undefined {
  const value = parseLine(json);
  if (value === undefined) return undefined;
  const pid = number(value.pid);
  const processStart = text(value.processStart);
  const host = text(value.host);
  const heartbeat = number(value.heartbeat);
  const state = member(value.state, workStates);
  if (pid === undefined || processStart === undefined || host === undefined || heartbeat === undefined || state === undefined) return undefined;
  return {
    pid, processStart, host, heartbeat, state,
    epoch: number(value.epoch) ?? 0,
    step: number(value.step) ?? 0,
    epochs: number(value.epochs) ?? 0,
    elapsed: number(value.elapsed) ?? 0,
    ...present({
      samplesPerSecond: number(value.samplesPerSecond),
      timeLeft: number(value.timeLeft),
      message: text(value.message),
      trainLoss: number(value.trainLoss),
      validationLoss: number(value.validationLoss),
      bestValidationLoss: number(value.bestValidationLoss),
      bestEpoch: number(value.bestEpoch),
      bestLoss: number(value.bestLoss),
      mse: number(value.mse),
      pca: number(value.pca),
      warning: text(value.warning),
    }),
  };
}

/** The contents of run.json, or what is wrong with them. */
export function parseInfo(json: string): RunInfo | string {
  const value = parseLine(json);
  if (value === undefined) return 'it is not a JSON object';
  if (value.format !== 1) return `its format is ${JSON.stringify(value.format)}, this version reads format 1`;
  const id = text(value.id);
  const name = text(value.name);
  const configPath = text(value.configPath);
  const created = number(value.created);
  const { device, dataset, model } = value;
  if (id === undefined || name === undefined || configPath === undefined || created === undefined) return 'id, name, configPath or created is missing';
  if (!isObject(device) || !isObject(dataset) || !isObject(model)) return 'device, dataset or model is missing';
  if (!Array.isArray(dataset.shape) || !Array.isArray(model.latentShape)) return 'dataset.shape or model.latentShape is missing';
  // The properties that others compute with were checked one by one; the rest is only shown.
  const info = value as unknown as RunInfo;
  if (model.codes === undefined) return info;
  const { codes: _, ...withoutCodes } = info.model;
  return { ...info, model: { ...withoutCodes, ...present({ codes: parseReach(model.codes) }) } };
}

/** Where codes can lie; what makes no sense counts as not known. */
function parseReach(value: unknown): CodeReach | undefined {
  if (!isObject(value)) return undefined;
  const size = number(value.size);
  const activation = text(value.activation);
  switch (value.kind) {
    case 'sphere': return { kind: 'sphere' };
    case 'entries': return size !== undefined && Number.isInteger(size) && size > 0 ? { kind: 'entries', size } : undefined;
    case 'range': return activation === undefined ? undefined : { kind: 'range', activation, ...present({ low: number(value.low), high: number(value.high) }) };
    default: return undefined;
  }
}

/** The contents of user.json; whatever makes no sense is left out. */
export function parseNotes(json: string): RunNotes {
  const value = parseLine(json) ?? {};
  return present({
    name: text(value.name),
    star: typeof value.star === 'boolean' ? value.star : undefined,
    tags: Array.isArray(value.tags) ? value.tags.filter((tag): tag is string => typeof tag === 'string') : undefined,
    note: text(value.note),
  });
}

export function parseControl(json: string): RunControl | undefined {
  const value = parseLine(json);
  const request = member(value?.request, ['stop', 'pause', 'continue']);
  const time = number(value?.time);
  return request === undefined || time === undefined ? undefined : { request, time };
}
