import { beforeEach, expect, it, vi } from 'vitest';
import { chooseRun, chooseRuns, type RunWish } from './run-pick.ts';
import type { RunRecord } from './run-record.ts';
import type { Studio } from './studio.ts';
import { registered, Uri } from './testing.ts';

vi.mock('vscode', () => import('./testing.ts'));

const run = (id: string, change: Partial<RunRecord> = {}): RunRecord => ({ id, folder: `/${id}`, name: id, state: 'finished', epoch: 1, epochs: 1, star: false, elapsed: 1, created: 1, overrides: {}, ...change });
const wish: RunWish = { argument: undefined, prompt: 'Which run?', none: 'No run fits.' };
const studio = (runs: readonly RunRecord[], page: readonly string[] = []) => ({ store: { runs, find: () => undefined }, activePage: () => page }) as unknown as Studio;
const offered = () => registered.offered.map(item => (item as { run: RunRecord }).run.id);
beforeEach(() => {
  registered.offered = [];
  registered.messages = [];
  registered.executed = [];
  registered.press = [];
  registered.files = [];
});

const runs = [run('a'), run('b'), run('c', { state: 'training' })];

it('takes the run of the page in front, also before the one that is training', async () => {
  expect((await chooseRun(studio(runs, ['/b']), wish))?.id).toBe('b');
  expect((await chooseRun(studio(runs, ['/b']), { ...wish, likely: each => each.state === 'training' }))?.id).toBe('b');
  expect(offered()).toEqual([]);
});

it('asks among the runs of a page that shows several, and among all where none is in front', async () => {
  await chooseRun(studio(runs, ['/a', '/c']), wish);
  expect(offered()).toEqual(['a', 'c']);
  await chooseRun(studio(runs), wish);
  expect(offered()).toEqual(['a', 'b', 'c']);
});

it('leaves a page aside whose run does not fit', async () => {
  await chooseRun(studio(runs, ['/c']), { ...wish, fits: each => each.state === 'finished' });
  expect(offered()).toEqual(['a', 'b']);
});

it('takes the likely run without a page', async () => {
  expect((await chooseRun(studio(runs), { ...wish, likely: each => each.state === 'training' }))?.id).toBe('c');
});

it('without runs it says so, and leads to the first one', async () => {
  expect(await chooseRun(studio([]), wish)).toBeUndefined();
  await vi.waitFor(() => expect(registered.messages).toEqual(['There are no runs yet. Train a config first.']));
  expect(registered.buttons).toEqual(['New Config…']);
  registered.files = [Uri.file('/a.aeconf')];
  registered.press = ['Train'];
  expect(await chooseRuns(studio([]), 'Which runs?', [])).toBeUndefined();
  await vi.waitFor(() => expect(registered.executed).toEqual([['autoencoder.train']]));
  expect(registered.buttons).toEqual(['Train', 'New Config…']);
});

it('where no run fits it only says so', async () => {
  expect(await chooseRun(studio(runs), { ...wish, fits: () => false })).toBeUndefined();
  expect([registered.messages, registered.buttons]).toEqual([['No run fits.'], []]);
});
