// Python as text: literals, calls and comments, written as a person would write them.

/** A number where Keras insists on a float. */
export function float(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);
}

export function text(value: string): string {
  // JSON's strings are Python's, but for pairs of surrogates, which it writes as they are.
  return JSON.stringify(value);
}

export function tuple(values: readonly (number | string)[]): string {
  return values.length === 1 ? `(${values[0]},)` : `(${values.join(', ')})`;
}

export function boolean(value: boolean): string {
  return value ? 'True' : 'False';
}

/** `name(first, option=value)`; options that are undefined are left out. Arguments are Python already. */
export function call(name: string, given: readonly string[], options: Readonly<Record<string, string | undefined>> = {}): string {
  const named = Object.entries(options).flatMap(([option, value]) => (value === undefined ? [] : [`${option}=${value}`]));
  return `${name}(${[...given, ...named].join(', ')})`;
}

/** Length of a line within a function from which on a call is spread over three. */
const LONG = 116;

/** `x = layer(...)(x)`. @param made the call that makes the layer. */
export function applied(variable: string, made: string, to = variable): string[] {
  const line = `${variable} = ${made}(${to})`;
  const start = made.indexOf('(') + 1;
  return line.length <= LONG ? [line] : [`${variable} = ${made.slice(0, start)}`, `    ${made.slice(start, -1)},`, `)(${to})`];
}

/** Words of a user in a comment or between triple quotes: on one line, without what would end them. */
export function plainly(words: string): string {
  return words.replace(/\s+/g, ' ').replaceAll('\\', '/').replaceAll('"', '\'').trim();
}

export function indented(lines: readonly string[], by = 4): string[] {
  return lines.map(line => (line === '' ? '' : `${' '.repeat(by)}${line}`));
}
