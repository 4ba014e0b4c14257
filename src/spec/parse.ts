// Text to a tree with positions. JSON with comments and trailing commas, read by jsonc-parser, which goes on after an error,
// so that a file being typed still has a tree. Values given with --set become nodes of the same tree.
import { createScanner, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { formatPath, positionAt, type Diagnostic, type Fix, type SpecPath } from './diagnostics.ts';

interface Place {
  readonly offset: number;
  readonly length: number;
  /** The option that gave this value ("--set training.epochs=5"); absent for what stands in the file. */
  readonly option?: string;
}
export interface SyntaxProperty {
  readonly key: string;
  readonly keyPlace: Place;
  /** Absent while the value is still being typed. */
  readonly value?: Syntax;
}
export type SyntaxObject = Place & { readonly kind: 'object'; readonly properties: readonly SyntaxProperty[] };
export type SyntaxArray = Place & { readonly kind: 'array'; readonly items: readonly Syntax[] };
export type SyntaxScalar = Place & (
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null'; readonly value: null });
export type Syntax = SyntaxObject | SyntaxArray | SyntaxScalar;

export interface Source {
  readonly text: string;
  readonly file: string;
}

/** Makes a diagnostic from a place in the tree. */
export function diagnosticAt(
  source: Source, place: Place, path: SpecPath,
  finding: Pick<Diagnostic, 'severity' | 'code' | 'kind' | 'message' | 'cure'> & { readonly fix?: Fix | undefined },
): Diagnostic {
  const { fix, ...rest } = finding;
  const position = place.option === undefined ? positionAt(source.text, place.offset) : { line: 0, column: 0 };
  return {
    file: place.option ?? source.file, offset: place.offset, length: place.length, ...position, path: formatPath(path), ...rest,
    ...(fix === undefined || place.option !== undefined ? {} : { fix }),
  };
}

const syntaxMessages: Readonly<Record<string, readonly [message: string, cure: string]>> = {
  InvalidSymbol: ['This is no JSON value.', 'Write text in double quotes; bare words are only true, false and null.'],
  InvalidNumberFormat: ['This number cannot be read.', 'Write it like 12, 0.5 or 1e-3.'],
  PropertyNameExpected: ['A key is expected here.', 'Write a key in double quotes, or close the object with "}".'],
  ValueExpected: ['A value is expected here.', 'Write a number, a text in double quotes, true, false, a list [ ] or an object { }.'],
  ColonExpected: ['A ":" is expected between a key and its value.', 'Write "key": value.'],
  CommaExpected: ['A "," is missing before this.', 'Separate keys and list items by commas.'],
  CloseBraceExpected: ['A "}" is missing.', 'Close the object that was opened with "{".'],
  CloseBracketExpected: ['A "]" is missing.', 'Close the list that was opened with "[".'],
  EndOfFileExpected: ['There is something after the end of the spec.', 'A file holds one object { }; remove what follows it.'],
  InvalidCommentToken: ['This comment cannot be read.', 'Write // for one line or /* */.'],
  UnexpectedEndOfComment: ['The comment is not closed.', 'Close it with */.'],
  UnexpectedEndOfString: ['The text is not closed.', 'Close it with a double quote on the same line.'],
  UnexpectedEndOfNumber: ['The number is cut off.', 'Write it like 12, 0.5 or 1e-3.'],
  InvalidUnicode: ['The \\u escape is cut off.', 'Write \\u and four hexadecimal digits.'],
  InvalidEscapeCharacter: ['This escape is unknown.', 'Known are \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u0000; write a backslash in a path as "/".'],
  InvalidCharacter: ['This character is not allowed in a text.', 'Write a line break as \\n and a tab as \\t.'],
};

/** No spec needs a tenth of it; the readers of a tree call themselves for every level, and the stack ends at some thousands. */
const DEEPEST = 100;

/** The tree of a text, as far as it can be read, and what is wrong with its punctuation. */
export function parseText(text: string, file: string): { tree?: Syntax; diagnostics: Diagnostic[] } {
  const source = { text, file };
  const errors: ParseError[] = [];
  const tooDeep = offsetBelow(DEEPEST, text);
  if (tooDeep !== undefined) {
    return { diagnostics: [diagnosticAt(source, { offset: tooDeep, length: 1 }, [], {
      severity: 'error', code: 'syntax', kind: 'syntax', message: `This is nested more than ${DEEPEST} deep.`, cure: 'Remove what was opened too often.',
    })] };
  }
  // A byte-order mark is a space to us.
  const node = parseTree(text.replace(/^\uFEFF/, ' '), errors, { allowTrailingComma: true, disallowComments: false });
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<number>();
  for (const { error, offset, length } of errors) {
    if (seen.has(offset)) continue; // what follows from the first error at a place is noise
    seen.add(offset);
    const name = printParseErrorCode(error);
    const [message, cure] = syntaxMessages[name] ?? [`This cannot be read (${name}).`, 'Write JSON; comments and trailing commas are allowed.'];
    const fix = name === 'CommaExpected' ? { title: 'Insert ","', offset: endOfTokenBefore(text, offset), length: 0, text: ',' } : undefined;
    diagnostics.push(diagnosticAt(source, { offset, length: Math.max(1, length) }, [], { severity: 'error', code: 'syntax', kind: 'syntax', message, cure, fix }));
  }
  if (node === undefined && diagnostics.length === 0) {
    diagnostics.push(diagnosticAt(source, { offset: 0, length: 0 }, [], {
      severity: 'error', code: 'syntax', kind: 'syntax', message: 'The file is empty.', cure: 'Begin with "Autoencoder: New Config…" or write { "data": "glyphs", "encoder": [ ... ] }.',
    }));
  }
  const tree = node && convert(node);
  return tree === undefined ? { diagnostics } : { tree, diagnostics };
}

/** Where the first list or object stands that has so many around it. */
function offsetBelow(levels: number, text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (;;) {
    scanner.scan();
    if (scanner.getTokenLength() === 0) return undefined; // the end of the file
    switch (text[scanner.getTokenOffset()]) { // nothing else begins with a bracket
      case '{': case '[': if (++depth > levels) return scanner.getTokenOffset(); break;
      case '}': case ']': depth = Math.max(0, depth - 1);
    }
  }
}

function convert(node: Node): Syntax {
  const place = { offset: node.offset, length: node.length };
  switch (node.type) {
    case 'object':
      return {
        ...place, kind: 'object',
        properties: (node.children ?? []).flatMap(property => {
          const [key, value] = property.children ?? [];
          if (key === undefined) return [];
          return [{ key: String(key.value), keyPlace: { offset: key.offset, length: key.length }, ...(value === undefined ? {} : { value: convert(value) }) }];
        }),
      };
    case 'array':
      return { ...place, kind: 'array', items: (node.children ?? []).map(convert) };
    case 'string':
      return { ...place, kind: 'string', value: String(node.value) };
    case 'number':
      return { ...place, kind: 'number', value: Number(node.value) };
    case 'boolean':
      return { ...place, kind: 'boolean', value: node.value === true };
    default:
      return { ...place, kind: 'null', value: null };
  }
}

function endOfTokenBefore(text: string, offset: number): number {
  const scanner = createScanner(text, true);
  let end = 0;
  for (;;) {
    scanner.scan();
    // The end of the file is a token of length 0.
    if (scanner.getTokenLength() === 0 || scanner.getTokenOffset() >= offset) return end;
    end = scanner.getTokenOffset() + scanner.getTokenLength();
  }
}

/** A JSON value as nodes that all stand at one place: defaults, and values of --set. */
export function syntaxOf(value: unknown, place: Place): Syntax {
  if (Array.isArray(value)) return { ...place, kind: 'array', items: value.map(item => syntaxOf(item, place)) };
  switch (typeof value) {
    case 'string': return { ...place, kind: 'string', value };
    case 'number': return { ...place, kind: 'number', value };
    case 'boolean': return { ...place, kind: 'boolean', value };
    case 'object':
      if (value === null) return { ...place, kind: 'null', value };
      return { ...place, kind: 'object', properties: Object.entries(value).map(([key, entry]) => ({ key, keyPlace: place, value: syntaxOf(entry, place) })) };
    default: return { ...place, kind: 'null', value: null };
  }
}

/** The plain JSON value of a node. */
export function jsonOf(node: Syntax): unknown {
  switch (node.kind) {
    case 'object': return Object.fromEntries(node.properties.map(({ key, value }) => [key, value === undefined ? null : jsonOf(value)]));
    case 'array': return node.items.map(jsonOf);
    default: return node.value;
  }
}

/** The value of a key; the last one when it is written twice, as JSON readers do. */
export function propertyOf(node: Syntax | undefined, key: string): SyntaxProperty | undefined {
  return node?.kind === 'object' ? node.properties.findLast(property => property.key === key) : undefined;
}

/** Whether something stands at a path. */
export function stands(tree: Syntax, path: SpecPath): boolean {
  let node: Syntax | undefined = tree;
  for (const step of path) node = typeof step === 'number' ? (node?.kind === 'array' ? node.items[step] : undefined) : propertyOf(node, step)?.value;
  return node !== undefined;
}

/** The node at a path, or the nearest one above it that exists (a shorthand stands for all below it). */
export function locate(tree: Syntax, path: SpecPath): Syntax {
  let node = tree;
  for (const step of path) {
    const next = typeof step === 'number' ? (node.kind === 'array' ? node.items[step] : undefined) : propertyOf(node, step)?.value;
    if (next === undefined) break;
    node = next;
  }
  return node;
}

/** Where to draw a squiggle for a node: under its type, its "{" or "[", or all of a scalar; more would hide more than it shows. */
export function shortPlace(node: Syntax): Syntax {
  const type = propertyOf(node, 'type')?.value;
  return type ?? (node.kind === 'object' || node.kind === 'array' ? { ...node, length: Math.min(1, node.length) } : node);
}

/** What separates a node from what stands before it: a line break with the node's indentation, or a space. */
export function separatorBefore(text: string, offset: number): string {
  const lineStart = text.lastIndexOf('\n', offset - 1);
  const indentation = text.slice(lineStart + 1, offset);
  return lineStart !== -1 && indentation.trim() === '' ? `\n${indentation}` : ' ';
}
