import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tensor } from '../core/tensor.ts';
import { encodeSafetensors } from '../runs/safetensors.ts';
import { readActivations } from './run-activations.ts';

let base: string;
beforeEach(() => { base = fs.mkdtempSync(path.join(os.tmpdir(), 'activations-')); });
afterEach(() => { fs.rmSync(base, { recursive: true, force: true }); });

/** `aeconf activations` in the small: tells what it was asked, and hands over the file that lies beside it. */
function program() {
  const script = path.join(base, 'aeconf.js');
  fs.writeFileSync(script, `
    const fs = require('fs'), path = require('path'), words = process.argv.slice(2);
    fs.writeFileSync(path.join(__dirname, 'asked'), words.join(' '));
    if (words[3] === '9') { console.log(JSON.stringify({ event: 'error', reason: 'usage', message: 'The run keeps 2 samples.' })); process.exit(2); }
    if (words[3] === '8') setTimeout(() => {}, 60000);
    else { fs.copyFileSync(path.join(__dirname, 'made'), words[words.indexOf('--out') + 1]); console.log('{}'); }
  `);
  return { node: process.execPath, script };
}

it('hands over what the program computed, with every layer summed up', async () => {
  const [sample, map] = [tensor(Float32Array.of(0.5, 1), [2]), tensor(Float32Array.of(0, -2, 0, 4), [1, 2, 2])];
  fs.writeFileSync(path.join(base, 'made'), encodeSafetensors({ 'original': sample, 'corrupted': sample, 'encoder/conv2d': map, 'latent/latent': sample, 'reconstruction': sample }, { epoch: '7', sample: '1', samples: '2', index: '30', label: 'Bag' }));
  const found = await readActivations(program(), '/runs/a', { sample: 1, checkpoint: 'best', signal: new AbortController().signal });
  expect(found).toMatchObject({ epoch: 7, sample: 1, count: 2, label: 'Bag', original: sample.data, corrupted: sample.data, reconstruction: sample.data });
  expect(found.layers.map(({ key, shape }) => [key, shape])).toEqual([['encoder/conv2d', [1, 2, 2]], ['latent/latent', [2]]]);
  expect(found.layers[0]!.distribution).toMatchObject({ count: 4, min: -2, max: 4, mean: 0.5, zeros: 2 });
  const asked = fs.readFileSync(path.join(base, 'asked'), 'utf8');
  expect(asked).toMatch(/^activations \/runs\/a --sample 1 --checkpoint best --out \S+layers\.safetensors --json$/);
  expect(fs.existsSync(path.dirname(asked.split(' ')[7]!))).toBe(false);
});

it('tells why there is nothing, and stops asking when nobody wants it any more', async () => {
  const { signal } = new AbortController();
  await expect(readActivations(program(), '/runs/a', { sample: 9, checkpoint: 'last', signal })).rejects.toMatchObject({ reason: 'usage', message: 'The run keeps 2 samples.' });
  const going = new AbortController();
  const asking = readActivations(program(), '/runs/a', { sample: 8, checkpoint: 'last', signal: going.signal });
  going.abort();
  await expect(asking).rejects.toMatchObject({ reason: 'cancelled' });
});
