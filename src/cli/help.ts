// The texts of `aeconf help`.
import type { Command } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { formatTable, wrapped } from './table.ts';

const WIDTH = 100;

/** @param columns of the terminal; a pipe when left out */
function widthFor(columns: number | undefined): number {
  return Math.min(WIDTH, columns ?? WIDTH);
}

function paragraph(text: string, width: number): string {
  return wrapped(text, width).map(line => `${line}\n`).join('');
}

function wordsOf({ name, positionals }: Command): readonly string[] {
  return [name, ...positionals.map(({ name: word, optional, many }) => {
    const shown = many ? `${word}...` : word;
    return optional ? `[${shown}]` : shown;
  })];
}

function usage(command: Command): string {
  return ['aeconf', ...wordsOf(command), ...(command.options.length > 0 ? ['[options]'] : [])].join(' ');
}

export function overview(commands: readonly Command[], version: string, columns?: number): string {
  const width = widthFor(columns);
  return [
    `aeconf ${version}: design, train and understand autoencoders.\n\n`,
    'Usage: aeconf COMMAND [options]\n\nCommands\n',
    formatTable(commands.map(command => [`  ${wordsOf(command).join(' ')}`, command.summary]), { sentences: true, least: { 0: Infinity } }, width),
    '\n',
    paragraph('FILE is an .aeconf file. RUN is the id of a run, its name, the beginning of its id, "last", or its folder. "aeconf help COMMAND" lists the options of a command; every command takes --json.', width),
    '\nExit codes\n',
    formatTable(Object.values(exitCodes).map(({ code, meaning }) => [`  ${code}`, meaning]), { sentences: true, least: { 0: Infinity } }, width),
  ].join('');
}

export function helpOf(command: Command, columns?: number): string {
  const width = widthFor(columns);
  return [
    `${command.summary}\n\nUsage: ${usage(command)}\n`,
    ...(command.options.length === 0 ? [] : ['\nOptions\n', formatTable(command.options.map(({ name, value, description }) => [`  --${name}${value === undefined ? '' : ` ${value}`}`, description]), { sentences: true, least: { 0: Infinity } }, width)]),
    ...(command.details === undefined ? [] : ['\n', paragraph(command.details, width)]),
  ].join('');
}
