// `train` starts a run.
import * as path from 'node:path';
import { requireDeviceName } from '../engine/engine.ts';
import { RunWriter } from '../runs/writer.ts';
import { specHash } from '../spec/load.ts';
import { startPosition } from './checkpoint.ts';
import { checkedConfig, readConfig, withoutSweep, type Config } from './config.ts';
import { RunWork } from './run-work.ts';
import type { TrainOptions, TrainResult } from './trainer.ts';
import { openTransfer } from './transfer.ts';
import { versions } from './version.ts';

/**
 * Trains a configuration in a new run folder.
 * @throws StudioError: 'usage', 'spec' or an unknown 'device' before a folder is made; 'data', 'download', 'memory', 'device' while preparing;
 *   'run' when training diverges or the disk refuses; 'cancelled' when aborted before the first step. The run says so too.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  requireDeviceName(options.device);
  const { member } = options;
  const config = withoutSweep(member === undefined ? await readConfig(options.configPath, options.overrides) : checkedConfig(member.text, options.configPath, options.overrides));
  const { spec } = config;
  const transfer = await openTransfer(config, { runsFolder: options.runsFolder });
  const writer = await RunWriter.create(options.runsFolder, {
    info: {
      name: member?.name ?? nameOf(config),
      configPath: path.resolve(config.path),
      specHash: specHash(spec),
      seed: spec.seed,
      device: { id: options.device, name: options.device },
      versions: versions(),
      overrides: config.overrides,
      dataset: { name: spec.data.type, shape: [], train: 0, validation: 0 },
      model: { latentShape: [], parameters: 0, trainable: 0 },
      epochs: spec.training.epochs,
      stepsPerEpoch: 0,
      ...(options.threads === undefined ? {} : { threads: options.threads }),
      ...(transfer?.parent === undefined ? {} : { parent: transfer.parent }),
      ...(member === undefined ? {} : { sweep: member.sweep }),
    },
    config: config.text,
    resolvedConfig: spec,
    status: { state: 'preparing', epoch: 0, step: 0, epochs: spec.training.epochs },
  });
  return new RunWork(writer, config, options, options.device, options.threads).work(startPosition, transfer, []);
}

function nameOf({ spec, path: file }: Config): string {
  return spec.name ?? path.basename(file).replace(/\.aeconf$/, '');
}
