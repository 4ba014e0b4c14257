// `aeconf activations RUN`: what each layer makes of one sample, as a table, as arrays or as a picture.
import * as path from 'node:path';
import { activationsPicture } from '../../analysis/activations-picture.ts';
import { encodePng } from '../../analysis/png.ts';
import { StudioError } from '../../core/errors.ts';
import { formatShape } from '../../core/tensor.ts';
import { npz } from '../../keras/npz.ts';
import type { Distribution } from '../../model/weights.ts';
import { replaceFile } from '../../runs/files.ts';
import { safetensorsParts } from '../../runs/safetensors.ts';
import { activationsOf, activationTensors, type Activations } from '../../trainer/activations.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { checkpointOf, threadsOf } from '../run-options.ts';
import { printTable } from '../table.ts';
import { findRun, runsFolderFor } from '../workspace.ts';

export const activations: Handler = async ({ args, terminal, json }) => {
  const sample = args.integer('sample', 0) ?? 0;
  const threads = threadsOf(args);
  const out = args.text('out');
  const file = out === undefined ? undefined : path.resolve(out);
  const write = file === undefined ? undefined : writerFor(file);
  const { folder, id } = await findRun(args.positionals[0]!, runsFolderFor(process.cwd(), args.text('runs')));
  const found = await activationsOf(folder, { sample, ...checkpointOf(args), ...(threads === undefined ? {} : { threads }) });
  if (file !== undefined && write !== undefined) await replaceFile(file, write(found));
  const { checkpoint, epoch, count, index, label, layers } = found;
  if (json) {
    const facts = layers.map(({ key, type, output, distribution: { min, max, mean, zeros } }) => ({ layer: key, type, shape: output.shape, min, max, mean, zeros: zeros / output.data.length }));
    terminal.out(`${JSON.stringify({ id, checkpoint, epoch, sample, samples: count, index, ...(label === undefined ? {} : { label }), layers: facts, ...(file === undefined ? {} : { file }) })}\n`);
    return exitCodes.ok.code;
  }
  terminal.out(`${headingOf(found)}\n`);
  printTable(terminal, [
    ['Layer', 'Type', 'Output shape', 'min', 'max', 'mean', 'at zero'],
    ...layers.map(({ key, type, output, distribution }) => [key, type, formatShape(output.shape), number(distribution.min), number(distribution.max), number(distribution.mean), atZero(distribution)]),
  ], { right: [3, 4, 5, 6], expendable: [[1]] });
  if (file !== undefined) terminal.out(`${file}\n`);
  return exitCodes.ok.code;
};

function headingOf({ name, sample, count, label, checkpoint, epoch }: Activations): string {
  return `${name}, checkpoint "${checkpoint}" (epoch ${epoch}): sample ${sample} of the ${count} it keeps${label === undefined ? '' : ` (${label})`}`;
}

const number = (value: number): string => value.toPrecision(4);
const atZero = ({ zeros, count }: Distribution): string => `${(100 * zeros / count).toFixed(1)} %`;

/** @throws StudioError('usage') for a file of another kind. */
function writerFor(file: string): (found: Activations) => Uint8Array | Uint8Array[] {
  switch (path.extname(file).toLowerCase()) {
    case '.npz': return found => npz(activationTensors(found));
    case '.safetensors': return found => safetensorsParts(activationTensors(found), metadataOf(found));
    case '.png': return found => encodePng(pictureOf(found));
    default: throw new StudioError('usage', `--out takes a file that ends in .npz, .safetensors or .png, not ${path.basename(file)}.`);
  }
}

function metadataOf({ epoch, sample, count, index, label }: Activations): Record<string, string> {
  return { epoch: String(epoch), sample: String(sample), samples: String(count), index: String(index), ...(label === undefined ? {} : { label }) };
}

/** The letters of pictures know no quotation marks. */
function pictureOf(found: Activations): ReturnType<typeof activationsPicture> {
  const { original, corrupted, layers, reconstruction } = found;
  const ofSample = (title: string, values: Activations['original']) => ({ title, text: formatShape(values.shape), values, sample: true });
  return activationsPicture(headingOf(found).replaceAll('"', ''), [
    ofSample('original', original), ...(corrupted === undefined ? [] : [ofSample('with noise', corrupted)]),
    ...layers.map(({ key, output, distribution }) => ({
      title: key, text: `${formatShape(output.shape)}  ${number(distribution.min)} to ${number(distribution.max)}, ${atZero(distribution)} at zero`, values: output, sample: false,
    })),
    ofSample('reconstruction', reconstruction),
  ]);
}
