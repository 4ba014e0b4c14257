// `aeconf devices FILE --check`: every device tries out the training step of a config, as before a training.
import { configFolders } from '../core/config-folders.ts';
import type { LoadOptions } from '../data/dataset.ts';
import { tryAll, type Choice } from '../engine/choose.ts';
import { readConfig, withoutSweep } from './config.ts';
import type { DeviceNotes } from './device-notes.ts';
import { batchSizeOf, openExperiment } from './experiment.ts';
import { requireMemory } from './memory.ts';
import { trialOf } from './prepare.ts';

export interface DeviceCheckOptions extends Pick<LoadOptions, 'dataFolders' | 'signal' | 'onProgress'> {
  readonly configPath: string;
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly notes: DeviceNotes;
  readonly threads?: number;
}

/** @throws StudioError: 'spec', 'data', 'download', 'memory' as training would. */
export async function checkDevices({ configPath, overrides, notes, threads, ...access }: DeviceCheckOptions): Promise<Choice> {
  const { spec } = withoutSweep(await readConfig(configPath, overrides));
  const experiment = await openExperiment(spec, { ...access, baseFolders: configFolders(configPath) });
  const batch = batchSizeOf(experiment);
  requireMemory(experiment.programs.memory(batch), batch, 'cpu');
  const trial = await trialOf(experiment, experiment.programs.initialState(spec.seed));
  return notes.choosing(spec, configPath, () => tryAll(trial, { ...notes.options, ...(threads === undefined ? {} : { threads }) }));
}
