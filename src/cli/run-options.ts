// Options that several commands share.
import * as os from 'node:os';
import { StudioError } from '../core/errors.ts';
import type { Arguments } from './arguments.ts';
import type { DataAccess, OpenRunOptions } from '../trainer/opened-run.ts';

export function accessOf(args: Arguments): DataAccess {
  const threads = threadsOf(args);
  return { dataFolders: args.all('data'), ...(threads === undefined ? {} : { threads }) };
}

/** More threads than any processor has take an engine minutes to start, and all memory. */
const MOST_THREADS = Math.max(256, os.availableParallelism());

/** @throws StudioError('usage') when the value is no number of threads. */
export function threadsOf(args: Arguments): number | undefined {
  const threads = args.integer('threads');
  if (threads !== undefined && threads > MOST_THREADS) {
    throw new StudioError('usage', `--threads is at most ${MOST_THREADS}, not ${threads}; this machine runs ${os.availableParallelism()} at a time. Left out, it takes one for each physical core.`);
  }
  return threads;
}

export function checkpointOf(args: Arguments): OpenRunOptions {
  const checkpoint = args.choice('checkpoint', ['best', 'last']);
  return checkpoint === undefined ? {} : { checkpoint };
}
