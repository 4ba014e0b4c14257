// How the schema is read: the few JSON Schema keywords the language uses, the shorthands, and schemas in words.
import type { AeconfSchemaOptions } from './schema.ts';

/** A schema of ours, seen as plain JSON Schema. */
export interface Rule {
  readonly type?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly Rule[];
  readonly properties?: Readonly<Record<string, Rule>>;
  /** Keys that are not known beforehand: one entry, whose rule holds for the value of every key. */
  readonly patternProperties?: Readonly<Record<string, Rule>>;
  readonly required?: readonly string[] | undefined;
  /** A list for a tuple. */
  readonly items?: Rule | readonly Rule[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly shorthand?: AeconfSchemaOptions['shorthand'];
}

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

/** The `type` of a variant, or undefined when the rule is no variant of a union. */
export function typeOf(rule: Rule): string | undefined {
  const name = rule.properties?.['type']?.const;
  return typeof name === 'string' ? name : undefined;
}

/** The members of a union; undefined for what is none. (TypeBox makes a union of one into that one.) */
export function membersOf(rule: Rule): readonly Rule[] | undefined {
  if (rule.anyOf !== undefined) return rule.anyOf;
  if (rule.shorthand !== 'type' || typeOf(rule) === undefined) return undefined;
  return [without(rule, ['shorthand', 'default', 'examples'])];
}

/** A copy of an object without some of its keys. */
export function without<T extends object, K extends keyof T & string>(value: T, keys: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !(keys as readonly string[]).includes(key))) as Omit<T, K>;
}

/** The members of a union that are told apart by `type`. */
export function variantsOf(rule: Rule): readonly Rule[] {
  return (membersOf(rule) ?? []).filter(member => typeOf(member) !== undefined);
}

export function variantOf(rule: Rule, type: string): Rule | undefined {
  return variantsOf(rule).find(member => typeOf(member) === type);
}

/** Keys that must be written: required and without a default. */
export function neededKeys(rule: Rule): string[] {
  return (rule.required ?? []).filter(key => rule.properties?.[key]?.default === undefined);
}

export function isTuple(rule: Rule): rule is Rule & { readonly items: readonly Rule[] } {
  return Array.isArray(rule.items);
}

/** The schema of each element. */
export function elementOf(rule: Rule, index: number): Rule | undefined {
  return isTuple(rule) ? rule.items[index] : (rule.items as Rule | undefined);
}

/** Whether a rule says nothing: any value is right. */
export function isAnything(rule: Rule): boolean {
  return rule.type === undefined && rule.const === undefined && rule.anyOf === undefined;
}

/** The rule of the values of an object with free keys. */
export function valueRuleOf(rule: Rule): Rule | undefined {
  return rule.patternProperties && Object.values(rule.patternProperties)[0];
}

/** Whether a value of that kind can be this rule's, in its long form or a shorthand. */
export function accepts(rule: Rule, kind: JsonKind): boolean {
  if (isAnything(rule)) return true;
  if (kind === 'string' && rule.shorthand === 'type') return true;
  if (kind === 'number' && (rule.shorthand === 'pair' || rule.shorthand === 'learningRate')) return true;
  const members = membersOf(rule);
  if (members !== undefined) return members.some(member => accepts(member, kind));
  if (rule.const !== undefined) return typeof rule.const === kind;
  return rule.type === kind || (rule.type === 'integer' && kind === 'number');
}

/** The long form of a shorthand; any other value is given back as it is. */
export function expand(rule: Rule, value: unknown): unknown {
  if (rule.shorthand === 'type' && typeof value === 'string') return { type: value };
  if (rule.shorthand === 'learningRate' && typeof value === 'number') return { type: 'constant', learningRate: value };
  if (rule.shorthand === 'pair' && typeof value === 'number') return [value, value];
  return value;
}

/** JSON on one line with spaces, as people write it. */
export function jsonText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonText).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    return entries.length === 0 ? '{}' : `{ ${entries.map(([key, entry]) => `${JSON.stringify(key)}: ${jsonText(entry)}`).join(', ')} }`;
  }
  return JSON.stringify(value);
}

/** A value this rule allows, for messages and completions: an example, the default, or one made up. */
export function exampleOf(rule: Rule): unknown {
  if (rule.examples !== undefined && rule.examples.length > 0) return rule.examples[0];
  if (rule.default !== undefined) return rule.default;
  if (rule.const !== undefined) return rule.const;
  const members = membersOf(rule);
  if (members !== undefined) return exampleOf(members[0]!);
  switch (rule.type) {
    case 'object': return Object.fromEntries(neededKeys(rule).map(key => [key, exampleOf(rule.properties![key]!)]));
    case 'array': return isTuple(rule) ? rule.items.map(exampleOf) : [];
    case 'string': return 'text';
    case 'boolean': return true;
    default: return rule.minimum ?? 1;
  }
}

const quote = (words: readonly unknown[]) => words.map(word => JSON.stringify(word)).join(', ');

/** What a rule allows, in words: "a whole number of at least 1", "one of "mse", "mae"". */
export function describe(rule: Rule): string {
  const members = membersOf(rule);
  if (members !== undefined) {
    const variants = variantsOf(rule);
    const literals = members.filter(member => member.const !== undefined);
    const parts: string[] = [];
    if (variants.length > 0) parts.push(`${rule.shorthand === 'type' ? '' : 'an object with "type" '}${variants.length > 1 ? 'one of ' : ''}${quote(variants.map(typeOf))}`);
    if (literals.length > 0) parts.push(`${literals.length > 1 ? 'one of ' : ''}${quote(literals.map(member => member.const))}`);
    for (const member of members) if (typeOf(member) === undefined && member.const === undefined) parts.push(describe(member));
    if (rule.shorthand === 'learningRate') parts.unshift('a number above 0');
    return parts.join(', or ');
  }
  if (rule.const !== undefined) return JSON.stringify(rule.const);
  switch (rule.type) {
    case 'integer': return `a whole number${bounds(rule)}`;
    case 'number': return `a number${bounds(rule)}`;
    case 'string': return rule.maxLength === 1 ? 'one character in double quotes' : 'a text in double quotes';
    case 'boolean': return 'true or false';
    case 'array':
      if (rule.shorthand === 'pair') return `${describe((rule.items as readonly Rule[])[0]!)}, or two of them in a list: [height, width]`;
      return isTuple(rule) ? `a list of ${rule.items.length}` : `a list${rule.minItems === undefined ? '' : ` of at least ${rule.minItems}`}`;
    default: return 'an object { }';
  }
}

function bounds(rule: Rule): string {
  const low = rule.minimum !== undefined ? `of at least ${rule.minimum}` : rule.exclusiveMinimum !== undefined ? `above ${rule.exclusiveMinimum}` : '';
  const high = rule.maximum !== undefined ? `of at most ${rule.maximum}` : rule.exclusiveMaximum !== undefined ? `below ${rule.exclusiveMaximum}` : '';
  return (low === '' ? '' : ` ${low}`) + (high === '' ? '' : low === '' ? ` ${high}` : ` and ${high}`);
}
