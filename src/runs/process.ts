// Which process wrote a status, and whether that very process is still there. A pid alone does not say: pids are used again.
// So a status names the pid, when the process started, and the world in which both mean something (boot, pid namespace).
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import { promisify } from 'node:util';
import { errorCode } from './files.ts';

const run = promisify(execFile);

/** 'unknown' where the facts cannot be had from here; then only the heartbeat tells. */
export type Liveness = 'alive' | 'gone' | 'unknown';

export interface ProcessIdentity {
  readonly pid: number;
  /** `<world>/<start time>`; the start time is '' where the system does not tell. */
  readonly processStart: string;
  readonly host: string;
}

function linuxWorld(): string {
  const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${boot} ${fs.readlinkSync('/proc/self/ns/pid')}`;
}

let world: string | undefined;

/** The boot and pid namespace this process lives in: pids of another one mean nothing here. */
function thisWorld(): string {
  if (world === undefined) {
    try {
      world = process.platform === 'linux' ? linuxWorld() : process.platform;
    } catch (error) {
      if (errorCode(error) === '') throw error;
      world = process.platform; // A /proc that hides these files: pids of the same host name are taken as ours.
    }
  }
  return world;
}

/** Start time in clock ticks since boot: field 22 of /proc/<pid>/stat (man 5 proc). A zombie has ended. */
function linuxStart(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, field 2, stands in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch (error) {
    if (errorCode(error) === '') throw error;
    return undefined;
  }
}

/** Start time of a process by the system's own tool, undefined when there is none, '' when the tool cannot be run. */
async function startByTool(pid: number): Promise<string | undefined> {
  const [tool, args] = process.platform === 'win32'
    ? ['powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`]]
    : ['ps', ['-o', 'stat=,lstart=', '-p', String(pid)]];
  try {
    const { stdout } = await run(tool, args, { timeout: 5000, windowsHide: true, env: { ...process.env, LC_ALL: 'C' } });
    const found = stdout.trim().replace(/\s+/g, ' ');
    if (process.platform === 'win32') return found === '' ? undefined : found;
    const [state = '', ...start] = found.split(' ');
    return state === '' || state.startsWith('Z') ? undefined : start.join(' ');
  } catch {
    // The tool fails both for a missing process and when it is missing itself; only signal 0 tells these apart.
    return exists(pid) ? '' : undefined;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

async function startOf(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' && fs.existsSync('/proc/self/stat') ? linuxStart(pid) : startByTool(pid);
}

let own: Promise<ProcessIdentity> | undefined;

/** This process, as a status names it. */
export function thisProcess(): Promise<ProcessIdentity> {
  own ??= startOf(process.pid).then(start => ({ pid: process.pid, processStart: `${thisWorld()}/${start ?? ''}`, host: os.hostname() }));
  return own;
}

/** Asking a tool costs a process; one answer serves for this long. */
const CACHE_MILLISECONDS = 3000;
const asked = new Map<number, { readonly at: number; readonly start: Promise<string | undefined> }>();

function cachedStart(pid: number): Promise<string | undefined> {
  const known = asked.get(pid);
  if (known !== undefined && Date.now() - known.at < CACHE_MILLISECONDS) return known.start;
  const start = startOf(pid);
  asked.set(pid, { at: Date.now(), start });
  return start;
}

/** Whether that very process still runs on this machine. */
export async function livenessOf(identity: ProcessIdentity): Promise<Liveness> {
  const slash = identity.processStart.lastIndexOf('/');
  if (identity.host !== os.hostname() || identity.processStart.slice(0, slash) !== thisWorld()) return 'unknown';
  const { pid } = identity;
  if (!Number.isInteger(pid) || pid <= 0 || !exists(pid)) return 'gone';
  const written = identity.processStart.slice(slash + 1);
  const start = process.platform === 'linux' ? await startOf(pid) : await cachedStart(pid);
  if (start === undefined) return 'gone';
  if (start === '' || written === '') return 'unknown';
  return start === written ? 'alive' : 'gone';
}
