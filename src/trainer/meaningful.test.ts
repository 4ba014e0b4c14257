// Metrics of pixels on a table of other numbers: left out with a word, and robustness tests without them.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../core/random.ts';
import { lastValues, readRun } from '../runs/reader.ts';
import { meaningfulMetrics, metricsWarning } from './meaningful.ts';
import { openRun } from './opened-run.ts';
import { testRobustness } from './robustness.ts';
import { makePlace, removePlace, trainAt, type Place } from './testing.ts';

const config = `{
  "data": { "type": "csv", "path": "table.csv" },
  "encoder": [],
  "latent": { "type": "plain", "units": 2 },
  "decoder": [{ "type": "dense", "units": 6 }],
  "training": { "epochs": 1, "metrics": ["mae", "psnr", "ssim", "accuracy", "binaryAccuracy"] },
}`;

let place: Place;
beforeAll(() => {
  place = makePlace(config);
  const random = new RandomStream(1, 'sampling');
  const lines = Array.from({ length: 80 }, () => Array.from({ length: 6 }, () => (50 + 100 * random.uniform()).toFixed(2)).join(','));
  fs.writeFileSync(path.join(place.folder, 'table.csv'), lines.join('\n'));
});
afterAll(() => { removePlace(place); });

async function trained(overrides: Readonly<Record<string, unknown>>): Promise<{ folder: string; warnings: string[]; names: string[][] }> {
  const { folder } = await trainAt(place, { overrides });
  const { events } = await readRun(folder);
  return {
    folder, warnings: events.flatMap(event => (event.type === 'alert' && event.level === 'warning' && !event.message.startsWith('The model is') ? [event.message] : [])),
    names: (['train', 'validation'] as const).map(split => Object.keys(lastValues(events, split))),
  };
}

describe('a table of values from 50 to 150', () => {
  it('is not measured in what means nothing for it, and the run says so once for each reason', async () => {
    const { warnings, names } = await trained({});
    expect(warnings.filter(text => /measured/i.test(text))).toEqual([
      expect.stringMatching(/training\.metrics\[2\]: ssim needs images, the samples are vectors of 6: it is not measured\./),
      'Not measured: psnr, binaryAccuracy. They mean something for values in [0, 1] only, and the samples have others. Bring them there with "divideBy" or "normalize": "minMax" in data, or take "mse" or "mae" in training.metrics.',
    ]);
    expect(names).toEqual([['loss', 'mae', 'accuracy'], ['loss', 'mae', 'accuracy']]);
  });

  it('is measured in everything but similarity of images once it is divided', async () => {
    const { warnings, names } = await trained({ 'data.divideBy': 150 });
    expect(warnings.filter(text => text.startsWith('Not measured'))).toEqual([]);
    expect(names[0]).toEqual(['loss', 'mae', 'psnr', 'accuracy', 'binaryAccuracy']);
  });

  it('is tested with noise by its error alone', async () => {
    const run = await openRun((await trained({})).folder, { dataFolders: [] });
    try {
      const { report } = await testRobustness(run, [], { corruption: { type: 'gaussian', mean: 0, stddev: 1, clip: false }, strengths: [5], samples: 2 }, 'gaussian');
      for (const scores of [report.clean[0]!, report.strengths[0]!.corrupted, report.strengths[0]!.runs[0]!]) expect(Object.keys(scores)).toEqual(['mse']);
    } finally {
      await run.close();
    }
  });
});

it('looks at values, not at their type', () => {
  const split = (values: Uint8Array | Float32Array) => ({ count: 1, values });
  const all = ['mse', 'psnr', 'ssim', 'binaryCrossentropy', 'accuracy', 'binaryAccuracy'] as const;
  const told = (values: Uint8Array | Float32Array, scale: number, shape = [1, 2, 1]) => meaningfulMetrics(all, { shape, scale }, split(values));
  expect(told(Uint8Array.of(0, 255), 1 / 255)).toEqual(all);
  expect(told(Uint8Array.of(0, 1), 1)).toEqual(all);
  expect(told(Uint8Array.of(0, 2), 1)).toEqual(['mse', 'accuracy']);
  expect(told(Float32Array.of(-0.1, 1), 1)).toEqual(['mse', 'accuracy']);
  expect(told(Float32Array.of(0, 1), 1, [2])).toEqual(all.filter(name => name !== 'ssim'));
  expect(metricsWarning(['ssim', 'mse'], { shape: [2], scale: 1 }, split(Float32Array.of(0, 9)))).toBeUndefined();
  expect(metricsWarning(['ssim', 'mse'], { shape: [1, 2, 1], scale: 1 }, split(Float32Array.of(0, 9)))).toMatch(/^Not measured: ssim\. It means/);
});
