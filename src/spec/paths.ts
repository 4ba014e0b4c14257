// Paths into a spec, "training.optimizer.learningRate" or "encoder[2].units", and what --set does with them: the value is put
// into the syntax tree before the check, through shorthands and into parts the file leaves out.
import { StudioError } from '../core/errors.ts';
import { elementOf, expand, membersOf, typeOf, variantOf, variantsOf, type Rule } from './keywords.ts';
import { propertyOf, syntaxOf, type Syntax, type SyntaxProperty } from './parse.ts';
import { formatPath, nearest, ofMachine, type SpecPath } from './diagnostics.ts';

/** A --set whose path leads nowhere. */
export class PathError extends StudioError {
  constructor(readonly option: string, readonly what: string, readonly cure: string) {
    super('usage', `${option}: ${what} ${cure}`);
  }
}

/** "encoder[2].units" → ["encoder", 2, "units"]; "encoder.2.units" is understood too. Throws StudioError('usage'). */
export function parsePath(text: string): (string | number)[] {
  const steps: (string | number)[] = [];
  const pattern = /(?:^|\.)([^.[\]=\s]+)|\[(\d+)\]/gy;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null || (at === 0 && match[2] !== undefined)) {
      throw new StudioError('usage', `The path "${text}" cannot be read at character ${at + 1}. Write it like training.epochs or encoder[2].units.`);
    }
    const [, name, index] = match;
    steps.push(index !== undefined ? Number(index) : /^\d+$/.test(name!) ? Number(name) : name!);
  }
  if (steps.length === 0) throw new StudioError('usage', 'The path is empty. Write it like training.epochs or encoder[2].units.');
  return steps;
}

/** A value as typed on a command line: JSON when it is JSON, else text. */
export function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text; // not JSON, so it is meant as text: --set data=mnist
  }
}

/** "training.epochs=5" → path and value. Throws StudioError('usage') when there is no "=". */
export function parseAssignment(text: string): { path: string; value: unknown } {
  const at = text.indexOf('=');
  if (at < 1) throw new StudioError('usage', `"${text}" sets nothing. Write path=value, for example training.epochs=5.`);
  return { path: text.slice(0, at).trim(), value: parseValue(text.slice(at + 1).trim()) };
}

/**
 * A tree in which the value stands at the path. Shorthands on the way are written out ("adam" → { "type": "adam" }) and
 * absent parts start from their default. Throws PathError for a path that leads nowhere; whether the value is
 * allowed there is for the check to say.
 */
export function setPath(rule: Rule, tree: Syntax, path: SpecPath, value: unknown): Syntax {
  const option = `--set ${formatPath(path)}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
  return replace(rule, tree, path, 0, value, option);
}

function replace(rule: Rule, node: Syntax | undefined, path: SpecPath, depth: number, value: unknown, option: string): Syntax {
  const place = { offset: node?.offset ?? 0, length: node?.length ?? 0, option };
  if (depth === path.length) return syntaxOf(value, place);
  const step = path[depth]!;
  const here = depth === 0 ? 'the spec' : `"${formatPath(path.slice(0, depth))}"`;
  const fail = (what: string, cure: string): never => {
    throw new PathError(option, what, cure);
  };

  const container = node === undefined ? syntaxOf(expand(rule, rule.default ?? {}), place) : longForm(rule, node);
  if (typeof step === 'number') {
    if (container.kind !== 'array') return fail(`${here} is not a list.`, `Leave out [${step}].`);
    const count = container.items.length;
    if (step >= count) return fail(`${here} has ${count} ${count === 1 ? 'entry' : 'entries'}.`, count === 0 ? 'Give the whole list as JSON.' : `They are numbered [0] to [${count - 1}].`);
    const list = membersOf(rule)?.find(member => member.type === 'array') ?? rule;
    const items = container.items.map((item, index) => (index === step ? replace(elementOf(list, index) ?? {}, item, path, depth + 1, value, option) : item));
    return { ...container, items };
  }
  if (container.kind === 'array') return fail(`${here} is a list.`, `Name one of its entries: ${formatPath(path.slice(0, depth))}[0].${step}.`);
  if (container.kind !== 'object') return fail(`${here} is ${JSON.stringify(container.value)} and has no settings.`, `Set ${here} itself.`);
  const known = keysOf(rule, container, step);
  const member = Object.hasOwn(known, step) ? known[step] : undefined;
  if (member === undefined) {
    const near = nearest(step, Object.keys(known));
    const home = Object.entries(known).find(([, inner]) => inner.properties !== undefined && Object.hasOwn(inner.properties, step))?.[0];
    const usual = near === undefined
      ? home === undefined ? `Known keys: ${Object.keys(known).join(', ')}.` : `Did you mean "${formatPath([...path.slice(0, depth), home, step])}"?`
      : `Did you mean "${formatPath([...path.slice(0, depth), near])}"?`;
    return fail(`unknown key "${step}" in ${here}.`, ofMachine(path.slice(0, depth + 1)) ?? usual);
  }
  const present = propertyOf(container, step);
  const entry: SyntaxProperty = { key: step, keyPlace: present?.keyPlace ?? place, value: replace(member, present?.value, path, depth + 1, value, option) };
  // A new `type` starts afresh: the settings of the old one would not fit.
  const others = step === 'type' && typeof value === 'string'
    ? container.properties.filter(property => variantOf(rule, value)?.properties?.[property.key] !== undefined)
    : container.properties;
  return { ...container, properties: [...others.filter(property => property.key !== step), entry] };
}

function longForm(rule: Rule, node: Syntax): Syntax {
  if (node.kind !== 'string' && node.kind !== 'number') return node;
  const pair = rule.shorthand === 'pair' ? rule : membersOf(rule)?.find(member => member.shorthand === 'pair');
  const long = expand(node.kind === 'number' && pair !== undefined ? pair : rule, node.value);
  return long === node.value ? node : syntaxOf(long, node);
}

/** The keys an object may have: of its variant, or of all variants while its type is unknown. */
function keysOf(rule: Rule, node: Syntax, step: string): Readonly<Record<string, Rule>> {
  if (membersOf(rule) === undefined) return rule.properties ?? {};
  const type = propertyOf(node, 'type')?.value;
  const chosen = type?.kind === 'string' ? variantOf(rule, type.value) : undefined;
  if (chosen !== undefined) return chosen.properties ?? {};
  const fitting = variantsOf(rule).find(member => typeOf(member) !== undefined && member.properties?.[step] !== undefined);
  return fitting?.properties ?? Object.assign({}, ...variantsOf(rule).map(member => member.properties)) as Record<string, Rule>;
}
