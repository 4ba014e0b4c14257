import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tensor, type HostTensor } from '../core/tensor.ts';
import { COLUMNS_FILE, columnsJson } from '../runs/columns.ts';
import { runFiles, type RunInfo } from '../runs/events.ts';
import { newRun } from '../runs/testing.ts';
import { RunWriter } from '../runs/writer.ts';
import { modelVersion, readLatentEpoch, readLatentSamples, readModel, readPictureEpoch, readPictureSamples } from './run-tensors.ts';

let base: string;
let writer: RunWriter;
let info: RunInfo;
beforeEach(async () => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'tensors-'));
  writer = await RunWriter.create(base, newRun('a'));
  info = { ...writer.info, dataset: { ...writer.info.dataset, shape: [1, 2, 1], classNames: ['zero', 'one'] } };
});
afterEach(() => fs.rmSync(base, { recursive: true, force: true }));

const write = (file: string, tensors: Record<string, HostTensor>, metadata = {}) => writer.tensors(file, tensors, metadata);

it('gives samples of bytes on the scale of the model, with class names', async () => {
  expect(await readPictureSamples(writer.folder, info)).toBeUndefined();
  await write(runFiles.pictureSamples, { original: tensor(new Uint8Array([0, 255, 51, 102]), [2, 2]), labels: tensor(new Int32Array([1, 7])), corrupted: tensor(new Float32Array([0, 1, 0.5, 1]), [2, 2]) });
  const samples = await readPictureSamples(writer.folder, info);
  expect(samples).toMatchObject({ count: 2, shape: [1, 2, 1], latentShape: [2], labels: ['one', '7'] });
  expect([...samples!.original].map(value => Math.round(value * 100) / 100)).toEqual([0, 1, 0.2, 0.4]);
  expect([...samples!.corrupted!]).toEqual([0, 1, 0.5, 1]);
});

it('honours another scale, for pictures and as bytes', async () => {
  const original = { original: tensor(new Float32Array([0, 16, 8, 20]), [2, 2]) };
  await write(runFiles.pictureSamples, original, { scale: String(1 / 16) });
  await write(runFiles.latentSamples, { ...original, labels: tensor(new Int32Array([0, 1])) }, { scale: String(1 / 16) });
  expect([...(await readPictureSamples(writer.folder, info))!.original]).toEqual([0, 1, 0.5, 1.25]);
  const samples = (await readLatentSamples(writer.folder, info))!;
  expect([...samples.original]).toEqual([0, 255, 128, 255]);
  expect([...samples.labels!]).toEqual([0, 1]);
});

it('leaves numbers of vectors as they are, with names and units of their columns', async () => {
  const vectors = { ...info, dataset: { ...info.dataset, shape: [2] } };
  const original = { original: tensor(new Float32Array([-3, 16, 8, 2000]), [2, 2]) };
  await write(runFiles.pictureSamples, original, { scale: '1' });
  await write(runFiles.latentSamples, original, { scale: '0.5' });
  expect((await readLatentSamples(writer.folder, vectors))!).toMatchObject({ original: Float32Array.of(-1.5, 8, 4, 1000), columns: { spread: [2, 2] } });
  expect((await readPictureSamples(writer.folder, vectors))!.columns).toEqual({});
  expect((await readPictureSamples(writer.folder, info))!.columns).toBeUndefined();
  await writer.file(COLUMNS_FILE, Buffer.from(columnsJson({ format: 1, names: ['a', 'b'], normalization: { kind: 'standard', center: [1, 2], spread: [3, 4] } })));
  for (const samples of [await readPictureSamples(writer.folder, vectors), await readLatentSamples(writer.folder, vectors)]) {
    expect(samples!.columns).toEqual({ names: ['a', 'b'], center: [1, 2], spread: [3, 4] });
  }
});

it('sends bytes as they are, which pages get as bytes and not as text', async () => {
  await write(runFiles.latentSamples, { original: tensor(new Uint8Array([0, 255, 51, 102]), [2, 2]), labels: tensor(new Int32Array([1, 0])) });
  const { original } = (await readLatentSamples(writer.folder, info))!;
  // A Buffer is a Uint8Array, too, but has a way of its own to become JSON.
  expect(original.constructor).toBe(Uint8Array);
  expect(original.buffer.byteLength).toBe(4);
  expect([...original]).toEqual([0, 255, 51, 102]);
});

it('sends an epoch as numbers of its own, not as a view of the file', async () => {
  await write(runFiles.picture(3), { reconstruction: tensor(new Float32Array([1, 2, 3, 4]), [2, 2]), code: tensor(new Float32Array(4), [2, 2]), error: tensor(new Float32Array([0.5, 0.25])) });
  const epoch = await readPictureEpoch(writer.folder, 3);
  expect([...epoch.reconstruction]).toEqual([1, 2, 3, 4]);
  expect(epoch.error.buffer.byteLength).toBe(8);
});

it('tells where codes can lie, and with an epoch its codebook', async () => {
  const quantized = { ...info, model: { ...info.model, codes: { kind: 'entries', size: 2 } } as const };
  await write(runFiles.latentSamples, { original: tensor(new Uint8Array(4), [2, 2]) });
  expect((await readLatentSamples(writer.folder, quantized))!.reach).toEqual({ kind: 'entries', size: 2 });
  expect(await readLatentSamples(writer.folder, info)).not.toHaveProperty('reach');
  await write(runFiles.latent(1), { code: tensor(new Float32Array(4), [2, 2]), error: tensor(new Float32Array(2)), codebook: tensor(new Float32Array([1, 2, 3, 4]), [2, 2]) });
  expect([...(await readLatentEpoch(writer.folder, 1, quantized)).codebook!]).toEqual([1, 2, 3, 4]);
  await write(runFiles.latent(2), { code: tensor(new Float32Array(4), [2, 2]), error: tensor(new Float32Array(2)) });
  expect(await readLatentEpoch(writer.folder, 2, info)).not.toHaveProperty('codebook');
});

it('refuses codes that do not fit their samples, and names a missing file', async () => {
  await write(runFiles.latent(1), { code: tensor(new Float32Array(3), [3]), error: tensor(new Float32Array(2)) });
  await expect(readLatentEpoch(writer.folder, 1, info)).rejects.toThrow(/3 code numbers do not fit 2 samples/);
  await expect(readLatentEpoch(writer.folder, 2, info)).rejects.toThrow(/epoch-0002/);
});

it('says that there is no model yet', async () => {
  expect(modelVersion(writer.folder)).toBe(0);
  await expect(readModel(writer.folder, 'decoder')).rejects.toThrow(/no decoder yet/);
  await writer.file(runFiles.decoder, new Uint8Array([1, 2, 3]));
  expect(modelVersion(writer.folder)).toBeGreaterThan(0);
  expect([...await readModel(writer.folder, 'decoder')]).toEqual([1, 2, 3]);
});
