import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tensor } from '../core/tensor.ts';
import { runFiles } from '../runs/events.ts';
import { replaceFile } from '../runs/files.ts';
import { safetensorsParts } from '../runs/safetensors.ts';
import { newRun } from '../runs/testing.ts';
import { RunWriter } from '../runs/writer.ts';
import { requireSpec, loadSpec } from '../spec/load.ts';
import { checkpointVersions, readLayerWeights, readRunDiagram } from './run-weights.ts';

let base: string;
beforeEach(() => { base = fs.mkdtempSync(path.join(os.tmpdir(), 'weights-')); });
afterEach(() => { fs.rmSync(base, { recursive: true, force: true }); });

const spec = requireSpec(loadSpec('{ "data": "glyphs", "encoder": [{ "type": "flatten" }], "latent": { "type": "plain", "units": 2 } }', 'a'));

async function run(): Promise<string> {
  const writer = await RunWriter.create(base, newRun('a', { state: 'training' }));
  fs.writeFileSync(path.join(writer.folder, runFiles.resolvedConfig), JSON.stringify(spec));
  return writer.folder;
}

function checkpoint(folder: string, epoch: number, first: number): Promise<void> {
  const kernel = new Float32Array(784 * 2);
  kernel[0] = first;
  const tensors = { 'latent/latent/kernel': tensor(kernel, [784, 2]), 'latent/latent/bias': tensor(Float32Array.of(1, 2)), 'optimizer/0/latent/latent/kernel': tensor(new Float32Array(784 * 2), [784, 2]) };
  return replaceFile(path.join(folder, runFiles.lastCheckpoint), safetensorsParts(tensors, { position: JSON.stringify({ epoch }) }));
}

it('reads the model of a run, and what a layer had learned when the checkpoint was written', async () => {
  const folder = await run();
  expect((await readRunDiagram(folder, 'a')).layers.map(({ key }) => key)).toEqual(['input', 'encoder/flatten', 'latent/latent', 'decoder/dense', 'decoder/reshape']);
  expect(checkpointVersions(folder)).toEqual({});
  await expect(readLayerWeights(folder, 'latent/latent', 'last', 'unit')).rejects.toThrow('Cannot read');
  await checkpoint(folder, 7, 0.5);
  const { epoch, tensors } = await readLayerWeights(folder, 'latent/latent', 'last', 'unit');
  expect([epoch, tensors.map(({ title }) => title)]).toEqual([7, ['kernel', 'bias']]);
  expect([tensors[0]!.pictures!.values[0], [...tensors[0]!.pictures!.biases!]]).toEqual([0.5, [1, 2]]);
  expect(Object.keys(checkpointVersions(folder))).toEqual(['last']);
  await expect(readLayerWeights(folder, 'encoder/none', 'last', 'unit')).rejects.toThrow('has no layer encoder/none');
});

it('says so when the run does not tell its model', async () => {
  const folder = await run();
  fs.rmSync(path.join(folder, runFiles.resolvedConfig));
  await expect(readRunDiagram(folder, 'a')).rejects.toThrow('is missing, so what the run trains is not known');
});
