// Training on a set that is read from disk: everything a run does with samples, and going on exactly.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawGlyphs } from '../data/glyphs.ts';
import { idxFile } from '../data/testing.ts';
import { runFiles } from '../runs/events.ts';
import { readRun } from '../runs/reader.ts';
import { hasCheckpoint } from './checkpoint.ts';
import { openRun } from './opened-run.ts';
import { probe } from './probe.ts';
import { atLook, epochLosses, makePlace, removePlace, stopAtLook, trainAt, type Place } from './testing.ts';
import { resume } from './resume.ts';

const config = (memory: number, shuffle: boolean, more = ''): string => `{
  "seed": 3,
  "data": { "type": "idx", "images": "x.idx", "labels": "y.idx", "validation": 0.2, "memory": ${memory} },
  "corruption": [{ "type": "masking", "amount": 0.2 }],
  "encoder": [{ "type": "flatten" }, { "type": "dense", "units": 16, "activation": "relu" }, { "type": "dropout", "rate": 0.1 }],
  "latent": { "type": "plain", "units": 4 },
  "training": { "epochs": 3, "batchSize": 32, "shuffle": ${shuffle} },
  ${more}"views": { "samples": 5, "latentSamples": 30 },
}`;

const places: Place[] = [];
function place(text: string): Place {
  const made = makePlace(text);
  places.push(made);
  const { values, labels } = drawGlyphs(300, 1, 'train');
  fs.writeFileSync(path.join(made.folder, 'x.idx'), idxFile(8, [300, 28, 28], values));
  fs.writeFileSync(path.join(made.folder, 'y.idx'), idxFile(8, [300], Uint8Array.from(labels)));
  return made;
}
afterAll(() => { places.forEach(removePlace); });

describe('a run on samples from disk', () => {
  let held: string;
  let stored: string;
  beforeAll(async () => {
    held = (await trainAt(place(config(1, false)))).folder;
    stored = (await trainAt(place(config(0, false)))).folder;
  });

  it('does the same as in memory where the order is the same: losses, pictures, codes, baseline', async () => {
    expect(await epochLosses(stored)).toEqual(await epochLosses(held));
    const names = ['pictures', 'latent', 'samples'].filter(name => fs.existsSync(path.join(held, name)));
    expect(names.length).toBeGreaterThan(0);
    let compared = 0;
    for (const name of names) {
      for (const file of fs.readdirSync(path.join(held, name)).filter(each => each.endsWith('.safetensors'))) {
        expect(Buffer.compare(fs.readFileSync(path.join(stored, name, file)), fs.readFileSync(path.join(held, name, file))), file).toBe(0);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(3);
    const [a, b] = [await readRun(stored), await readRun(held)];
    expect(a.info!.baseline).toEqual(b.info!.baseline);
    expect(a.info!.baseline!.mse).toBeGreaterThan(0);
    expect([a.info!.dataset.fromDisk, b.info!.dataset.fromDisk]).toEqual([true, undefined]);
    const said = a.events.filter(event => event.type === 'alert' && /x\.idx is read from disk as needed: 235 kB, 376 kB of memory for it/.test(event.message));
    expect(said).toHaveLength(1);
  });

  it('is judged the same: measures, probes on pixels and codes, neighbours', async () => {
    const reports = [];
    for (const folder of [held, stored]) {
      const run = await openRun(folder, { dataFolders: [] });
      try {
        expect(run.experiment.dataset.train.stored !== undefined).toBe(folder === stored);
        const measured = await run.evaluator.measure(run.experiment.dataset.validation, ['mse', 'ssim']);
        // Reading without shuffling would not be fair to a probe, so its own order differs; what needs no order must agree.
        const report = await probe(folder, run, { changes: { on: ['pixels', 'codes'], epochs: 1, neighbors: 3 } });
        reports.push({ measured: [...measured], neighbors: report.subjects.map(({ on, neighbors }) => ({ on, accuracy: neighbors?.accuracy })) });
      } finally {
        await run.close();
      }
    }
    expect(reports[1]).toEqual(reports[0]);
    expect(reports[0]!.neighbors).toHaveLength(2);
  });

  it('goes on exactly after a stop, with blocks in random order, even when the set would fit in memory by then', async () => {
    const through = await trainAt(place(config(0, true)));
    const part = await trainAt(place(config(0, true)), stopAtLook(12));
    expect(part.outcome).toBe('stopped');
    expect((await readRun(part.folder)).info!.dataset.fromDisk).toBe(true);
    const file = path.join(part.folder, runFiles.resolvedConfig);
    const resolved = fs.readFileSync(file, 'utf8');
    expect(resolved).toContain('"memory": 0');
    fs.writeFileSync(file, resolved.replace('"memory": 0', '"memory": 1'));
    const done = await resume(part.folder, { dataFolders: [], device: 'cpu' });
    expect(done.outcome).toBe('finished');
    expect(await epochLosses(done.folder)).toEqual(await epochLosses(through.folder));
    const { experiment, close } = await openRun(done.folder, { dataFolders: [] });
    expect(experiment.dataset.train.count).toBe(240);
    await close();
  });

  it('ends in a clear error when the file changes meanwhile, and keeps its checkpoint', async () => {
    const changing = place(config(0, true));
    const file = path.join(changing.folder, 'x.idx');
    let folder = '';
    const attempt = trainAt(changing, { onRun: run => { folder = run.folder; }, ...atLook(10, () => { fs.utimesSync(file, 1, 1); return false; }) });
    await expect(attempt).rejects.toMatchObject({ reason: 'data', message: expect.stringContaining(`${file} was changed while it was in use`) as string });
    expect(hasCheckpoint(folder, 'last')).toBe(true);
    fs.utimesSync(file, 2, 2);
    expect((await resume(folder, { dataFolders: [], device: 'cpu' })).outcome).toBe('finished');
  });
});
