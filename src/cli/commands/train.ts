// `aeconf train FILE` and `aeconf resume RUN`
import * as fs from 'node:fs';
import * as path from 'node:path';
import { diagnoseRun } from '../../runs/diagnosis.ts';
import type { RunEvent, RunInfo, RunStatus } from '../../runs/events.ts';
import { toJson } from '../../runs/json.ts';
import { metricsOf } from '../../runs/metrics.ts';
import { readSummary } from '../../runs/reader.ts';
import { readSpec } from '../../spec/load.ts';
import { readConfigText } from '../../trainer/config.ts';
import { finalPictures } from '../../trainer/final-pictures.ts';
import { resume as resumeRun } from '../../trainer/resume.ts';
import { train as trainConfig } from '../../trainer/train.ts';
import type { TrainOptions, TrainResult } from '../../trainer/trainer.ts';
import { batchWorker } from '../batch-worker.ts';
import type { Context, Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { findingLines } from '../findings.ts';
import { baselineText, formatCount, formatDuration, formatLoss } from '../format.ts';
import { overridesOf } from '../overrides.ts';
import { ProgressDisplay } from '../progress.ts';
import { paint } from '../terminal.ts';
import { checkpointOf, threadsOf } from '../run-options.ts';
import { findRun, ignoreRuns, runsFolderFor } from '../workspace.ts';

export const train: Handler = async context => {
  const { args } = context;
  const configPath = args.positionals[0]!;
  const runsFolder = runsFolderFor(path.dirname(path.resolve(configPath)), args.text('runs'));
  const overrides = overridesOf(args);
  if (!args.flag('no-sweep') && readSpec(await readConfigText(configPath), configPath, overrides).resolved?.sweep !== undefined) {
    if (!context.json) context.terminal.err(`${configPath} holds a sweep, so it is trained with all its values; --no-sweep trains only its base.\n`);
    return (await import('./sweep.ts')).startSweep(context, configPath);
  }
  return follow(context, options => {
    return trainConfig({ ...options, configPath, overrides, runsFolder, device: args.text('device') ?? 'auto', onRun: run => {
      ignoreRuns(runsFolder);
      options.onRun?.(run);
    } });
  });
};

export const resume: Handler = async context => {
  const { args } = context;
  const { folder } = await findRun(args.positionals[0]!, runsFolderFor(process.cwd(), args.text('runs')));
  const device = args.text('device');
  const epochs = args.integer('epochs');
  const batchSize = args.integer('batch-size');
  return follow(context, options => resumeRun(folder, {
    ...options,
    ...(device === undefined ? {} : { device }),
    ...(epochs === undefined ? {} : { epochs }),
    ...(batchSize === undefined ? {} : { batchSize }),
    ...checkpointOf(args),
  }));
};

type Common = Pick<TrainOptions, 'dataFolders' | 'threads' | 'batchWorker' | 'signal' | 'onRun' | 'onStatus' | 'onEvent'>;

/** Trains and shows how it goes, as lines of JSON or for people. */
async function follow(context: Context, work: (options: Common) => Promise<TrainResult>): Promise<number> {
  const { args, json, signal } = context;
  const threads = threadsOf(args);
  const worker = batchWorker();
  const options: Common = {
    dataFolders: args.all('data'), signal,
    ...(threads === undefined ? {} : { threads }),
    ...(worker === undefined ? {} : { batchWorker: worker }),
  };
  const result = json ? await followAsJson(context, options, work) : await followAsText(context, options, work);
  return result.outcome === 'stopped' ? exitCodes.stopped.code : exitCodes.ok.code;
}

async function followAsJson({ terminal }: Context, options: Common, work: (options: Common) => Promise<TrainResult>): Promise<TrainResult> {
  const line = (event: string, values: object): void => terminal.out(`${toJson({ event, ...values })}\n`);
  const result = await work({
    ...options,
    onRun: run => line('run', run),
    onStatus: status => line('status', status),
    onEvent: ({ type, ...values }: RunEvent) => {
      // The last line tells more than the run's own last event.
      if (type !== 'end') line(type, values);
    },
  });
  line('end', { ...result, findings: await diagnoseRun(result.folder) });
  return result;
}

async function followAsText(context: Context, options: Common, work: (options: Common) => Promise<TrainResult>): Promise<TrainResult> {
  const { terminal, signal } = context;
  const display = new ProgressDisplay(terminal);
  let folder = '';
  let introduced = false;
  const introduce = async (): Promise<void> => {
    const { info } = await readSummary(folder);
    if (info === undefined) return;
    const { dataset, model, device } = info;
    display.say([
      paint(terminal, 'bold', info.name),
      `${formatCount(dataset.train)} + ${formatCount(dataset.validation)} samples of ${dataset.shape.join('×')}`,
      `${formatCount(model.parameters)} parameters`, device.name,
    ].join(paint(terminal, 'dim', ' · ')));
    for (const reason of deviceReasons(device)) display.say(paint(terminal, 'dim', reason));
  };
  signal.addEventListener('abort', () => { display.say('Stopping after this step; once more ends at once.'); }, { once: true });
  const onStatus = (status: RunStatus): void => {
    if (status.state === 'training' && !introduced) {
      introduced = true;
      void introduce();
    }
    // The error of an epoch comes with its event, which a status may lag behind.
    const { mse: _, ...facts } = status;
    display.update(facts);
  };
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'alert' && event.level !== 'error') display.say(paint(terminal, event.level === 'warning' ? 'yellow' : 'dim', event.message));
    if (event.type !== 'scalars') return;
    const loss = event.values['loss'];
    if (loss === undefined) {
      display.pretrained(event.epoch, event.split, event.values);
      return;
    }
    if (event.per === 'batch') display.update({ epoch: event.epoch });
    else if (event.split === 'train') display.update({ trainLoss: loss, trainMetrics: metricsOf(event.values) });
    else display.update({ validationLoss: loss, validationMetrics: metricsOf(event.values), ...(event.values['mse'] === undefined ? {} : { mse: event.values['mse'] }) });
    if (event.per === 'batch' && event.step === 1) display.update({ trainLoss: loss });
  };
  try {
    const result = await work({
      ...options, onStatus,
      onRun: run => { folder = run.folder; },
      onEvent: event => {
        onEvent(event);
        if (event.type === 'checkpoint' && event.kind === 'last' && Number.isInteger(event.epoch)) display.epochDone(event.epoch);
      },
    });
    display.erase();
    await conclude(context, result);
    return result;
  } finally {
    display.erase();
  }
}

