import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { interpolate } from '../analysis/interpolate.ts';
import { runFiles } from '../runs/events.ts';
import { readTensors } from '../runs/reader.ts';
import { codeRanges, priorCodes, trainingCodes } from './generate-codes.ts';
import { generate, usualMethod, type GenerateOptions } from './generate.ts';
import { openRun, type OpenedRun } from './opened-run.ts';
import { makePlace, removePlace, trainAt, type Place } from './testing.ts';
import { codebookOf } from './views.ts';

let place: Place;
const runs = new Map<string, OpenedRun>();
const folders = new Map<string, string>();
const latents: Readonly<Record<string, object>> = {
  plain: { type: 'plain', units: 3 },
  gaussian: { type: 'gaussian', units: 3 },
  spherical: { type: 'spherical', units: 3 },
  quantized: { type: 'quantized', codes: 8, dimension: 4 },
};

beforeAll(async () => {
  place = makePlace();
  for (const [name, latent] of Object.entries(latents)) {
    const { folder } = await trainAt(place, { overrides: { 'training.epochs': 1, 'latent': latent, 'name': name } });
    folders.set(name, folder);
    runs.set(name, await openRun(folder, { dataFolders: [] }));
  }
});
afterAll(async () => {
  for (const run of runs.values()) await run.close();
  removePlace(place);
});

const make = (name: string, options: Pick<GenerateOptions, 'method'> & Partial<GenerateOptions>) => generate(runs.get(name)!, { components: 3, seed: 1, ...options });
const lengths = (codes: Float32Array, size: number): number[] => Array.from({ length: codes.length / size }, (_, i) => Math.hypot(...codes.subarray(i * size, (i + 1) * size)));

