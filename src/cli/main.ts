// The entry of `aeconf`: streams, signals and exit code of this process around program.ts.
import { exitCodes } from './exit-codes.ts';
import { run } from './program.ts';
import { processTerminal } from './terminal.ts';

/** The first signal asks for an end in order, the next one ends at once, as the first does where nothing is to be stopped. */
function handleSignals(): (abort: () => void) => void {
  let abort: (() => void) | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (abort === undefined) process.exit(exitCodes.stopped.code);
      abort();
      abort = undefined;
    });
  }
  return handler => { abort = handler; };
}

void run(process.argv.slice(2), processTerminal(), handleSignals()).then(code => { process.exitCode = code; });
