// The texts of `aeconf help`.
import type { Command } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { formatTable } from './format.ts';

const WIDTH = 100;

/** Breaks a text into lines, each behind an indentation. */
function wrap(text: string, indent: string): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last !== '' && indent.length + last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map(line => `${indent}${line}\n`).join('');
}

function usage({ name, positionals, options }: Command): string {
  const words = positionals.map(({ name: word, optional, many }) => {
    const shown = many ? `${word}...` : word;
    return optional ? `[${shown}]` : shown;
  });
  return ['aeconf', name, ...words, ...(options.length > 0 ? ['[options]'] : [])].join(' ');
}

export function overview(commands: readonly Command[], version: string): string {
  return [
    `aeconf ${version}: design, train and understand autoencoders.\n\n`,
    'Usage: aeconf COMMAND [options]\n\nCommands\n',
    formatTable(commands.map(({ name, positionals, summary }) => [`  ${name}${positionals.map(p => ` ${p.many ? `${p.name}...` : p.optional ? `[${p.name}]` : p.name}`).join('')}`, summary])),
    '\n',
    wrap('FILE is an .aeconf file. RUN is the id of a run, its name, the beginning of its id, "last", or its folder. "aeconf help COMMAND" lists the options of a command; every command takes --json.', ''),
    '\nExit codes\n',
    formatTable(Object.values(exitCodes).map(({ code, meaning }) => [`  ${code}`, meaning])),
  ].join('');
}

export function helpOf(command: Command): string {
  return [
    `${command.summary}\n\nUsage: ${usage(command)}\n`,
    ...(command.options.length === 0 ? [] : ['\nOptions\n', formatTable(command.options.map(({ name, value, description }) => [`  --${name}${value === undefined ? '' : ` ${value}`}`, description]))]),
    ...(command.details === undefined ? [] : ['\n', wrap(command.details, '')]),
  ].join('');
}
