// What tests of training share: a tiny configuration, a place for runs, the losses of a run.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { requestControl } from '../runs/control.ts';
import { runFiles, type RunStatus } from '../runs/events.ts';
import { readRun } from '../runs/reader.ts';
import { train } from './train.ts';
import type { TrainOptions, TrainResult } from './trainer.ts';

/** 200 digits, 7 steps an epoch, dropout and noise: everything a resume has to bring back. */
export const tinyConfig = `{
  // a test
  "seed": 7,
  "data": { "type": "glyphs", "train": 200, "test": 60 },
  "corruption": [{ "type": "gaussian", "stddev": 0.2 }, { "type": "masking", "amount": 0.1 }],
  "encoder": [{ "type": "flatten" }, { "type": "dense", "units": 24, "activation": "relu" }, { "type": "batchNormalization" }, { "type": "dropout", "rate": 0.2 }],
  "latent": { "type": "plain", "units": 2 },
  "training": { "epochs": 4, "batchSize": 32, "optimizer": { "type": "adam", "learningRate": { "type": "exponential", "learningRate": 0.01, "factor": 0.9 } } },
  "views": { "samples": 6, "latentSamples": 40 },
}
`;

/** Values with which everything is done in batches of one size: each further one takes a GPU drawn by software a second to compile. */
export const oneBatchSize = { 'data.train': 192, 'data.test': 32, 'views.samples': 32, 'views.latentSamples': 32 };

export interface Place {
  readonly folder: string;
  readonly runsFolder: string;
  readonly configPath: string;
}

/** A new folder with a configuration in it. */
export function makePlace(config = tinyConfig): Place {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'aeconf-train-'));
  const configPath = path.join(folder, 'tiny.aeconf');
  fs.writeFileSync(configPath, config);
  return { folder, runsFolder: path.join(folder, 'runs'), configPath };
}

export function removePlace({ folder }: Place): void {
  fs.rmSync(folder, { recursive: true, force: true });
}

/** Trains on the CPU. */
export function trainAt(place: Place, options: Partial<TrainOptions> = {}): Promise<TrainResult> {
  return train({ configPath: place.configPath, runsFolder: place.runsFolder, overrides: {}, device: 'cpu', dataFolders: [], ...options });
}

/** "train 1" → loss of that epoch, by the events that hold. */
export async function epochLosses(folder: string): Promise<Record<string, number>> {
  const losses: Record<string, number> = {};
  for (const event of (await readRun(folder)).events) {
    if (event.type === 'scalars' && event.per === 'epoch') losses[`${event.split} ${event.epoch}`] = event.values['loss']!;
  }
  return losses;
}

/**
 * Options with which a training is asked to pause as soon as it has `begun`, to continue when it has paused, and to stop once it
 * trains again; and the states it goes through.
 */
export function pauseContinueStop(begun: (status: RunStatus) => boolean): { readonly states: string[]; readonly options: Pick<TrainOptions, 'onRun' | 'onStatus'> } {
  const states: string[] = [];
  let folder = '';
  let asked = 0;
  const ask = (request: 'pause' | 'continue' | 'stop'): void => {
    asked++;
    void requestControl(folder, request);
  };
  return {
    states,
    options: {
      onRun: run => { folder = run.folder; },
      onStatus: status => {
        const { state } = status;
        if (state !== states.at(-1)) states.push(state);
        if (state === 'training' && asked === 0 && begun(status)) ask('pause');
        else if (state === 'paused' && asked === 1) ask('continue');
        else if (state === 'training' && asked === 2) ask('stop');
      },
    },
  };
}

/** Options that stop a training at exactly the `look`th time it looks whether somebody wants it to, counted from its first state 'training'. */
export function stopAtLook(look: number): Pick<TrainOptions, 'signal' | 'onStatus'> {
  return atLook(look, () => true);
}

/** Options with which something happens when a training looks, from that time on, whether it shall stop; the answer is whether it shall. */
export function atLook(look: number, happens: () => boolean): Pick<TrainOptions, 'signal' | 'onStatus'> {
  const { signal } = new AbortController();
  let training = false;
  let looks = 0;
  Object.defineProperty(signal, 'aborted', { get: () => training && ++looks >= look && happens() });
  return { signal, onStatus: ({ state }) => { training ||= state === 'training'; } };
}

/** Leaves a run as a kill before its first checkpoint does. */
export function loseCheckpoints(folder: string): void {
  fs.rmSync(path.join(folder, 'checkpoints'), { recursive: true });
  const events = path.join(folder, runFiles.events);
  fs.writeFileSync(events, fs.readFileSync(events, 'utf8').split('\n').filter(line => !line.includes('"type":"checkpoint"')).join('\n'));
}
