// Where the systems of docs/SYSTEMS.md are trained: `aeconf`, started as a user starts it, with runs that are kept and continued, so
// that hours of training may be interrupted and nothing is trained twice.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { readRun } from '../../src/runs/reader.ts';
import type { RunInfo, ScalarValues, SplitName } from '../../src/runs/events.ts';
import type { SweepReport } from '../../src/runs/sweep-report.ts';
import { readSpec } from '../../src/spec/load.ts';

export interface LabOptions {
  /** The built command line program. */
  readonly aeconf: string;
  /** Holds the samples. */
  readonly samples: string;
  /** Holds runs and sweeps. */
  readonly folder: string;
  readonly dataFolders: readonly string[];
  /** Small data and few epochs, to see that everything works. */
  readonly quick: boolean;
  /** For a quick look at samples with photographs: a folder of some. */
  readonly quickImages?: string;
  /** Of the code that trains: kept with every run, since runs are taken up again later. */
  readonly commit?: string;
  readonly onLine?: (line: string) => void;
}

export interface TrainedRun {
  readonly id: string;
  readonly folder: string;
  readonly info: RunInfo;
  /** Of training, over all resumes. */
  readonly seconds: number;
  /** Value of a curve after each epoch; index 0 is epoch 1. */
  curve(split: SplitName, value?: string): number[];
  last(split: SplitName, value?: string): number;
}

type Overrides = Readonly<Record<string, unknown>>;

/** What a quick look changes: enough to run every line of a row, not enough to learn much. */
const quickData = { type: 'glyphs', train: 300, test: 100 };
const quickSettings: Overrides = { 'training.epochs': 2, 'training.batchSize': 50, 'views.latentSamples': 100, 'views.every': 1 };

/** Samples of which two epochs of a few steps do not yet show what their rows state: other changes, or more of them. */
const quickChanges: Readonly<Record<string, Overrides>> = {
  'systems/mnist-32': { 'training.epochs': 5, 'probe.epochs': 15 },
  'systems/sparse-l1': { 'training.epochs': 20 },
  'types/deep': { 'pretraining.epochs': 6, 'training.epochs': 8 },
  'types/denoising': { 'training.epochs': 20 },
};

function setOptions(overrides: Overrides): string[] {
  return Object.entries(overrides).flatMap(([at, value]) => ['--set', `${at}=${JSON.stringify(value)}`]);
}

export class Lab {
  /** Commits of the runs that were asked for since the last look. */
  private readonly used = new Set<string>();

  constructor(readonly options: LabOptions) {}

  /** With which commits the runs were trained that were asked for since the last call. */
  commits(): readonly string[] {
    const commits = [...this.used].sort();
    this.used.clear();
    return commits;
  }

  get quick(): boolean {
    return this.options.quick;
  }

  sample(name: string): string {
    return path.join(this.options.samples, `${name}.aeconf`);
  }

  /** Changes to a sample for a quick look: those of its keys that are there. */
  private quickOverrides(name: string): Overrides {
    if (!this.quick) return {};
    const { resolved: spec } = readSpec(fs.readFileSync(this.sample(name), 'utf8'), name);
    if (spec === undefined) throw new Error(`${name} is not valid.`);
    const binarize = spec.data.binarize === undefined ? {} : { binarize: spec.data.binarize };
    return {
      ...quickSettings,
      data: spec.data.type === 'lfw' ? { type: 'images', path: this.options.quickImages, size: 32, color: spec.data.color } : { ...quickData, ...binarize },
      ...(spec.pretraining === undefined ? {} : { 'pretraining.epochs': 2 }),
      ...(spec.probe === undefined ? {} : { 'probe.epochs': 2 }),
      ...quickChanges[name],
    };
  }

  /** Trains a sample, or finds the run that did, or goes on with it. @param overrides as with --set. */
  async train(name: string, overrides: Overrides = {}): Promise<TrainedRun> {
    const all = { ...this.quickOverrides(name), ...overrides };
    const key = this.keyOf(name, all);
    const known = this.known();
    let id = known[key];
    if (id !== undefined && fs.existsSync(path.join(this.runs, id))) {
      const { state } = await readRun(path.join(this.runs, id));
      if (state !== 'finished') {
        this.sign(id);
        await this.aeconf('resume', id, ...this.dataOptions(), '--json');
      }
    } else {
      await this.aeconf('train', this.sample(name), ...setOptions(all), ...this.deviceOptions(), ...this.dataOptions(), '--json', line => {
        const event = JSON.parse(line) as { event?: string; id?: string };
        if (event.event === 'run' && event.id !== undefined) this.remember(key, id = event.id);
      });
    }
    this.look(id!);
    return this.read(id!);
  }

  /** Runs the sweep of a sample, or finds it, or goes on with it. @returns its runs in their order */
  async sweep(name: string): Promise<TrainedRun[]> {
    const { report } = await this.sweepReport(name);
    return Promise.all(report.rows.map(row => this.read(row.run!)));
  }

