// `aeconf reconstruct RUN`: a picture from the trained model and the data, or from what the run kept of an epoch.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { StudioError } from '../../core/errors.ts';
import { baselineOf } from '../../runs/baseline.ts';
import { runFiles } from '../../runs/events.ts';
import { replaceFile } from '../../runs/files.ts';
import { readTensors, type RunSummary } from '../../runs/reader.ts';
import { scaled } from '../../trainer/evaluate.ts';
import { finalPictures, reconstructionsIn, reconstructionsPng, type Layout } from '../../trainer/final-pictures.ts';
import { openRun } from '../../trainer/opened-run.ts';
import type { Arguments } from '../arguments.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { baselineText } from '../format.ts';
import { accessOf, checkpointOf } from '../run-options.ts';
import { findRun, runsFolderFor } from '../workspace.ts';

export const reconstruct: Handler = async ({ args, terminal, json }) => {
  const run = await findRun(args.positionals[0]!, runsFolderFor(process.cwd(), args.text('runs')));
  const epoch = args.integer('epoch');
  if (epoch !== undefined && (args.text('samples') ?? args.text('checkpoint')) !== undefined) {
    throw new StudioError('usage', '--epoch shows what the run kept, so it goes neither with --samples nor with --checkpoint.');
  }
  const png = epoch === undefined ? await fromModel(run, args) : await fromKept(run, epoch, layoutOf(args));
  const kept = epoch === undefined ? finalPictures.reconstructions : runFiles.picture(epoch).replace('.safetensors', '.png');
  const out = path.resolve(args.text('out') ?? path.join(run.folder, kept));
  await replaceFile(out, png);
  const baseline = baselineOf(run);
  terminal.out(json ? `${JSON.stringify({ id: run.id, file: out, ...(baseline === undefined ? {} : { baseline }) })}\n` : `${out}\n`);
  // Below every picture stands the error of its sample; this is what all of them are to be compared with.
  if (!json && baseline !== undefined) terminal.err(`${baselineText(baseline)}\n`);
  return exitCodes.ok.code;
};

async function fromModel(run: RunSummary, args: Arguments): Promise<Uint8Array> {
  const opened = await openRun(run.folder, accessOf(args), checkpointOf(args));
  try {
    return await reconstructionsPng(opened.experiment, opened.evaluator, args.integer('samples') ?? opened.spec.views.samples, layoutOf(args));
  } finally {
    await opened.close();
  }
}

const layoutOf = (args: Arguments): Layout | undefined => args.choice('layout', ['rows', 'grid']);

async function fromKept({ folder, id, info }: RunSummary, epoch: number, layout: Layout | undefined): Promise<Uint8Array> {
  if (info === undefined) throw new StudioError('run', `${runFiles.info} of ${id} is missing or damaged.`);
  const file = path.join(folder, runFiles.picture(epoch));
  if (!fs.existsSync(file)) throw new StudioError('run', `The run ${id} kept no picture of epoch ${epoch}. It has ${keptEpochs(folder)}.`);
  const { tensors: samples, metadata } = await readTensors(path.join(folder, runFiles.pictureSamples));
  const { tensors } = await readTensors(file);
  const { original, corrupted, labels } = samples;
  const { reconstruction, code, error } = tensors;
  if (original === undefined || reconstruction === undefined) throw new StudioError('run', `${file} or ${runFiles.pictureSamples} is damaged.`);
  const scale = Number(metadata['scale'] ?? (original.data instanceof Uint8Array ? 1 / 255 : 1));
  return reconstructionsIn(layout ?? (metadata['layout'] === 'grid' ? 'grid' : 'rows'), {
    shape: info.dataset.shape, latentShape: info.model.latentShape, count: original.shape[0]!,
    original: scaled(original.data as Uint8Array | Float32Array, scale),
    ...(corrupted ? { corrupted: corrupted.data } : {}),
    ...(labels ? { labels: Array.from(labels.data, label => info.dataset.classNames?.[label] ?? String(label)) } : {}),
    reconstruction: reconstruction.data,
    ...(code ? { code: code.data } : {}),
    ...(error ? { error: error.data } : {}),
  });
}

/** "epochs 1 to 20", "epochs 1, 5, 10" or "none". */
function keptEpochs(folder: string): string {
  const epochs = fs.readdirSync(path.join(folder, 'pictures'))
    .flatMap(name => /^epoch-(\d+)\.safetensors$/.exec(name)?.[1] ?? [])
    .map(Number).sort((a, b) => a - b);
  const [first, last] = [epochs[0], epochs.at(-1)];
  if (first === undefined || last === undefined) return 'none';
  return last - first === epochs.length - 1 ? `epochs ${first} to ${last}` : `epochs ${epochs.join(', ')}`;
}
