// Who used the processor: CPU seconds by part (trainer, extension host, the window's drawing …) from what Linux counts for every
// thread. Unlike times on the clock these numbers hardly change when the machine has other things to do.
import { readFile, readdir } from 'node:fs/promises';

/** What /proc counts CPU time in: 1/100 s on every Linux of today. */
const TICK = 0.01;

/** @returns the fields after the name, which may itself hold spaces and parentheses, and the name */
function fieldsOf(stat) {
  const end = stat.lastIndexOf(')');
  return { name: stat.slice(stat.indexOf('(') + 1, end), fields: stat.slice(end + 2).split(' ') };
}

async function processes() {
  const found = [];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      const { fields } = fieldsOf(await readFile(`/proc/${name}/stat`, 'utf8'));
      found.push({ pid, parent: Number(fields[1]), command: (await readFile(`/proc/${name}/cmdline`, 'utf8')).replaceAll('\0', ' ') });
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

/** All processes that began with one of these, the trainer among them: it is detached, but its parent stays. */
function descendants(all, pid) {
  const chosen = new Set([pid]);
  for (let size = 0; size < chosen.size;) {
    size = chosen.size;
    for (const { pid: child, parent } of all) if (chosen.has(parent)) chosen.add(child);
  }
  return all.filter(each => chosen.has(each.pid));
}

/** The part of the whole that a process is, by its command line. */
function partOf(command) {
  if (/aeconf\.js/.test(command)) return 'trainer';
  if (/--type=extensionHost/.test(command)) return 'extension host';
  if (/--type=gpu-process/.test(command)) return 'browser: drawing';
  if (/--type=renderer/.test(command)) return 'browser: page';
  if (/--type=utility|--type=zygote|chrom/.test(command)) return 'browser: rest';
  return 'server';
}

async function secondsOf(pid, threads) {
  const seconds = new Map();
  const add = (key, stat) => {
    const { fields } = fieldsOf(stat);
    seconds.set(key, (seconds.get(key) ?? 0) + (Number(fields[11]) + Number(fields[12])) * TICK);
  };
  try {
    if (!threads) add('', await readFile(`/proc/${pid}/stat`, 'utf8'));
    else for (const task of await readdir(`/proc/${pid}/task`)) {
      const stat = await readFile(`/proc/${pid}/task/${task}/stat`, 'utf8');
      add(fieldsOf(stat).name, stat);
    }
  } catch {
    // It ended while we looked.
  }
  return seconds;
}

/**
 * CPU seconds so far of a process and all it started, by part; with `threads` also by name of thread.
 * @returns {Promise<Record<string, number>>} empty where the system does not count as Linux does
 */
export async function cpuSeconds(pid, { threads = false } = {}) {
  if (process.platform !== 'linux') return {};
  const sums = {};
  for (const { pid: each, command } of descendants(await processes(), pid)) {
    if (each === pid) continue;
    for (const [thread, seconds] of await secondsOf(each, threads)) {
      const key = thread === '' ? partOf(command) : `${partOf(command)}, ${thread}`;
      sums[key] = (sums[key] ?? 0) + seconds;
    }
  }
  return sums;
}

/** What was used between two looks, by part. */
export function cpuBetween(before, after) {
  return Object.fromEntries(Object.entries(after).map(([part, seconds]) => [part, seconds - (before[part] ?? 0)]));
}