  /** The report on that sweep, and its chart. */
  async sweepReport(name: string): Promise<{ report: SweepReport; chart: string }> {
    const all = this.quickOverrides(name);
    const key = `sweep ${this.keyOf(name, all)}`;
    let id = this.known()[key];
    const state = id === undefined ? undefined : (await this.ask<SweepReport>('sweeps', id)).state;
    if (state === undefined) {
      await this.aeconf('sweep', this.sample(name), ...setOptions(all), ...this.deviceOptions(), ...this.dataOptions(), '--json', line => {
        const event = JSON.parse(line) as { event?: string; id?: string };
        if (event.event === 'sweep' && event.id !== undefined) this.remember(key, id = event.id);
      });
    } else if (state !== 'finished') {
      this.sign(id!);
      await this.aeconf('sweep', id!, '--resume', ...this.dataOptions(), '--json');
    }
    this.look(id!);
    const { chart, ...report } = await this.ask<SweepReport & { chart?: string }>('sweeps', id!);
    return { report, chart: chart ?? '' };
  }

  /** What a training depends on. */
  private keyOf(name: string, overrides: Overrides): string {
    return createHash('sha256').update(JSON.stringify([fs.readFileSync(this.sample(name), 'utf8'), overrides])).digest('hex').slice(0, 16);
  }

  /** A run with its curves. */
  async read(id: string): Promise<TrainedRun> {
    const folder = path.join(this.runs, id);
    const { info, events } = await readRun(folder);
    if (info === undefined) throw new Error(`${folder} holds no run.`);
    const curve = (split: SplitName, value = 'loss'): number[] => events.flatMap(event =>
      event.type === 'scalars' && event.per === 'epoch' && event.split === split && event.values[value] !== undefined ? [(event.values as ScalarValues)[value]!] : []);
    return {
      id, folder, info, curve,
      seconds: (events.at(-1)?.elapsed ?? 0) / 1000,
      last(split, value = 'loss') {
        const found = curve(split, value).at(-1);
        if (found === undefined) throw new Error(`${id} has no ${split} ${value}.`);
        return found;
      },
    };
  }

  /** Runs a command of aeconf on this lab's runs with --json, and gives back the last thing it printed. */
  async ask<T>(...words: readonly string[]): Promise<T> {
    let last = '';
    await this.aeconf(...words, '--json', line => { last = line; });
    return JSON.parse(last) as T;
  }

  /** A quick look does not try every device with every model. */
  private deviceOptions(): string[] {
    return this.quick ? ['--device', 'cpu'] : [];
  }

  dataOptions(): string[] {
    return this.options.dataFolders.flatMap(folder => ['--data', folder]);
  }

  get runs(): string {
    return path.join(this.options.folder, 'runs');
  }

  private aeconf(...words: readonly (string | ((line: string) => void))[]): Promise<void> {
    const given = words.filter(word => typeof word === 'string');
    const listener = words.find(word => typeof word === 'function');
    this.options.onLine?.(`aeconf ${given.join(' ')}`);
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [this.options.aeconf, ...given, '--runs', this.runs], { stdio: ['ignore', 'pipe', 'pipe'] });
      let rest = '';
      let tail = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop()!;
        for (const line of lines) listener?.(line);
        tail = (tail + text).slice(-2000);
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => { tail = (tail + text).slice(-2000); });
      child.on('error', reject);
      child.on('close', code => {
        if (rest !== '') listener?.(rest);
        if (code === 0) resolve();
        else reject(new Error(`aeconf ${given.join(' ')} ended with ${code}: ${tail}`));
      });
    });
  }

  private get signatures(): string {
    return path.join(this.options.folder, 'commits.json');
  }

  /** Commits by run or sweep; those of one that was resumed with another commit, all. */
  private signed(): Record<string, readonly string[]> {
    return fs.existsSync(this.signatures) ? JSON.parse(fs.readFileSync(this.signatures, 'utf8')) as Record<string, readonly string[]> : {};
  }

  /** Notes that our commit trains a run. */
  private sign(id: string): void {
    const { commit } = this.options;
    if (commit === undefined) return;
    const signed = this.signed();
    fs.writeFileSync(this.signatures, `${JSON.stringify({ ...signed, [id]: [...new Set([...signed[id] ?? [], commit])] }, undefined, 2)}\n`);
  }

  private look(id: string): void {
    const { commit } = this.options;
    if (commit !== undefined) for (const each of this.signed()[id] ?? [`one before ${commit}`]) this.used.add(each);
  }

  private get memory(): string {
    return path.join(this.options.folder, 'trained.json');
  }

  private known(): Record<string, string> {
    return fs.existsSync(this.memory) ? JSON.parse(fs.readFileSync(this.memory, 'utf8')) as Record<string, string> : {};
  }

  private remember(key: string, id: string): void {
    fs.mkdirSync(this.options.folder, { recursive: true });
    fs.writeFileSync(this.memory, `${JSON.stringify({ ...this.known(), [key]: id }, undefined, 2)}\n`);
    this.sign(id);
  }
}
