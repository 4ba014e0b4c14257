// Every template of "New Config…" trains, on the data that it names: published sets where they are at hand, else drawn digits in their place.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pgm, realData } from '../data/testing.ts';
import { readRun } from '../runs/reader.ts';
import { templateGroups } from '../spec/templates.ts';
import { planSweep } from './sweep-plan.ts';
import { makePlace, removePlace, trainAt, type Place } from './testing.ts';

const templates = templateGroups.flatMap(group => group.templates);
const fileOf = (id: string): string => path.join(place.folder, `${id}.aeconf`);

let place: Place;
beforeAll(() => {
  place = makePlace();
  for (const { id, text } of templates) fs.writeFileSync(fileOf(id), text);
  const pictures = path.join(place.folder, 'images');
  for (const kind of ['a', 'b']) {
    fs.mkdirSync(path.join(pictures, kind), { recursive: true });
    for (let i = 0; i < 12; i++) fs.writeFileSync(path.join(pictures, kind, `${i}.pgm`), pgm(8, 8, (x, y) => ((8 * y + x) * (i + 1)) % 256));
  }
  fs.writeFileSync(path.join(place.folder, 'table.csv'), ['width,height,kind', ...Array.from({ length: 60 }, (_, i) => `${40 + 3 * Math.sin(i)},${1000 + 200 * Math.cos(i)},${'xy'[i % 2]}`)].join('\n'));
});
afterAll(() => { removePlace(place); });

/** The same with few samples. */
function small(id: string, text: string): Readonly<Record<string, unknown>> {
  const named = /"data": "(mnist|fashion-mnist|glyphs)"/.exec(text)?.[1];
  const drawn = { type: 'glyphs', train: 80, test: 20 };
  const data = named === undefined ? {} : { data: named === 'glyphs' || realData === undefined ? drawn : { type: named, limit: 100, validation: 0.2 } };
  return { ...data, 'training.epochs': 1, ...(text.includes('"pretraining"') ? { 'pretraining.epochs': 1 } : {}), 'name': id };
}

describe('a template', () => {
  // In the order in which they are offered, since some begin with the weights of another.
  it.each(templates.map(({ id, text }) => [id, text]))('%s trains', async (id, text) => {
    const overrides = small(id, text);
    const { folder, outcome } = await trainAt({ ...place, configPath: fileOf(id) }, { overrides, dataFolders: realData === undefined ? [] : [realData] });
    const run = await readRun(folder);
    expect(outcome).toBe('finished');
    expect(run.status?.validationLoss).toBeGreaterThan(0);
    if (id === 'transfer') expect(run.info?.parent).toMatch(/undercomplete-autoencoder$/);
    // One epoch of few samples beats nothing yet.
    expect(run.events.flatMap(event => (event.type === 'alert' && event.level !== 'info' && !event.message.includes('principal components') ? [event.message] : []))).toEqual([]);
  }, 60_000);

  it('that sweeps has trainings that are right', async () => {
    const { members } = await planSweep({ configPath: fileOf('sweep'), runsFolder: place.runsFolder, dataFolders: [], device: 'cpu', overrides: {} });
    expect(members.length).toBeGreaterThan(2);
  });
});
