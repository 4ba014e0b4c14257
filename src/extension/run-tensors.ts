// Tensors of a run folder → what pages are sent. Layout and scale are those of src/runs/events.ts; everything is copied, so that
// a message carries its own numbers and not the whole file.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { StudioError } from '../core/errors.ts';
import { sizeOf, type HostTensor } from '../core/tensor.ts';
import type { LatentEpoch, LatentSamples, PictureEpoch, PictureSamples, SampleColumns } from '../protocol/messages.ts';
import { readColumns } from '../runs/columns.ts';
import { runFiles, type RunInfo } from '../runs/events.ts';
import { readTensors } from '../runs/reader.ts';
import type { Safetensors } from '../runs/safetensors.ts';

/** A tensor of a file by name, of the type that is documented for it. */
function floats(file: Safetensors, name: string, where: string): Float32Array {
  const found = file.tensors[name];
  if (found === undefined) throw new StudioError('run', `${where} holds no tensor "${name}"; it was written by another version.`);
  if (found.data instanceof Float32Array) return found.data.slice();
  throw new StudioError('run', `${where}: "${name}" is ${found.dtype}, float32 was expected.`);
}

function required(file: Safetensors, name: string, where: string): HostTensor {
  const found = file.tensors[name];
  if (found === undefined) throw new StudioError('run', `${where} holds no tensor "${name}"; it was written by another version.`);
  return found;
}

/** What one unit of a stored value is on the model's scale: bytes are 1/255 unless the file says otherwise. */
function scaleOf(file: Safetensors, values: HostTensor): number {
  const said = Number(file.metadata['scale']);
  if (Number.isFinite(said) && said > 0) return said;
  return values.data instanceof Uint8Array ? 1 / 255 : 1;
}

/** Values on the model's scale. */
function toUnit(values: HostTensor, scale: number): Float32Array {
  return Float32Array.from(values.data, value => value * scale);
}

/** Values as bytes: 255 is 1. Numbers of vectors may lie anywhere, so they stay numbers. */
function toBytes(values: HostTensor, scale: number, { dataset: { shape } }: RunInfo): Uint8Array | Float32Array {
  if (values.data instanceof Uint8Array && Math.abs(scale * 255 - 1) < 1e-6) return values.data.slice();
  if (shape.length === 1) return toUnit(values, scale);
  const factor = scale * 255;
  // Stored to a clamped array, which rounds and cuts to 0…255.
  return new Uint8Array(Uint8ClampedArray.from(values.data, value => value * factor).buffer);
}

/** Names and units of vectors' columns. */
async function columnsOf(folder: string, { dataset: { shape } }: RunInfo, scale: number): Promise<{ readonly columns?: SampleColumns }> {
  if (shape.length !== 1) return {};
  const kept = await readColumns(folder);
  const names = kept?.names === undefined ? {} : { names: kept.names };
  if (kept?.normalization !== undefined) return { columns: { ...names, center: kept.normalization.center, spread: kept.normalization.spread } };
  return { columns: { ...names, ...(scale === 1 ? {} : { spread: Array.from({ length: sizeOf(shape) }, () => 1 / scale) }) } };
}

/** The fixed test samples of the reconstructions view; undefined until they are written. */
export async function readPictureSamples(folder: string, info: RunInfo): Promise<PictureSamples | undefined> {
  const where = path.join(folder, runFiles.pictureSamples);
  if (!fs.existsSync(where)) return undefined;
  const file = await readTensors(where);
  const original = required(file, 'original', where);
  const labels = file.tensors['labels'];
  const names = info.dataset.classNames;
  return {
    shape: info.dataset.shape,
    latentShape: info.model.latentShape,
    count: original.shape[0] ?? 0,
    original: toUnit(original, scaleOf(file, original)),
    ...await columnsOf(folder, info, scaleOf(file, original)),
    ...(file.tensors['corrupted'] === undefined ? {} : { corrupted: floats(file, 'corrupted', where) }),
    ...(labels === undefined ? {} : { labels: Array.from(labels.data, label => names?.[label] ?? String(label)) }),
    ...(file.metadata['layout'] === 'grid' ? { layout: 'grid' } : {}),
  };
}

/** @throws StudioError('run') when the epoch's file is missing or damaged. */
export async function readPictureEpoch(folder: string, epoch: number): Promise<PictureEpoch> {
  const where = path.join(folder, runFiles.picture(epoch));
  const file = await readTensors(where);
  return { epoch, reconstruction: floats(file, 'reconstruction', where), code: floats(file, 'code', where), error: floats(file, 'error', where) };
}

/** The samples of the latent-space view; undefined until they are written. */
export async function readLatentSamples(folder: string, info: RunInfo): Promise<LatentSamples | undefined> {
  const where = path.join(folder, runFiles.latentSamples);
  if (!fs.existsSync(where)) return undefined;
  const file = await readTensors(where);
  const original = required(file, 'original', where);
  const labels = file.tensors['labels'];
  return {
    shape: info.dataset.shape,
    latentShape: info.model.latentShape,
    count: original.shape[0] ?? 0,
    original: toBytes(original, scaleOf(file, original), info),
    ...await columnsOf(folder, info, scaleOf(file, original)),
    ...(info.model.codes === undefined ? {} : { reach: info.model.codes }),
    ...(labels === undefined ? {} : { labels: Uint16Array.from(labels.data) }),
    ...(info.dataset.classNames === undefined ? {} : { classNames: info.dataset.classNames }),
  };
}

/** @throws StudioError('run') when the epoch's file is missing or damaged. */
export async function readLatentEpoch(folder: string, epoch: number, info: RunInfo): Promise<LatentEpoch> {
  const where = path.join(folder, runFiles.latent(epoch));
  const file = await readTensors(where);
  const code = floats(file, 'code', where);
  const error = floats(file, 'error', where);
  if (code.length !== error.length * sizeOf(info.model.latentShape)) throw new StudioError('run', `${where}: ${code.length} code numbers do not fit ${error.length} samples.`);
  return { epoch, code, error, ...(file.tensors['codebook'] === undefined ? {} : { codebook: floats(file, 'codebook', where) }) };
}

/** Changes whenever models/ is refreshed; 0 while there is no model. */
export function modelVersion(folder: string): number {
  return fs.statSync(path.join(folder, runFiles.decoder), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** @throws StudioError('run') when the model was not exported yet. */
export async function readModel(folder: string, model: 'encoder' | 'decoder' | 'autoencoder'): Promise<Uint8Array> {
  const where = path.join(folder, runFiles[model]);
  try {
    return new Uint8Array(await fs.promises.readFile(where));
  } catch (cause) {
    throw new StudioError('run', `There is no ${model} yet: models are written with the first checkpoint (${where}).`, { cause });
  }
}
