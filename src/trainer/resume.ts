// `resume` goes on with a run.
import * as path from 'node:path';
import { StudioError } from '../core/errors.ts';
import { runFiles, type RunEvent } from '../runs/events.ts';
import { isVoidedBy, readRun, RunTail } from '../runs/reader.ts';
import { RunWriter } from '../runs/writer.ts';
import type { Baseline } from './baseline-task.ts';
import { checkpointFile, goBackToBest, hasCheckpoint, readCheckpoint, settleBest, startPosition, stateOf, type CheckpointKind, type Position } from './checkpoint.ts';
import { checkedConfig, readConfigText, type Config } from './config.ts';
import { hasStopped } from './early-stopping.ts';
import { inOtherBatches } from './other-batch.ts';
import { beforePretraining } from './pretrain.ts';
import { RunWork } from './run-work.ts';
import type { ResumeOptions, TrainResult } from './trainer.ts';
import { reopenTransfer } from './transfer.ts';

/**
 * Goes on with a run where its last checkpoint stands, exactly as if it had never been interrupted; a run without a
 * checkpoint begins anew.
 * @throws StudioError('run') when it is still being trained, is finished, or its folder is damaged; otherwise as `train`.
 */
export async function resume(folder: string, options: ResumeOptions): Promise<TrainResult> {
  const run = await readRun(folder);
  const { info } = run;
  if (info === undefined) throw new StudioError('run', `Cannot resume ${folder}: ${run.reason ?? `${runFiles.info} is missing`}`);
  const resolved = path.join(folder, runFiles.resolvedConfig);
  const text = await readConfigText(resolved);
  const changes = { ...(options.epochs === undefined ? {} : { 'training.epochs': options.epochs }), ...(options.batchSize === undefined ? {} : { 'training.batchSize': options.batchSize }) };
  const read = checkedConfig(text, resolved, changes);
  const overrides = options.batchSize === undefined ? info.overrides : { ...info.overrides, 'training.batchSize': options.batchSize };
  const config: Config = { ...read, path: info.configPath, overrides };
  const { epochs } = config.spec.training;
  const kind = options.checkpoint ?? 'last';
  const checkpoint = hasCheckpoint(folder, kind) ? await readCheckpoint(folder, kind) : undefined;
  if (checkpoint === undefined && run.events.some(({ type }) => type === 'checkpoint')) throw lostCheckpoint(folder, run.id, kind);
  const transfer = checkpoint === undefined ? await reopenTransfer(config, folder, info.parent) : undefined;
  const reached = checkpoint?.position ?? startPosition;
  const { batchSize } = config.spec.training;
  const moved = inOtherBatches(reached, reached.batchSize ?? checkedConfig(text, resolved, {}).spec.training.batchSize, batchSize);
  const position = await goesOnAfterStop(folder, moved, config, options) ? { ...moved, earlyStopping: { ...moved.earlyStopping, wait: 0 } } : moved;
  // A run whose last epoch is done but which was killed before its last words only has to say them.
  const untoldEnd = position.epoch === epochs && run.state !== 'finished' && options.epochs === undefined;
  if ((position.epoch >= epochs && !untoldEnd) || (run.state === 'finished' && options.epochs === undefined)) {
    const finished = run.state === 'finished';
    throw new StudioError('run', `The run ${run.id} ${finished ? 'is finished after' : 'already has'} ${position.epoch} epochs. To train on, give a larger number: --epochs ${finished ? position.epoch + info.epochs : Math.max(position.epoch + 1, info.epochs)}.`);
  }
  // As it will be once the data is read; places are told by it before. Of a run that never knew its data there is no place to tell.
  const stepsPerEpoch = Math.ceil(info.dataset.train / batchSize);
  const fraction = stepsPerEpoch > 0 ? position.stepInEpoch / stepsPerEpoch : 0;
  const step = checkpoint === undefined && config.spec.pretraining !== undefined ? beforePretraining : position.step;
  const writer = await RunWriter.resume(folder, { epoch: position.epoch + fraction, step });
  // The baseline's model error was told at an earlier end, of a model that this run leaves behind.
  writer.updateInfo({ epochs, overrides, stepsPerEpoch, ...(info.baseline === undefined ? {} : { baseline: withoutModel(info.baseline) }) });
  if (kind === 'best') await goBackToBest(folder);
  await settleBest(folder, checkpoint);
  await writer.file(runFiles.resolvedConfig, Buffer.from(`${JSON.stringify(config.spec, undefined, 2)}\n`));
  // A kill between checkpoint and events leaves the events of that epoch untold; the checkpoint knows them.
  const kept = run.events.filter(event => !isVoidedBy(event, { step }));
  const untold = (checkpoint?.events ?? []).filter(event => !kept.some(known => sameEvent(known, event)));
  const work = new RunWork(writer, config, options, options.device ?? info.device.id, options.threads ?? info.threads);
  return work.work(position, checkpoint === undefined ? transfer : { tensors: checkpoint.tensors, state: ({ programs }) => stateOf(programs, checkpoint) }, untold);
}

/**
 * Whether training goes on after early stopping had ended it: then it waits anew, as Keras does when a training begins. More epochs ask
 * for that, and so does a run that has told its end once and was resumed before. Otherwise the checkpoint of a run that was killed
 * before its last words is its end, and there is only that to tell.
 */
async function goesOnAfterStop(folder: string, { earlyStopping, step }: Position, { spec }: Config, options: ResumeOptions): Promise<boolean> {
  const stopping = spec.training.earlyStopping;
  if (stopping === undefined || !hasStopped(earlyStopping, stopping)) return false;
  if (options.epochs !== undefined) return true;
  const { events } = await new RunTail(folder).read();
  const told = events.findIndex(event => event.type === 'end' && event.outcome === 'finished' && event.step === step);
  return told >= 0 && events.slice(told).some(({ type }) => type === 'resume');
}

/** Of a run that had got as far as a checkpoint: to begin anew would throw away what it learned. */
function lostCheckpoint(folder: string, id: string, kind: CheckpointKind): StudioError {
  const other = kind === 'last' ? 'best' : 'last';
  return new StudioError('run', `${checkpointFile(folder, kind)} is missing, so ${id} cannot go on from there. ${hasCheckpoint(folder, other)
    ? `Its ${other} checkpoint is there: aeconf resume ${id} --checkpoint ${other}.` : 'Train again.'}`);
}

function withoutModel({ model: _, ...baseline }: Baseline): Baseline {
  return baseline;
}

function sameEvent(a: RunEvent, b: RunEvent): boolean {
  if (a.type !== b.type || a.step !== b.step) return false;
  if (a.type === 'scalars' && b.type === 'scalars') return a.split === b.split && a.per === b.per;
  if (a.type === 'checkpoint' && b.type === 'checkpoint') return a.kind === b.kind;
  return true;
}
