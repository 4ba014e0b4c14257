// `aeconf`: finds the command, runs it, and turns whatever happens into a message and an exit code.
import { messageOf, StudioError } from '../core/errors.ts';
import { version } from '../../package.json';
import { findCommand, parseArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { helpOf, overview } from './help.ts';
import { paint, type Terminal } from './terminal.ts';

/**
 * Runs `aeconf` with these words.
 * @param onInterrupt is told how a graceful command is to be stopped.
 * @returns the exit code; never throws.
 */
export async function run(words: readonly string[], terminal: Terminal, onInterrupt: (abort: () => void) => void = () => undefined): Promise<number> {
  const json = words.includes('--json');
  try {
    const [first, ...rest] = words;
    if (first === undefined || first === 'help' || first === '--help' || first === '-h') return help(rest, terminal);
    if (first === '--version' || first === '-v') {
      terminal.out(`${version}\n`);
      return exitCodes.ok.code;
    }
    const command: Command = findCommand(first, commands);
    if (rest.includes('--help') || rest.includes('-h')) return help([first], terminal);
    const args = parseArguments(command, rest);
    const abort = new AbortController();
    if (command.graceful) onInterrupt(() => { abort.abort(); });
    const handler = await command.load();
    return await handler({ args, terminal, json: args.flag('json'), signal: abort.signal });
  } catch (error) {
    tell(error, terminal, json);
    return exitCodeOf(error);
  }
}

function help([name]: readonly string[], terminal: Terminal): number {
  const columns = terminal.outWidth();
  terminal.out(name === undefined || name.startsWith('-') ? overview(commands, version, columns) : helpOf(findCommand(name, commands), columns));
  return exitCodes.ok.code;
}

function tell(error: unknown, terminal: Terminal, json: boolean): void {
  const known = error instanceof StudioError;
  const reason = known ? error.reason : 'internal';
  if (json) {
    const details = known && error.options.details !== undefined ? { details: error.options.details } : {};
    terminal.out(`${JSON.stringify({ event: 'error', reason, message: messageOf(error), ...details })}\n`);
    return;
  }
  // The findings in a spec begin with their places, as compilers print them.
  const text = reason === 'spec' ? messageOf(error) : `${paint(terminal, 'red', reason === 'cancelled' ? 'Stopped' : 'Error')}: ${messageOf(error)}`;
  terminal.err(`${text}\n`);
  if (reason === 'internal') terminal.err(`${error instanceof Error ? error.stack ?? '' : ''}\nThis is a fault of aeconf ${version}.\n`);
}
