// Trainings of a sweep as processes of their own, several at once. A training is stopped by cutting its channel: that reaches it
// on every system, and just as well when this process is killed, so that none trains on unseen.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { messageOf, StudioError } from '../../core/errors.ts';
import { LineReader, parseLine } from '../../core/json-lines.ts';
import type { SweepRecord } from '../../runs/sweep.ts';
import type { MemberEnd, MemberWork } from '../../trainer/sweep.ts';
import { exitCodes } from '../exit-codes.ts';

export interface ProcessOptions {
  readonly runsFolder: string;
  readonly dataFolders: readonly string[];
  /** Each line of JSON that a training writes (see `aeconf help sweep`). */
  readonly onLine: (line: string) => void;
}

/** How much of what a process says besides its lines of JSON is kept for the message about its end. */
const COMPLAINTS = 2000;

/** Trains members by this very program. */
export function memberProcesses(record: SweepRecord, { runsFolder, dataFolders, onLine }: ProcessOptions): MemberWork {
  const script = process.argv[1];
  if (script === undefined) throw new StudioError('internal', 'The program does not know its own file.');
  return (index, signal) => new Promise((resolve, reject) => {
    const words = ['sweep', record.id, '--member', String(index + 1), '--runs', runsFolder, ...dataFolders.flatMap(folder => ['--data', folder]), '--json'];
    const child = spawn(process.execPath, [...process.execArgv, script, ...words], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], windowsHide: true });
    const stop = (): void => { if (child.connected) child.disconnect(); };
    let complaints = '';
    let end: MemberEnd | undefined;
    const complain = (text: string): void => { complaints = (complaints + text).slice(-COMPLAINTS); };
    const lines = new LineReader(text => {
      const line = parseLine(text);
      if (line === undefined) {
        complain(`${text}\n`);
        return;
      }
      end = endOf(line) ?? end;
      onLine(text);
    });
    child.stdout!.setEncoding('utf8').on('data', (text: string) => { lines.add(text); });
    child.stderr!.setEncoding('utf8').on('data', complain);
    // Not the event "close", which Node never sends once this side has cut the channel.
    void Promise.all([once(child, 'exit'), once(child.stdout!, 'close'), once(child.stderr!, 'close')]).then(([exit]) => {
      const [code, killedBy] = exit as [number | null, NodeJS.Signals | null];
      signal.removeEventListener('abort', stop);
      lines.end();
      resolve(end ?? (code === exitCodes.stopped.code ? { outcome: 'stopped' } : { outcome: 'failed', message: `Its process ended ${killedBy === null ? `with code ${code ?? '?'}` : `by ${killedBy}`}. ${complaints}`.trim() }));
    }, (cause: unknown) => { reject(new StudioError('internal', `Cannot start ${process.execPath}: ${messageOf(cause)}`, { cause })); });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}

/** How a training ended, from the line that says so. */
function endOf(value: Readonly<Record<string, unknown>>): MemberEnd | undefined {
  const message = typeof value['message'] === 'string' ? { message: value['message'] } : {};
  if (value['event'] === 'error') return { outcome: 'failed', ...message };
  if (value['event'] !== 'member') return undefined;
  return { outcome: value['outcome'] === 'finished' ? 'finished' : value['outcome'] === 'stopped' ? 'stopped' : 'failed', ...message };
}

/** A signal that is aborted by another one, or when the process that started this one lets go of it. `release` lets this process end. */
export function untilLetGo(signal: AbortSignal): { readonly signal: AbortSignal; release(): void } {
  const stop = new AbortController();
  const abort = (): void => { stop.abort(); };
  signal.addEventListener('abort', abort, { once: true });
  process.once('disconnect', abort);
  return {
    signal: stop.signal,
    release() {
      process.removeListener('disconnect', abort);
      if (process.connected) process.disconnect();
    },
  };
}
