// The command line as data: what a command takes, and the check of what was typed against it. Parsing itself is
// node:util's parseArgs; unknown words suggest the nearest known one.
import { parseArgs } from 'node:util';
import { StudioError } from '../core/errors.ts';
import { nearest } from '../spec/diagnostics.ts';

export interface Option {
  readonly name: string;
  /** What stands for the value in the help ("FILE"); a switch has none. */
  readonly value?: string;
  /** May be given several times. */
  readonly many?: boolean;
  readonly description: string;
}

export interface Positional {
  /** As the help shows it: "FILE", "RUN". */
  readonly name: string;
  readonly optional?: boolean;
  /** Takes all words that are left. */
  readonly many?: boolean;
}

/** The part of a command that parsing needs. */
export interface Grammar {
  readonly name: string;
  readonly positionals: readonly Positional[];
  readonly options: readonly Option[];
}

/** What was typed after the command's name. */
export class Arguments {
  constructor(
    readonly positionals: readonly string[],
    private readonly values: ReadonlyMap<string, readonly string[]>,
  ) {}

  flag(option: string): boolean {
    return this.values.has(option);
  }

  /** The last value given. */
  text(option: string): string | undefined {
    return this.values.get(option)?.at(-1);
  }

  all(option: string): readonly string[] {
    return this.values.get(option) ?? [];
  }

  /** @throws StudioError('usage') when the value is no whole number of at least `minimum`. */
  integer(option: string, minimum = 1): number | undefined {
    const text = this.text(option);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < minimum) {
      throw new StudioError('usage', `--${option} takes a whole number of at least ${minimum}, not "${text}".`);
    }
    return value;
  }

  /** @throws StudioError('usage') when the value is none of `allowed`. */
  choice<T extends string>(option: string, allowed: readonly T[]): T | undefined {
    const text = this.text(option);
    if (text === undefined) return undefined;
    const found = allowed.find(item => item === text);
    if (found === undefined) {
      throw new StudioError('usage', `--${option} takes ${oneOf(allowed)}, not "${text}".${suggestion(text, allowed)}`);
    }
    return found;
  }
}

/** "a", "b" or "c", each in quotes. */
function oneOf(words: readonly string[]): string {
  const quoted = words.map(word => `"${word}"`);
  return [quoted.slice(0, -1).join(', '), quoted.at(-1)].filter(part => part !== '').join(' or ');
}

function suggestion(word: string, known: readonly string[], prefix = ''): string {
  const near = nearest(word, known);
  return near === undefined ? '' : ` Did you mean ${prefix}${near}?`;
}

/** @throws StudioError('usage') naming the command that comes nearest. */
export function findCommand<G extends Grammar>(word: string, commands: readonly G[]): G {
  const command = commands.find(({ name }) => name === word);
  if (command) return command;
  const hint = word.endsWith('.aeconf') ? ` Did you mean aeconf train ${word}?` : suggestion(word, commands.map(({ name }) => name));
  throw new StudioError('usage', `There is no command "${word}".${hint} "aeconf help" lists all commands.`);
}

/**
 * Checks the words after the command's name.
 * @throws StudioError('usage') for an unknown option, a missing value, too few or too many words.
 */
export function parseArguments(grammar: Grammar, words: readonly string[]): Arguments {
  const see = `"aeconf help ${grammar.name}" tells more.`;
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(grammar.options.map(option => [option.name, { type: option.value === undefined ? 'boolean' as const : 'string' as const }])),
  });
  const positionals: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      positionals.push(token.value);
      continue;
    }
    const option = grammar.options.find(({ name }) => name === token.name);
    if (!option) {
      throw new StudioError('usage', `"aeconf ${grammar.name}" has no option ${token.rawName}.${suggestion(token.name, grammar.options.map(({ name }) => name), '--')} ${see}`);
    }
    if (option.value === undefined && token.value !== undefined) {
      throw new StudioError('usage', `--${option.name} is a switch and takes no value.`);
    }
    if (option.value !== undefined && (token.value === undefined || token.value === '')) {
      throw new StudioError('usage', `--${option.name} needs a value: --${option.name} ${option.value}.`);
    }
    const given = values.get(option.name);
    if (given && !option.many && option.value !== undefined) throw new StudioError('usage', `--${option.name} is given twice.`);
    values.set(option.name, [...given ?? [], token.value ?? '']);
  }
  const needed = grammar.positionals.filter(({ optional }) => !optional).length;
  const takesAll = grammar.positionals.some(({ many }) => many);
  if (positionals.length < needed) {
    throw new StudioError('usage', `"aeconf ${grammar.name}" needs ${grammar.positionals[positionals.length]!.name}. ${see}`);
  }
  if (!takesAll && positionals.length > grammar.positionals.length) {
    throw new StudioError('usage', `"aeconf ${grammar.name}" does not know what to do with "${positionals[grammar.positionals.length]!}". ${see}`);
  }
  return new Arguments(positionals, values);
}
