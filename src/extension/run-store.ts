// The one place that knows the runs: it watches the runs folders, follows live runs, and tells everybody else. Trees, the
// status bar, CodeLens and pages read from here. Nothing is polled while nothing runs; a live run is looked at ten times a
// second at first and whenever its state changed, then more and more calmly, down to once in two seconds. How far it has come is told
// more calmly still, down to once in ten seconds: whoever shows it makes the window draw itself again.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { runFiles } from '../runs/events.ts';
import { readSummary } from '../runs/reader.ts';
import { isActive } from '../runs/state.ts';
import { Signal, type Disposable } from './disposables.ts';
import { FolderWatch } from './folder-watch.ts';
import { toRecord, type RunRecord } from './run-record.ts';

/** How many times longer than the shortest the time between two looks at live runs may grow, and that between two reports of progress. */
const CALMEST = 20;
const CALMEST_PROGRESS = 100;

export interface RunStoreOptions {
  /** Milliseconds between two looks at live runs when something just happened. */
  readonly liveInterval?: number;
  /** How many ended runs are watched for a resume from elsewhere; the newest first. */
  readonly watchedRuns?: number;
  /** Where a failure of the store itself is told; what is wrong with a run stands in its record. */
  readonly onError?: (error: unknown) => void;
}

export class RunStore implements Disposable {
  /** Something about some run changed, or runs came or went. */
  readonly onChange = new Signal<void>();
  /** Fires with every look at live runs: who follows events.jsonl reads on. */
  readonly onTick = new Signal<void>();
  /** A run that was live is not any more. */
  readonly onEnded = new Signal<RunRecord>();
  /** The folder of a run must be let go of, or may be held again: see `mayBeHeld`. */
  readonly onHold = new Signal<string>();

  private folders = new Map<string, FolderWatch>();
  private readonly records = new Map<string, RunRecord>();
  private readonly watches = new Map<string, FolderWatch>();
  /** The look at a run that is under way, and the one after it. */
  private readonly looks = new Map<string, { readonly current: Promise<boolean>; next?: Promise<boolean> }>();
  /** Folders that are being deleted. */
  private readonly leaving = new Set<string>();
  private sorted: readonly RunRecord[] | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking = false;
  private gone = false;
  /** When a run last came or changed its state. */
  private lastTurn = 0;
  /** When changes were last told, and whether there are some that were not. */
  private lastTold = 0;
  private untold = false;
  private readonly liveInterval: number;
  private readonly watchedRuns: number;
  private readonly onError: (error: unknown) => void;

  constructor(options: RunStoreOptions = {}) {
    this.liveInterval = options.liveInterval ?? 100;
    this.watchedRuns = options.watchedRuns ?? 200;
    this.onError = options.onError ?? (error => { throw error; });
  }

