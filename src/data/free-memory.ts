// How much memory this process may still take, and how much of that the samples get. A system that caches a file in memory
// gives that back when it is needed, so it is not counted as taken: a set read from disk would otherwise seem to fill a container.
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';

/** Bytes of a control group that hold files and can be had back at once, from the text of its memory.stat (version 1 or 2). */
export function cachedBytes(memoryStat: string): number {
  const value = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(memoryStat)?.[1] ?? 0);
  // Version 1 counts the group itself and, as "total_", with the groups below it.
  return value('total_inactive_file') + value('total_active_file') || value('inactive_file') + value('active_file');
}

function cachedInContainer(): number {
  const groups = existsSync('/proc/self/cgroup') ? readFileSync('/proc/self/cgroup', 'utf8') : '';
  const own = (line: RegExp): string => line.exec(groups)?.[1]?.replace(/\/$/, '') ?? '';
  const [v1, v2] = [own(/^\d+:(?:.*,)?memory(?:,.*)?:(.*)$/m), own(/^0::(.*)$/m)];
  // Inside of a container its own group is often mounted as the root.
  const file = [`/sys/fs/cgroup/memory${v1}`, '/sys/fs/cgroup/memory', `/sys/fs/cgroup${v2}`, '/sys/fs/cgroup']
    .map(folder => `${folder}/memory.stat`).find(existsSync);
  return file === undefined ? 0 : cachedBytes(readFileSync(file, 'utf8'));
}

/** Bytes this process could still take: the system's free memory, or what a container leaves. */
export function freeMemory(): number {
  // macOS counts memory that files are cached in as used, so "free" says nothing there.
  if (process.platform === 'darwin') return os.totalmem() * 0.75;
  const constrained = process.constrainedMemory();
  if (!(constrained > 0 && constrained < os.totalmem())) return os.freemem();
  // Newer versions of Node know what a container has taken.
  const node: { availableMemory?: () => number } = process;
  const left = node.availableMemory?.() ?? os.freemem();
  return Math.min(constrained, os.freemem(), left + cachedInContainer());
}

/** Where samples are: all in memory, or read from their file as they are needed. */
export type Place = 'memory' | 'disk';

/** Bytes that are always taken without asking: reading from disk needs half as many itself. */
const ALWAYS = 0.5e9;
const GIGABYTE = 1e9;

/** Divides the memory for samples among the parts of a data set, in the order they are read. */
export class MemoryBudget {
  private left: number;
  private undecided: Place | undefined;

  /**
   * @param gigabytes the limit; left out, half of what is free, at least 0.5
   * @param place where the first part has to be, whatever its size: a run that goes on finds its samples where they were
   * @param free bytes that are free
   */
  constructor(private readonly gigabytes?: number, place?: Place, private readonly free = freeMemory()) {
    this.left = gigabytes === undefined ? Math.max(ALWAYS, free / 2) : gigabytes * GIGABYTE;
    this.undecided = place;
  }

  /** Decides where samples of that size are; those in memory are counted. */
  place(bytes: number): Place {
    return this.decide(bytes, this.left);
  }

  /** The same for samples that can only be read as a whole: without a limit of the user's they may take what is free. */
  placeWhole(bytes: number): Place {
    return this.decide(bytes, this.gigabytes === undefined ? Math.max(this.left, this.free * 0.9) : this.left);
  }

  private decide(bytes: number, limit: number): Place {
    const place = this.undecided ?? (bytes <= limit ? 'memory' : 'disk');
    this.undecided = undefined;
    if (place === 'memory') this.left = Math.max(0, this.left - bytes);
    return place;
  }
}
