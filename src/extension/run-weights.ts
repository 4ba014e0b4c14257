// The model of a run as it was trained, and what its layers have learned, from its files. A layer's tensors alone are read, not the whole
// checkpoint.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { StudioError } from '../core/errors.ts';
import { buildModel } from '../model/build.ts';
import { checkConfig } from '../model/check.ts';
import { diagramOf } from '../model/diagram.ts';
import { keyOf, type Model } from '../model/model.ts';
import { layerWeights } from '../model/weights.ts';
import type { CheckpointName, Diagram, LayerWeights, ShownModel } from '../protocol/messages.ts';
import { runFiles } from '../runs/events.ts';
import { readTextIfThere } from '../runs/files.ts';
import { parseInfo } from '../runs/json.ts';
import { readSomeTensors } from '../runs/reader.ts';
import type { Spec } from '../spec/schema.ts';

const files: Readonly<Record<CheckpointName, string>> = { last: runFiles.lastCheckpoint, best: runFiles.bestCheckpoint };

/** Numbers that change whenever a checkpoint is written; those that are there. */
export function checkpointVersions(folder: string): ShownModel['checkpoints'] {
  const versions: Partial<Record<CheckpointName, number>> = {};
  for (const name of ['last', 'best'] as const) {
    const changed = fs.statSync(path.join(folder, files[name]), { throwIfNoEntry: false })?.mtimeMs;
    if (changed !== undefined) versions[name] = changed;
  }
  return versions;
}

/** @throws StudioError('run') when the run does not say what it trains. */
export async function readRunDiagram(folder: string, title: string): Promise<Diagram> {
  const { spec, model } = await readRunModel(folder);
  return diagramOf(spec, model, title).diagram;
}

async function readRunModel(folder: string): Promise<{ readonly spec: Spec; readonly model: Model }> {
  const where = path.join(folder, runFiles.resolvedConfig);
  const [config, infoFile] = await Promise.all([readTextIfThere(where), readTextIfThere(path.join(folder, runFiles.info))]);
  const info = infoFile === undefined ? 'it is missing' : parseInfo(infoFile.text);
  if (typeof info === 'string') throw new StudioError('run', `${path.join(folder, runFiles.info)} cannot be used: ${info}.`);
  const spec = config === undefined ? undefined : checkConfig(config.text, where, { inputShape: info.dataset.shape }).spec;
  if (spec === undefined) throw new StudioError('run', `${where} ${config === undefined ? 'is missing' : 'is no config of this version'}, so what the run trains is not known.`);
  return { spec, model: buildModel(spec, info.dataset.shape) };
}

/**
 * @param key of the layer in the diagram
 * @throws StudioError('run') when there is no such checkpoint, or it is damaged.
 */
export async function readLayerWeights(folder: string, key: string, checkpoint: CheckpointName, order: 'unit' | 'norm'): Promise<LayerWeights> {
  const { model } = await readRunModel(folder);
  const layer = model.layers.find(each => keyOf(each) === key);
  if (layer === undefined) throw new StudioError('run', `The run has no layer ${key}.`);
  const where = path.join(folder, files[checkpoint]);
  const { tensors, metadata } = await readSomeTensors(where, layer.parameters.map(({ name }) => name));
  return { epoch: epochOf(metadata['position']), tensors: layerWeights(model, layer, tensors, order) };
}

/** Finished epochs of a checkpoint's position; 0 where it does not say. */
function epochOf(position: string | undefined): number {
  const value: unknown = position === undefined ? undefined : JSON.parse(position);
  return typeof value === 'object' && value !== null && 'epoch' in value && typeof value.epoch === 'number' ? value.epoch : 0;
}
