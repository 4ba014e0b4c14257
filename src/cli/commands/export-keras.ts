// `aeconf export RUN --keras` and `aeconf export FILE.aeconf --keras`: a model as a Python script for Keras, with its weights beside it.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { configFolders } from '../../core/config-folders.ts';
import { StudioError } from '../../core/errors.ts';
import { tensor, type HostTensor } from '../../core/tensor.ts';
import { loadShape } from '../../data/load.ts';
import { npz } from '../../keras/npz.ts';
import { kerasScript } from '../../keras/script.ts';
import { kerasWeights } from '../../keras/weights.ts';
import { buildModel } from '../../model/build.ts';
import { runFiles, type RunInfo } from '../../runs/events.ts';
import { replaceFile } from '../../runs/files.ts';
import { readTensors } from '../../runs/reader.ts';
import type { Spec } from '../../spec/schema.ts';
import { readConfig } from '../../trainer/config.ts';
import { scaled } from '../../trainer/evaluate.ts';
import { openModel } from '../../trainer/opened-run.ts';
import type { Arguments } from '../arguments.ts';
import type { Context, Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { overridesOf } from '../overrides.ts';
import { checkpointOf } from '../run-options.ts';
import { findRun, runsFolderFor } from '../workspace.ts';

export const exportKeras: Handler = async context => {
  const { args, terminal, json } = context;
  const asked = args.positionals[0]!;
  const { files, facts } = /\.aeconf$/.test(asked) ? await ofConfig(asked, context) : await ofRun(asked, args);
  if (json) terminal.out(`${JSON.stringify({ ...facts, files })}\n`);
  else terminal.out(`${files.join('\n')}\n`);
  return exitCodes.ok.code;
};

interface Exported {
  readonly files: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A folder of its own: people have a model.py already. */
const folderFor = (args: Arguments, name: string): string => path.resolve(args.text('out') ?? `${name}-keras`);

/** Where the relative paths of a config start: the first of its folders that has its data. */
function dataFolderOf(configPath: string, { data }: Spec): string {
  const name = 'path' in data ? data.path : 'images' in data ? data.images : '';
  const folders = configFolders(configPath);
  return folders.find(folder => fs.existsSync(path.resolve(folder, name))) ?? folders[0]!;
}

async function ofRun(asked: string, args: Arguments): Promise<Exported> {
  const { folder, id } = await findRun(asked, runsFolderFor(process.cwd(), args.text('runs')));
  const { info, spec, programs, state, checkpoint, position } = await openModel(folder, checkpointOf(args));
  const samples = await keptSamples(folder, info);
  const title = spec.name ?? path.basename(info.configPath, '.aeconf');
  const script = kerasScript(spec, buildModel(spec, info.dataset.shape), {
    title, trained: `the run ${id} after epoch ${position.epoch}`, samples: samples !== undefined, baseFolder: dataFolderOf(info.configPath, spec),
  });
  const out = folderFor(args, title);
  const files = [path.join(out, 'model.py'), path.join(out, 'weights.npz')];
  // The script last: whoever finds it finds its weights.
  await replaceFile(files[1]!, npz({ ...kerasWeights(script.places, programs.unpack(state)), ...samples }));
  await replaceFile(files[0]!, Buffer.from(script.text));
  return { files, facts: { id, folder: out, checkpoint, epoch: position.epoch } };
}

/** What the reconstructions view shows of a run; undefined when the run was stopped before it kept any. */
async function keptSamples(folder: string, { dataset: { shape } }: RunInfo): Promise<Record<string, HostTensor> | undefined> {
  const file = path.join(folder, runFiles.pictureSamples);
  if (!fs.existsSync(file)) return undefined;
  const { tensors: { original, corrupted }, metadata } = await readTensors(file);
  if (original === undefined) throw new StudioError('run', `${file} is damaged: it holds no samples.`);
  const shaped = (data: HostTensor['data']): HostTensor => tensor(data, [original.shape[0]!, ...shape]);
  const scale = Number(metadata['scale'] ?? 1);
  return { samples: shaped(scaled(original.data as Uint8Array | Float32Array, scale)), ...(corrupted === undefined ? {} : { inputs: shaped(corrupted.data) }) };
}

async function ofConfig(asked: string, { args, signal }: Context): Promise<Exported> {
  if (args.text('checkpoint') !== undefined) throw new StudioError('usage', `${asked} is a configuration and has no weights, so --checkpoint says nothing. Name a run.`);
  const file = path.resolve(asked);
  const { spec } = await readConfig(file, overridesOf(args));
  const baseFolders = configFolders(file);
  const shape = await loadShape(spec.data, { baseFolders, dataFolders: args.all('data'), seed: spec.seed, signal });
  const title = spec.name ?? path.basename(file, '.aeconf');
  const script = kerasScript(spec, buildModel(spec, shape), { title, trained: undefined, samples: false, baseFolder: dataFolderOf(file, spec) });
  const out = folderFor(args, title);
  const files = [path.join(out, 'model.py')];
  await replaceFile(files[0]!, Buffer.from(script.text));
  return { files, facts: { config: file, folder: out } };
}