  /** All runs, the newest first. */
  get runs(): readonly RunRecord[] {
    this.sorted ??= [...this.records.values()].sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1));
    return this.sorted;
  }

  get live(): readonly RunRecord[] {
    return this.runs.filter(run => isActive(run.state));
  }

  /** The run with that id, or in that folder. */
  find(idOrFolder: string): RunRecord | undefined {
    return this.records.get(idOrFolder) ?? this.runs.find(run => run.id === idOrFolder);
  }

  /** Watches these runs folders and no others; resolves when their runs are known. */
  async setFolders(folders: readonly string[]): Promise<void> {
    const wanted = new Set(folders.map(folder => path.resolve(folder)));
    for (const [folder, watch] of this.folders) {
      if (wanted.has(folder)) continue;
      watch.dispose();
      this.folders.delete(folder);
    }
    for (const folder of wanted) {
      if (!this.folders.has(folder)) this.folders.set(folder, new FolderWatch(folder, () => this.background(this.scan(folder))));
    }
    for (const run of [...this.records.values()]) {
      if (!wanted.has(path.dirname(run.folder))) this.forget(run.folder);
    }
    await this.refresh();
  }

  /** Looks at everything again: after a return to the window, or when asked. */
  async refresh(): Promise<void> {
    await Promise.all([...this.folders.keys()].map(folder => this.scan(folder, true)));
    this.changed();
  }

  /** Looks at one run again, known or not; for runs just started or edited. */
  async refreshRun(folder: string): Promise<RunRecord | undefined> {
    // Who asks just did something to it, and more will follow.
    this.lastTurn = performance.now();
    if (await this.look(path.resolve(folder))) this.changed();
    this.hurry();
    return this.records.get(path.resolve(folder));
  }

  /** Whether the folder of a run may be watched; Windows neither renames nor deletes one in which something is. */
  mayBeHeld(folder: string): boolean {
    return !this.leaving.has(folder);
  }

  /** Does something to the folder of a run while nobody here holds it, and looks what became of it. */
  async lettingGo<T>(folder: string, work: () => Promise<T>): Promise<T> {
    this.leaving.add(folder);
    this.unwatch(folder);
    this.onHold.fire(folder);
    try {
      return await work();
    } finally {
      this.leaving.delete(folder);
      await this.refreshRun(folder);
      this.watchEnded();
      this.onHold.fire(folder);
    }
  }

  dispose(): void {
    this.gone = true;
    clearTimeout(this.timer);
    for (const watch of [...this.folders.values(), ...this.watches.values()]) watch.dispose();
    this.folders.clear();
    this.watches.clear();
    this.onChange.dispose();
    this.onTick.dispose();
    this.onEnded.dispose();
    this.onHold.dispose();
  }

  /** Finds runs that came or went; with `all`, looks at the known ones too. */
  private async scan(folder: string, all = false): Promise<void> {
    const found = await subfolders(folder);
    let news = false;
    for (const run of [...this.records.values()]) {
      if (path.dirname(run.folder) === folder && !found.has(run.folder)) {
        this.forget(run.folder);
        news = true;
      }
    }
    const unknown = [...found].filter(run => all || !this.records.has(run));
    for (let i = 0; i < unknown.length; i += 16) {
      const looks = await Promise.all(unknown.slice(i, i + 16).map(run => this.look(run)));
      news = looks.includes(true) || news;
    }
    if (news) this.changed();
  }

  /**
   * Reads one run; true when it differs from what was known. One look at a time: of two the slower could bring back what is over.
   * Whoever comes during one wants to know of what happened since it began, and shares the next.
   */
  private look(folder: string): Promise<boolean> {
    const underWay = this.looks.get(folder);
    if (underWay === undefined) return this.beginLook(folder);
    const again = (): Promise<boolean> => this.beginLook(folder);
    return underWay.next ??= underWay.current.then(again, again);
  }

  private beginLook(folder: string): Promise<boolean> {
    const current = this.read(folder).finally(() => {
      if (this.looks.get(folder)?.next === undefined) this.looks.delete(folder);
    });
    this.looks.set(folder, { current });
    return current;
  }

  private async read(folder: string): Promise<boolean> {
    const now = toRecord(await readSummary(folder), fs.existsSync(path.join(folder, runFiles.lastCheckpoint)));
    const before = this.records.get(folder);
    // A folder without status and run.json is being made this very moment, or is none of ours.
    if (this.gone || !fs.existsSync(folder) || (now.created === 0 && now.pid === undefined)) return this.forget(folder);
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(now)) return false;
    this.records.set(folder, now);
    this.sorted = undefined;
    if (before?.state !== now.state) this.lastTurn = performance.now();
    if (before !== undefined && !isActive(now.state) && (isActive(before.state) || otherProcess(before, now))) this.onEnded.fire(now);
    return true;
  }

  private unwatch(folder: string): void {
    this.watches.get(folder)?.dispose();
    this.watches.delete(folder);
  }

  private forget(folder: string): boolean {
    this.unwatch(folder);
    this.sorted = undefined;
    const known = this.records.delete(folder);
    if (known) this.lastTurn = performance.now();
    return known;
  }

  private changed(): void {
    if (this.gone) return;
    this.lastTold = performance.now();
    this.untold = false;
    this.watchEnded();
    this.schedule();
    this.onChange.fire();
  }

  /** A time that grows as nothing happens but progress, in between the shortest and so many times as much. */
  private calm(most: number): number {
    return Math.min(Math.max((performance.now() - this.lastTurn) / 10, this.liveInterval), this.liveInterval * most);
  }

  /** Live runs are polled; ended ones are watched, since someone may resume or rename them. */
  private watchEnded(): void {
    if (this.gone) return;
    const ended = this.runs.filter(run => !isActive(run.state)).slice(0, this.watchedRuns);
    const wanted = new Set(ended.map(run => run.folder).filter(folder => this.mayBeHeld(folder)));
    for (const folder of [...this.watches.keys()]) if (!wanted.has(folder)) this.unwatch(folder);
    for (const folder of wanted) {
      if (!this.watches.has(folder)) this.watches.set(folder, new FolderWatch(folder, () => this.background(this.refreshRun(folder))));
    }
  }

  private schedule(): void {
    if (this.timer !== undefined || this.gone || this.live.length === 0) return;
    this.timer = setTimeout(() => this.background(this.tick()), this.calm(CALMEST));
  }

  /** Brings the next look forward. */
  private hurry(): void {
    if (this.looking) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.schedule();
  }

  private async tick(): Promise<void> {
    this.looking = true;
    try {
      const looks = await Promise.all(this.live.map(run => this.look(run.folder)));
      this.onTick.fire();
      this.untold ||= looks.includes(true);
      // Looks are not on time to the millisecond, and progress is not to wait for the one after.
      const due = performance.now() - this.lastTold >= this.calm(CALMEST_PROGRESS) - this.liveInterval / 2;
      if (this.untold && (due || this.lastTurn >= this.lastTold)) this.changed();
    } finally {
      this.looking = false;
      this.timer = undefined;
      this.schedule();
    }
  }

  private background(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.onError(error));
  }
}

/** It was resumed, and has ended again before anybody looked. */
function otherProcess(before: RunRecord, now: RunRecord): boolean {
  return before.pid !== undefined && now.pid !== undefined && before.pid !== now.pid;
}

async function subfolders(folder: string): Promise<Set<string>> {
  try {
    const entries = await fs.promises.readdir(folder, { withFileTypes: true });
    return new Set(entries.filter(entry => entry.isDirectory() && !entry.name.startsWith('.')).map(entry => path.join(folder, entry.name)));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return new Set();
    throw error;
  }
}
