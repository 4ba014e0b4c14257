// `aeconf stop RUN`, `aeconf pause RUN`, `aeconf continue RUN`: ask, then wait until the trainer has done it.
import { setTimeout as sleep } from 'node:timers/promises';
import { requestControl } from '../../runs/control.ts';
import type { RunState } from '../../runs/events.ts';
import { isActive, runCondition } from '../../runs/state.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { findRun, runsFolderFor } from '../workspace.ts';

/** Milliseconds to wait for the trainer: a step of a large model, a checkpoint, the last pictures. */
const PATIENCE = 30_000;

const done: Readonly<Record<'stop' | 'pause' | 'continue', (state: RunState) => boolean>> = {
  stop: state => !isActive(state),
  pause: state => state === 'paused' || !isActive(state),
  continue: state => state === 'training' || !isActive(state),
};

export function control(request: 'stop' | 'pause' | 'continue'): Handler {
  return async ({ args, terminal, json }) => {
    const { folder, id } = await findRun(args.positionals[0]!, runsFolderFor(process.cwd(), args.text('runs')));
    await requestControl(folder, request);
    let { state } = await runCondition(folder);
    for (const start = Date.now(); !done[request](state) && Date.now() - start < PATIENCE;) {
      await sleep(50);
      ({ state } = await runCondition(folder));
    }
    const reached = done[request](state);
    if (json) terminal.out(`${JSON.stringify({ id, folder, request, state, done: reached })}\n`);
    else terminal.out(reached ? `${id} is ${state}.\n` : `${id} was asked to ${request}; it is still ${state} and will do so after its step.\n`);
    return exitCodes.ok.code;
  };
}
