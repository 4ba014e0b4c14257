import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRun, findRunByName, ignoreRuns, runsFolderFor } from './workspace.ts';

let root: string;
beforeEach(() => { root = fs.mkdtempSync(path.join(os.tmpdir(), 'aeconf-workspace-')); });
afterEach(() => { fs.rmSync(root, { recursive: true, force: true }); });

function folder(...parts: string[]): string {
  const made = path.join(root, ...parts);
  fs.mkdirSync(made, { recursive: true });
  return made;
}

function makeRun(id: string, name: string, created: number): string {
  const made = folder('runs', id);
  fs.writeFileSync(path.join(made, 'run.json'), JSON.stringify({
    format: 1, id, name, configPath: '/a.aeconf', specHash: '', seed: 0, created, device: { id: 'cpu', name: 'CPU' }, versions: {}, overrides: {},
    dataset: { name: 'glyphs', shape: [28, 28, 1], train: 1, validation: 1 }, model: { latentShape: [2], parameters: 1, trainable: 1 }, epochs: 1, stepsPerEpoch: 1,
  }));
  return made;
}

describe('runsFolderFor', () => {
  it('takes what is asked for, then AECONF_RUNS', () => {
    expect(runsFolderFor(root, 'somewhere', { AECONF_RUNS: '/env' })).toBe(path.resolve('somewhere'));
    expect(runsFolderFor(root, undefined, { AECONF_RUNS: '/env' })).toBe(path.resolve('/env'));
  });

  it.each(['.autoencoder', '.git', '.vscode'])('finds the workspace by %s', mark => {
    folder('project', mark);
    const inner = folder('project', 'a', 'b');
    expect(runsFolderFor(inner, undefined, {})).toBe(path.join(root, 'project', '.autoencoder', 'runs'));
  });

  it('stays beside the config where no workspace is, and does not take the home folder for one', () => {
    folder('home', '.vscode');
    const inner = folder('home', 'experiments');
    expect(runsFolderFor(inner, undefined, {}, path.join(root, 'home'))).toBe(path.join(inner, '.autoencoder', 'runs'));
  });

  it('keeps runs out of version control', () => {
    ignoreRuns(path.join(root, '.autoencoder', 'runs'));
    expect(fs.readFileSync(path.join(root, '.autoencoder', '.gitignore'), 'utf8')).toBe('*\n');
    ignoreRuns(path.join(root, 'elsewhere'));
    expect(fs.readdirSync(root)).toEqual(['.autoencoder']);
  });
});

describe('a run that is to be deleted', () => {
  const runs = () => path.join(root, 'runs');
  beforeEach(() => { makeRun('2026-01-01T10-00-00-janet', 'janet', 1); });

  it.each(['2026-01-01T10-00-00-janet', 'janet', 'last'])('is found by its whole name: "%s"', async text => {
    expect((await findRunByName(text, runs())).name).toBe('janet');
  });

  it('is found by its folder', async () => {
    expect((await findRunByName(`${path.join(runs(), '2026-01-01T10-00-00-janet')}/`, runs())).name).toBe('janet');
  });

  it('is not found by a part of it, nor by nothing', async () => {
    await expect(findRunByName('2', runs())).rejects.toThrow(/"2" is only the beginning of 2026-01-01T10-00-00-janet/);
    await expect(findRunByName('', runs())).rejects.toThrow(/an empty text was given/);
    await expect(findRun(' ', runs())).rejects.toThrow(/an empty text was given/);
  });
});

describe('findRun', () => {
  const runs = () => path.join(root, 'runs');
  beforeEach(() => {
    makeRun('2026-01-01T10-00-00-janet', 'janet', 1);
    makeRun('2026-01-02T10-00-00-conv', 'conv', 2);
  });

  it.each([['2026-01-01T10-00-00-janet', 'janet'], ['2026-01-02', 'conv'], ['last', 'conv'], ['janet', 'janet'], ['2026-01-01T10-00-00…', 'janet']])('finds "%s"', async (text, name) => {
    expect((await findRun(text, runs())).name).toBe(name);
  });

  it('finds a folder', async () => {
    expect((await findRun(path.join(runs(), '2026-01-01T10-00-00-janet'), '/nowhere')).name).toBe('janet');
  });

  it('names the runs that a short text may mean', async () => {
    await expect(findRun('2026-01', runs())).rejects.toThrow(/may mean 2 runs: .*conv.*janet/);
  });

  it('suggests a run, or says that there are none', async () => {
    await expect(findRun('somewhere/janet.aeconf', runs())).rejects.toThrow(/That is the name of a config; .* Did you mean janet\?/);
    await expect(findRun('jannet', runs())).rejects.toThrow(/no run "jannet".*Did you mean janet\?/);
    await expect(findRun('last', path.join(root, 'none'))).rejects.toThrow(/no runs in/);
  });
});
