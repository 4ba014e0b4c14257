// Options that commands on a trained run share.
import type { Arguments } from './arguments.ts';
import type { DataAccess, OpenRunOptions } from '../trainer/opened-run.ts';

export function accessOf(args: Arguments): DataAccess {
  const threads = args.integer('threads');
  return { dataFolders: args.all('data'), ...(threads === undefined ? {} : { threads }) };
}

export function checkpointOf(args: Arguments): OpenRunOptions {
  const checkpoint = args.choice('checkpoint', ['best', 'last']);
  return checkpoint === undefined ? {} : { checkpoint };
}
