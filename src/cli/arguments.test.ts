import { describe, expect, it } from 'vitest';
import { findCommand, parseArguments, type Grammar } from './arguments.ts';
import { commands } from './commands.ts';

const grammar: Grammar = {
  name: 'train',
  positionals: [{ name: 'FILE' }],
  options: [
    { name: 'device', value: 'D', description: '' }, { name: 'set', value: 'PATH=VALUE', many: true, description: '' },
    { name: 'epochs', value: 'N', description: '' }, { name: 'json', description: '' },
  ],
};
const parse = (...words: string[]) => parseArguments(grammar, words);

describe('parseArguments', () => {
  it('takes options anywhere, as two words or with "="', () => {
    const args = parse('--device', 'cpu', 'a.aeconf', '--set=x.y=1', '--set', 'z=a=b', '--json');
    expect(args.positionals).toEqual(['a.aeconf']);
    expect(args.text('device')).toBe('cpu');
    expect(args.all('set')).toEqual(['x.y=1', 'z=a=b']);
    expect(args.flag('json')).toBe(true);
  });

  it('leaves words after -- alone', () => {
    expect(parse('--', '--odd-name.aeconf').positionals).toEqual(['--odd-name.aeconf']);
  });

  it.each([
    [['a', '--devise', 'cpu'], /no option --devise\. Did you mean --device\?/],
    [['a', '--device'], /--device needs a value: --device D/],
    [['a', '--device='], /--device needs a value/],
    [['a', '--json=yes'], /--json is a switch/],
    [['a', '--device', 'cpu', '--device', 'cuda'], /--device is given twice/],
    [[], /"aeconf train" needs FILE/],
    [['a', 'b'], /does not know what to do with "b"/],
  ])('refuses %j', (words, message) => {
    expect(() => parse(...words)).toThrow(message);
  });

  it('reads whole numbers only', () => {
    expect(parse('a', '--epochs', '12').integer('epochs')).toBe(12);
    for (const wrong of ['0', '1.5', 'many', ' ']) expect(() => parse('a', '--epochs', wrong).integer('epochs'), wrong).toThrow(/--epochs takes a whole number of at least 1/);
  });

  it('reads one of several words', () => {
    expect(parse('a', '--device', 'cpu').choice('device', ['cpu', 'cuda'])).toBe('cpu');
    expect(() => parse('a', '--device', 'x').choice('device', ['cpu', 'cuda', 'dml'])).toThrow('--device takes "cpu", "cuda" or "dml", not "x".');
    expect(() => parse('a', '--device', 'cdua').choice('device', ['cpu', 'cuda'])).toThrow(/"cpu" or "cuda", not "cdua"\. Did you mean cuda/);
  });
});

describe('findCommand', () => {
  it('finds every command by its name', () => {
    for (const command of commands) expect(findCommand(command.name, commands)).toBe(command);
  });

  it('suggests the nearest, and train for a file', () => {
    expect(() => findCommand('trian', commands)).toThrow(/no command "trian"\. Did you mean train\?/);
    expect(() => findCommand('a.aeconf', commands)).toThrow(/Did you mean aeconf train a\.aeconf\?/);
  });
});
