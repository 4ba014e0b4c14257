// `aeconf export RUN`: the models of a run as ONNX files, or with --keras as a Python script (export-keras.ts).
import * as path from 'node:path';
import { StudioError } from '../../core/errors.ts';
import { readColumns } from '../../runs/columns.ts';
import { replaceFile } from '../../runs/files.ts';
import { exportModel } from '../../trainer/models.ts';
import { openModel } from '../../trainer/opened-run.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { checkpointOf } from '../run-options.ts';
import { exportKeras } from './export-keras.ts';
import { findRun, runsFolderFor } from '../workspace.ts';

export const exportModels: Handler = async context => {
  const { args, terminal, json } = context;
  if (args.flag('keras')) return exportKeras(context);
  const unfit = ['set', 'data'].find(option => args.all(option).length > 0);
  if (unfit !== undefined) throw new StudioError('usage', `--${unfit} is for "aeconf export FILE.aeconf --keras"; a run is exported as it was trained.`);
  if (args.positionals[0]!.endsWith('.aeconf')) throw new StudioError('usage', `${args.positionals[0]!} is a config, which has no weights before it is trained. Name a run of it, or write a script for Keras: aeconf export FILE --keras.`);
  const { folder, id } = await findRun(args.positionals[0]!, runsFolderFor(process.cwd(), args.text('runs')));
  const { programs, state, checkpoint, position } = await openModel(folder, checkpointOf(args));
  const columns = await readColumns(folder);
  const out = path.resolve(args.text('out') ?? '.');
  const files: string[] = [];
  for (const which of ['encoder', 'decoder', 'autoencoder'] as const) {
    const file = path.join(out, `${which}.onnx`);
    await replaceFile(file, exportModel(programs, which, state, { epoch: position.epoch, columns }));
    files.push(file);
  }
  if (json) terminal.out(`${JSON.stringify({ id, folder: out, checkpoint, epoch: position.epoch, files })}\n`);
  else terminal.out(`${files.join('\n')}\n`);
  return exitCodes.ok.code;
};
