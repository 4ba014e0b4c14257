import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { epochMetadata } from '../runs/model-epoch.ts';
import { newRun, scalars } from '../runs/testing.ts';
import { RunWriter } from '../runs/writer.ts';
import { findingsOf } from './findings.ts';
import { RunFeeds } from './run-feed.ts';

let base: string;
let writer: RunWriter;
beforeEach(async () => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'feed-'));
  writer = await RunWriter.create(base, { ...newRun('a'), resolvedConfig: { training: { loss: 'mae', earlyStopping: { restoreBest: true } } } });
});
afterEach(() => fs.rmSync(base, { recursive: true, force: true }));

const checkpoint = (epoch: number) => writer.event({ type: 'checkpoint', kind: 'last', time: 1000 * epoch, epoch, step: 10 * epoch });

it('reads on where it stopped, once for all who ask', async () => {
  const feeds = new RunFeeds();
  const [one, two] = [feeds.open(writer.folder), feeds.open(writer.folder)];
  expect(one.feed).toBe(two.feed);
  writer.event(scalars(1, 'train', { loss: 0.5 }));
  await Promise.all([one.feed.update(), two.feed.update()]);
  const cursor = one.feed.series.cursor();
  writer.event(scalars(2, 'train', { loss: 0.25 }));
  await two.feed.update();
  const { reset, curves } = one.feed.series.since(cursor);
  expect(reset).toBe(false);
  expect(curves.map(curve => [...curve.y])).toEqual([[0.25]]);
  one.dispose();
  one.dispose();
  expect(feeds.open(writer.folder).feed).toBe(two.feed);
});

it('knows loss and info from the files of the run', async () => {
  const { feed } = new RunFeeds().open(writer.folder);
  expect(await feed.loss()).toBe('mae');
  expect((await feed.info())?.model.latentShape).toEqual([2]);
  expect(await new RunFeeds().open(path.join(base, 'none')).feed.loss()).toBe('loss');
});

it('diagnoses what it has read, once the config is there', async () => {
  const { feed } = new RunFeeds().open(writer.folder);
  const record = { id: 'a', folder: writer.folder, name: 'a', state: 'finished' as const, epoch: 12, epochs: 12, star: false, elapsed: 1, created: 1, overrides: {} };
  expect(await findingsOf(feed, record)).toEqual([]);
  for (let epoch = 1; epoch <= 12; epoch++) {
    for (const split of ['train', 'validation'] as const) writer.event(scalars(epoch, split, { loss: 1 / epoch }));
  }
  await feed.update();
  expect((await findingsOf(feed, record)).map(({ kind }) => kind)).toEqual(['stillLearning']);
  expect(await findingsOf(new RunFeeds().open(path.join(base, 'none')).feed, record)).toEqual([]);
});

it('tells of which epoch an exported model is, whatever happened since it was written', async () => {
  const { feed } = new RunFeeds().open(writer.folder);
  for (const epoch of [1, 2, 3]) checkpoint(epoch);
  await feed.update();
  expect(await feed.modelEpoch(Buffer.concat([Buffer.from([8, 9]), epochMetadata(2)]))).toBe(2);
});

it('takes a model that does not say for the result of the run', async () => {
  const { feed } = new RunFeeds().open(writer.folder);
  const model = Buffer.from([8, 9]);
  expect(await feed.modelEpoch(model)).toBe(0);
  for (const epoch of [1, 2, 3]) {
    if (epoch < 3) writer.event({ type: 'checkpoint', kind: 'best', time: 1000 * epoch, epoch, step: 10 * epoch, value: 1 });
    checkpoint(epoch);
  }
  await feed.update();
  expect(await feed.modelEpoch(model)).toBe(2);
  writer.event({ type: 'resume', time: 5000, epoch: 1, step: 10 });
  await feed.update();
  expect(await feed.modelEpoch(model)).toBe(1);
});