/** "webgpu not chosen: ..." of every device that could have trained; nothing where the user asked for one without a check. */
function deviceReasons({ id, reason, others = [] }: RunInfo['device']): string[] {
  if (reason === undefined || reason === 'chosen: asked for') return [];
  return [`${id} ${reason}`, ...others.filter(other => other.available).map(other => `${other.id} ${other.reason}`)];
}

/** The last words: how it ended, and where everything is. */
async function conclude({ terminal }: Context, { id, folder, outcome, seconds, trainLoss, validationLoss, bestValidationLoss, bestEpoch, baseline }: TrainResult): Promise<void> {
  const losses = [
    ...(trainLoss === undefined ? [] : [`loss ${formatLoss(trainLoss)}`]),
    ...(validationLoss === undefined ? [] : [`validation loss ${formatLoss(validationLoss)}`]),
    ...(bestValidationLoss === undefined || bestEpoch === undefined ? [] : [`best ${formatLoss(bestValidationLoss)} in epoch ${bestEpoch}`]),
  ];
  const word = outcome === 'finished' ? paint(terminal, 'green', 'Finished') : paint(terminal, 'yellow', 'Stopped');
  terminal.out(`${word} after ${formatDuration(seconds)}${losses.length > 0 ? `: ${losses.join(', ')}` : ''}.\n`);
  if (baseline !== undefined) terminal.out(`${baselineText(baseline)}\n`);
  // Principal components have been told just now.
  const findings = (await diagnoseRun(folder)).filter(({ kind }) => kind !== 'principalComponents');
  terminal.out(findingLines(terminal, findings, outcome === 'finished' ? `aeconf resume ${id} --epochs N` : undefined));
  if (outcome === 'stopped') terminal.out(`Go on with  aeconf resume ${id}\n`);
  terminal.out(`Run         ${folder}\n`);
  const pictures = Object.values(finalPictures).map(file => path.join(folder, file)).filter(file => fs.existsSync(file));
  pictures.forEach((file, i) => { terminal.out(`${i === 0 ? 'Pictures    ' : '            '}${file}\n`); });
}