describe('generation', () => {
  it('refuses more images than one picture can show', async () => {
    await expect(make('plain', { method: 'uniform', count: 1_000_000 })).rejects.toMatchObject({ reason: 'usage', message: expect.stringContaining('--count is at most 10,000 here, not 1,000,000') as string });
    await expect(make('plain', { method: 'grid', count: 1000 })).rejects.toMatchObject({ message: expect.stringContaining('--count is at most 100 here') as string });
  });

  it('draws from the prior where there is one, and says what to do where there is none', async () => {
    const { codes } = await make('gaussian', { method: 'prior', count: 7 });
    expect(codes).toHaveLength(7 * 3);
    const many = priorCodes(runs.get('gaussian')!, 4000, 1);
    expect([...many.subarray(0, 21)]).toEqual([...codes]);
    expect(many.reduce((sum, value) => sum + value, 0) / many.length).toBeCloseTo(0, 1);
    expect(many.reduce((sum, value) => sum + value * value, 0) / many.length).toBeCloseTo(1, 1);
    lengths(priorCodes(runs.get('spherical')!, 20, 1), 3).forEach(length => { expect(length).toBeCloseTo(1, 5); });
    for (const name of ['plain', 'quantized']) await expect(make(name, { method: 'prior' })).rejects.toMatchObject({ reason: 'usage', message: expect.stringMatching(/has no prior.*--method mixture/) as string });
    expect([...runs].map(([name, { experiment }]) => [name, usualMethod(experiment)])).toEqual([['plain', 'mixture'], ['gaussian', 'prior'], ['spherical', 'prior'], ['quantized', 'mixture']]);
  });

  it('stays in the range of the codes', async () => {
    const known = await trainingCodes(runs.get('plain')!);
    expect(known).toHaveLength(200 * 3);
    const { codes } = await make('plain', { method: 'uniform', count: 30 });
    codeRanges(known, 3).forEach(([low, high], d) => {
      const values = codes.filter((_, i) => i % 3 === d);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...values)).toBeLessThanOrEqual(high);
    });
  });

  it('draws from a mixture only codes that the decoder can have seen', async () => {
    const { codes, note } = await make('plain', { method: 'mixture', count: 12 });
    expect(codes).toHaveLength(36);
    expect(note).toMatch(/3 Gaussians with whole covariances/);
    lengths((await make('spherical', { method: 'mixture', count: 9 })).codes, 3).forEach(length => { expect(length).toBeCloseTo(1, 5); });
    const run = runs.get('quantized')!;
    const { data } = run.programs.unpack(run.state)[run.experiment.model.parameters.find(({ role }) => role === 'codebook')!.name]!;
    const entries = new Set(Array.from({ length: 8 }, (_, i) => data.subarray(4 * i, 4 * i + 4).join()));
    const drawn = (await make('quantized', { method: 'mixture', count: 5 })).codes;
    for (let at = 0; at < drawn.length; at += 4) expect(entries.has(drawn.subarray(at, at + 4).join())).toBe(true);
  });

  it('tells those who read the run what codes there are', async () => {
    const told = (name: string) => runs.get(name)!.info.model.codes;
    expect([...runs.keys()].map(told)).toEqual([undefined, undefined, { kind: 'sphere' }, { kind: 'entries', size: 4 }]);
    const run = runs.get('quantized')!;
    const { tensors } = await readTensors(path.join(folders.get('quantized')!, runFiles.latent(1)));
    expect(tensors['codebook']).toMatchObject({ shape: [8, 4], data: codebookOf(run.experiment, run.state)!.data });
    expect((await readTensors(path.join(folders.get('plain')!, runFiles.latent(1)))).tensors).not.toHaveProperty('codebook');
  });

  it('goes from sample to sample, straight and spherically', async () => {
    const { codes, picture } = await make('plain', { method: 'interpolate', count: 2 });
    expect(codes).toHaveLength(2 * 2 * 10 * 3);
    const at = (image: number): Float32Array => codes.slice(image * 3, image * 3 + 3);
    for (const pair of [0, 1]) {
      const [straight, spherical] = [20 * pair, 20 * pair + 10];
      expect(at(straight)).toEqual(at(spherical));
      expect([...at(straight + 4)]).toEqual([...interpolate(at(straight), at(straight + 9), 4 / 9, 'linear')]);
      [...interpolate(at(straight), at(straight + 9), 4 / 9, 'spherical')].forEach((value, d) => { expect(at(spherical + 4)[d]).toBeCloseTo(value, 5); });
    }
    expect(picture.width).toBeGreaterThan(12 * 56);
  });

  it('shows the plane of the two strongest directions', async () => {
    const { codes } = await make('plain', { method: 'grid', count: 4 });
    expect(codes).toHaveLength(16 * 3);
    // All lie in one plane: three differences have no volume.
    const [a, b, c] = [1, 4, 15].map(image => Array.from({ length: 3 }, (_, d) => codes[image * 3 + d]! - codes[d]!)) as [number[], number[], number[]];
    const volume = a[0]! * (b[1]! * c[2]! - b[2]! * c[1]!) - a[1]! * (b[0]! * c[2]! - b[2]! * c[0]!) + a[2]! * (b[0]! * c[1]! - b[1]! * c[0]!);
    expect(Math.abs(volume) / (Math.hypot(...a) * Math.hypot(...b) * Math.hypot(...c))).toBeLessThan(1e-5);
  });

  it('gives the same images for the same seed, others for another', async () => {
    for (const method of ['mixture', 'uniform', 'interpolate'] as const) {
      const [first, again, other] = [await make('plain', { method, count: 3 }), await make('plain', { method, count: 3 }), await make('plain', { method, count: 3, seed: 2 })];
      expect(again.codes).toEqual(first.codes);
      expect(Buffer.compare(again.picture.data, first.picture.data)).toBe(0);
      expect(other.codes).not.toEqual(first.codes);
    }
  });

  it('writes the name a run has now on its pictures', async () => {
    const run = runs.get('plain')!;
    for (const method of ['uniform', 'interpolate', 'grid'] as const) {
      const [before, after] = [await generate(run, { method, count: 3, components: 3, seed: 1 }), await generate({ ...run, name: 'another' }, { method, count: 3, components: 3, seed: 1 })];
      expect(Buffer.compare(before.picture.data, after.picture.data), method).not.toBe(0);
    }
  });
});
