// From an experiment to a session in which it can train: memory is judged first, then a device is chosen and given its state.
import { tensor, type HostTensor } from '../core/tensor.ts';
import { createBatchSource } from '../data/batches.ts';
import type { BatchPlan, DataProgress, Dataset, Split } from '../data/dataset.ts';
import { windowBytes } from '../data/gather.ts';
import { formatBytes } from '../data/memory.ts';
import { bytesOf } from '../data/rows.ts';
import type { Trial } from '../engine/checks.ts';
import { chooseDevice, type Choice } from '../engine/choose.ts';
import type { Session } from '../engine/engine.ts';
import { openSession } from '../engine/engines.ts';
import type { State } from '../graph/program.ts';
import type { Spec } from '../spec/schema.ts';
import type { DeviceNotes } from './device-notes.ts';
import { batchSizeOf, type Experiment } from './experiment.ts';
import { requireMemory } from './memory.ts';
import { learningRateAt } from './schedule.ts';

export interface Prepared {
  readonly session: Session;
  readonly choice: Choice;
}

export function batchPlan({ spec, programs }: Experiment): BatchPlan {
  return { ...samplePlan(spec), random: programs.random };
}

/** What makes the samples of a batch what they are; the random numbers that a program wants besides change nothing of it. */
export function samplePlan(spec: Spec): BatchPlan {
  const { batchSize, shuffle } = spec.training;
  return { seed: spec.seed, batchSize, shuffle, corruption: spec.corruption, binarize: spec.data.binarize === 'sample', random: [] };
}

export interface PrepareOptions {
  readonly threads: number | undefined;
  readonly notes: DeviceNotes;
  /** Of the config that is trained. */
  readonly configPath: string;
}

/**
 * Opens a session on the device asked for, with this state in it.
 * @param request a device id, or "auto".
 * @throws StudioError('memory') when the model would not fit, StudioError('device') when there is no such device or it computes wrong numbers.
 */
export async function prepareSession(experiment: Experiment, state: () => State, request: string, { threads, notes, configPath }: PrepareOptions): Promise<Prepared> {
  const batch = batchSizeOf(experiment);
  // Before any of the state is made: a model that does not fit would end the process right there.
  requireMemory(experiment.programs.memory(batch) + readingBytes(experiment.dataset.train), batch, request === 'auto' ? 'cpu' : request);
  const initial = state();
  const options = threads === undefined ? {} : { threads };
  const trial = await trialOf(experiment, initial);
  const choice = await notes.choosing(experiment.spec, configPath, () => chooseDevice(request, trial, { ...options, ...notes.options }));
  const session = await openSession(choice.device, options);
  await session.setState(initial);
  return { session, choice };
}

/** The first training step, to be tried out from this state. */
export async function trialOf(experiment: Experiment, state: State): Promise<Trial> {
  return { program: experiment.programs.trainStep(batchSizeOf(experiment)), state, feeds: await trialFeeds(experiment) };
}

/** The first batch of the first epoch, as the very first step will be fed. */
async function trialFeeds(experiment: Experiment): Promise<Record<string, HostTensor>> {
  const { spec, dataset, programs, features } = experiment;
  const batch = await createBatchSource(dataset.train, dataset, batchPlan(experiment)).next(1, 0);
  const rate = learningRateAt({ ...spec.training.optimizer.learningRate, warmupEpochs: 0 }, 0, { stepsPerEpoch: 1, epochs: 1 });
  return {
    target: tensor(batch.target, [batch.size, features]),
    ...(batch.input ? { input: tensor(batch.input, [batch.size, features]) } : {}),
    hyper: programs.hyper(1, rate),
    ...Object.fromEntries(Object.entries(batch.random).map(([name, values]) => [name, tensor(values, [batch.size, values.length / batch.size])])),
  };
}

/** What is to be said of samples that are not in memory; undefined when all are. */
export function readingText({ name, train, validation }: Dataset): string | undefined {
  const stored = [train, validation].filter(({ stored, count }) => stored !== undefined && count > 0);
  if (stored.length === 0) return undefined;
  const which = train.stored === undefined ? `The validation samples of ${name} are` : `${name} is`;
  const bytes = stored.reduce((sum, split) => sum + bytesOf(split), 0);
  const memory = train.stored === undefined ? '' : `, ${formatBytes(readingBytes(train))} of memory for it`;
  return `${which} read from disk as needed: ${formatBytes(bytes)}${memory}. Set data.memory to hold more.`;
}

/** Bytes that reading the training samples ahead is going to take. */
function readingBytes({ stored, count }: Split): number {
  return stored === undefined ? 0 : windowBytes(stored, count);
}

/** "Downloading train-images-idx3-ubyte.gz, 40 %". */
export function progressText({ task, done, total, unit }: DataProgress): string {
  if (total !== undefined && total > 0) return `${task}, ${Math.floor((100 * done) / total)} %`;
  return done > 0 ? `${task}, ${unit === 'bytes' ? `${(done / 1e6).toFixed(1)} MB` : `${done.toLocaleString('en-US')} ${unit}`}` : task;
}
