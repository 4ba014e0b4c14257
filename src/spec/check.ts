// The runtime check: one walk over the schema and the syntax tree side by side. It gives the value with every default and
// shorthand written out, and says of each thing that is wrong where it stands and what would be right.
import { accepts, describe, elementOf, exampleOf, expand, isAnything, isTuple, jsonText, membersOf, neededKeys, typeOf, valueRuleOf, variantOf, variantsOf, type Rule } from './keywords.ts';
import { diagnosticAt, jsonOf, propertyOf, separatorBefore, syntaxOf, type Source, type Syntax, type SyntaxObject, type SyntaxProperty } from './parse.ts';
import { formatPath, nearest, ofMachine, sameWord, type Diagnostic, type Fix, type SpecPath } from './diagnostics.ts';

/** Checks a tree against a schema. `value` is complete only when there is no diagnostic of severity error. */
export function checkTree(rule: Rule, tree: Syntax, source: Source): { value: unknown; diagnostics: Diagnostic[] } {
  const walk = new Walk(source);
  const value = walk.check(rule, tree, []);
  return { value, diagnostics: walk.diagnostics };
}

type Finding = Pick<Diagnostic, 'code' | 'message' | 'cure'> & { readonly fix?: Fix | undefined };

/** Where below an object a key stands that was written in it: learningRate is the optimiser's, and that is in training. */
function homeOf(rule: Rule, key: string): { readonly path: readonly string[]; readonly text: string } | undefined {
  const members = Object.entries(rule.properties ?? {});
  const keyOf = (member: Rule): string | undefined => sameWord(key, Object.keys(member.properties ?? {}));
  for (const [name, member] of members) {
    const word = keyOf(member);
    if (word !== undefined) return { path: [name], text: `"${name}": { "${word}": ... }` };
  }
  for (const [name, member] of members) {
    const inner = homeOf(member, key);
    if (inner !== undefined) return { path: [name, ...inner.path], text: `"${name}": { ${inner.text} }` };
  }
  for (const [name, member] of members) {
    const usual = typeof member.default === 'string' ? variantOf(member, member.default) : undefined;
    const variant = [...(usual === undefined ? [] : [usual]), ...variantsOf(member)].find(one => keyOf(one) !== undefined);
    if (variant !== undefined) return { path: [name], text: `"${name}": { "type": "${typeOf(variant)}", "${keyOf(variant)}": ... }` };
  }
  return undefined;
}

class Walk {
  readonly diagnostics: Diagnostic[] = [];
  constructor(private readonly source: Source) {}

  private report(place: Syntax | SyntaxProperty['keyPlace'], path: SpecPath, finding: Finding): undefined {
    this.diagnostics.push(diagnosticAt(this.source, place, path, { severity: 'error', kind: 'schema', ...finding }));
  }

  /** The resolved value, or undefined when something in it is wrong (and was reported). */
  check(rule: Rule, node: Syntax, path: SpecPath): unknown {
    if (isAnything(rule)) return jsonOf(node);
    if (!accepts(rule, node.kind)) return this.wrongType(rule, node, path);
    const members = membersOf(rule);
    if (members !== undefined) return this.checkUnion(rule, members, node, path);
    if (rule.const !== undefined) {
      return rule.const === scalarOf(node) ? rule.const : this.unknownValue([String(rule.const)], rule, node, path);
    }
    switch (node.kind) {
      case 'object': return this.checkObject(rule, node, path);
      case 'array': return this.checkArray(rule, node, path);
      case 'number': return rule.shorthand === 'pair' ? this.check(rule, syntaxOf(expand(rule, node.value), node), path) : this.checkNumber(rule, node, path);
      case 'string': return this.checkText(rule, node, path);
      case 'boolean': return node.value;
      case 'null': return this.wrongType(rule, node, path);
    }
  }

  private checkUnion(rule: Rule, all: readonly Rule[], node: Syntax, path: SpecPath): unknown {
    if (node.kind === 'object') return this.checkVariant(rule, node, path);
    const members = all.filter(member => accepts(member, node.kind));
    if (node.kind === 'string') {
      const exact = members.find(member => member.const === node.value);
      if (exact !== undefined) return node.value;
      if (rule.shorthand === 'type') return this.checkTypeShorthand(rule, node, path);
      const free = members.find(member => member.const === undefined);
      return free !== undefined ? this.check(free, node, path) : this.unknownValue(members.map(member => String(member.const)), rule, node, path);
    }
    if (node.kind === 'number' && rule.shorthand === 'learningRate') {
      const rate = variantOf(rule, 'constant')!;
      const learningRate = this.check(rate.properties!['learningRate']!, node, path);
      return learningRate === undefined ? undefined : this.checkObject(rate, syntaxOf(expand(rule, node.value), node) as SyntaxObject, path);
    }
    return this.check(members[0]!, node, path);
  }

  /** "adam" for { "type": "adam" }. */
  private checkTypeShorthand(rule: Rule, node: Syntax & { kind: 'string' }, path: SpecPath): unknown {
    const variant = variantOf(rule, node.value);
    if (variant === undefined) return this.unknownValue(variantsOf(rule).map(member => typeOf(member)!), rule, node, path);
    const missing = neededKeys(variant).filter(key => key !== 'type');
    if (missing.length > 0) {
      const text = jsonText(Object.fromEntries(['type', ...missing].map(key => [key, exampleOf(variant.properties![key]!)])));
      return this.report(node, path, {
        code: 'missing-key', message: `"${node.value}" needs ${list(missing)}.`, cure: `Write it out: ${text}.`,
        fix: { title: `Write ${text}`, offset: node.offset, length: node.length, text },
      });
    }
    return this.checkObject(variant, syntaxOf({ type: node.value }, node) as SyntaxObject, path);
  }

  /** Chooses by `type`, and reports against that variant only. */
  private checkVariant(rule: Rule, node: SyntaxObject, path: SpecPath): unknown {
    const variants = variantsOf(rule);
    const names = variants.map(member => typeOf(member)!);
    const type = propertyOf(node, 'type');
    if (type?.value === undefined) {
      // Keys that only one variant has tell which one was meant.
      const keys = node.properties.map(property => property.key);
      const likely = variants.find(member => keys.length > 0 && keys.every(key => member.properties![key] !== undefined)) ?? variants[0]!;
      return this.report(opening(node), path, {
        code: 'missing-key', message: '"type" is missing.', cure: `Add "type", ${names.length > 1 ? 'one of ' : ''}${names.map(name => `"${name}"`).join(', ')}.`,
        fix: type === undefined ? this.insertion(node, 'type', typeOf(likely), true) : undefined,
      });
    }
    const chosen = type.value.kind === 'string' ? variantOf(rule, type.value.value) : undefined;
    if (chosen === undefined) {
      return type.value.kind === 'string'
        ? this.unknownValue(names, rule, type.value, [...path, 'type'])
        : this.report(type.value, [...path, 'type'], { code: 'wrong-type', message: `"type" is ${kindInWords(type.value)}.`, cure: `Write one of ${names.map(name => `"${name}"`).join(', ')}.` });
    }
    return this.checkObject(chosen, node, path);
  }

  private checkObject(rule: Rule, node: SyntaxObject, path: SpecPath): unknown {
    const free = valueRuleOf(rule);
    const known = rule.properties ?? (free && Object.fromEntries(node.properties.map(({ key }) => [key, free]))) ?? {};
    const errorsBefore = this.diagnostics.length;
    let complete = true;
    const seen = new Set<string>();
    for (const property of node.properties) {
      const at = [...path, property.key];
      if (seen.has(property.key)) {
        this.report(property.keyPlace, at, { code: 'duplicate-key', message: `"${property.key}" is written twice.`, cure: 'Keep one of them.' });
      }
      seen.add(property.key);
      if (!Object.hasOwn(known, property.key)) this.unknownKey(rule, property, at);
    }
    const result: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(known)) {
      const property = propertyOf(node, key);
      if (property !== undefined) {
        // A key without a value is a syntax error, reported by the parser.
        const value = property.value && this.check(member, property.value, [...path, key]);
        if (value === undefined) complete = false;
        else result[key] = value;
      } else if (member.default !== undefined) {
        result[key] = this.check(member, syntaxOf(member.default, node), [...path, key]);
      } else if (rule.required?.includes(key)) {
        this.missingKey(rule, key, node, path);
      }
    }
    return complete && this.diagnostics.length === errorsBefore ? result : undefined;
  }

  private missingKey(rule: Rule, key: string, node: SyntaxObject, path: SpecPath): void {
    const type = typeOf(rule);
    const value = exampleOf(rule.properties![key]!);
    this.report(propertyOf(node, 'type')?.value ?? opening(node), path, {
      code: 'missing-key', message: `${type === undefined ? '' : `${type}: `}"${key}" is missing.`, cure: `Add it, for example "${key}": ${jsonText(value)}.`,
      fix: this.insertion(node, key, value, false),
    });
  }

  private unknownKey(rule: Rule, property: SyntaxProperty, path: SpecPath): void {
    const names = Object.keys(rule.properties ?? {});
    const type = typeOf(rule);
    const message = `${type === undefined ? '' : `${type}: `}unknown key "${property.key}".`;
    const elsewhere = ofMachine(path);
    if (elsewhere !== undefined) return this.report(property.keyPlace, path, { code: 'unknown-key', message, cure: elsewhere });
    const near = nearest(property.key, names);
    if (near !== undefined) {
      return this.report(property.keyPlace, path, { code: 'unknown-key', message, cure: `Did you mean "${near}"?`, fix: this.replacement(property.keyPlace, near) });
    }
    const home = homeOf(rule, property.key);
    const cure = home === undefined
      ? names.length === 1 && type !== undefined ? `${type} has no settings.` : `Known keys: ${names.join(', ')}.`
      : `It belongs into "${home.path.join('.')}": write ${home.text}.`;
    this.report(property.keyPlace, path, { code: 'unknown-key', message, cure });
  }

  private unknownValue(known: readonly string[], rule: Rule, node: Syntax, path: SpecPath): undefined {
    const written = String(scalarOf(node));
    const activations = path.at(-1) === 'type' ? variantOf(rule, 'activation')?.properties?.['activation'] : undefined;
    const activation = activations && sameWord(written, variantsOf(activations).map(member => typeOf(member)!));
    if (activation !== undefined && sameWord(written, known) === undefined) {
      const text = `"activation", "activation": "${activation}"`;
      return this.report(node, path, {
        code: 'unknown-value', message: `"${written}" is an activation, no layer.`, cure: `Write { "type": ${text} }, or "activation": "${activation}" in the layer before it.`,
        fix: { title: `Replace by "type": ${text}`, offset: node.offset, length: node.length, text },
      });
    }
    const near = nearest(written, known);
    return this.report(node, path, {
      code: 'unknown-value', message: `unknown value ${JSON.stringify(scalarOf(node))}.`,
      cure: near === undefined ? `Write ${path.at(-1) === 'type' ? `one of ${known.map(name => `"${name}"`).join(', ')}` : describe(rule)}.` : `Did you mean "${near}"?`,
      fix: near === undefined ? undefined : this.replacement(node, near),
    });
  }

  private wrongType(rule: Rule, node: Syntax, path: SpecPath): undefined {
    // An item of a list has no name but its place in the list.
    const name = path.length === 0 ? 'The spec' : typeof path.at(-1) === 'number' ? formatPath(path.slice(-2)) : `"${formatPath(path.slice(-1))}"`;
    // 3 where a list of one was meant, and "3" where 3 was.
    const number = node.kind === 'string' && accepts(rule, 'number') && node.value.trim() !== '' ? Number(node.value) : Number.NaN;
    const fix = Number.isFinite(number) ? { title: `Replace by ${number}`, offset: node.offset, length: node.length, text: String(number) } : undefined;
    return this.report(node.kind === 'object' ? opening(node) : node, path, { code: 'wrong-type', message: `${name} is ${kindInWords(node)}.`, cure: `Write ${describe(rule)}.`, fix });
  }

  private checkArray(rule: Rule, node: Syntax & { kind: 'array' }, path: SpecPath): unknown {
    const count = node.items.length;
    if (isTuple(rule) ? count !== rule.items.length : count < (rule.minItems ?? 0) || count > (rule.maxItems ?? Infinity)) {
      const example = rule.examples?.find(Array.isArray);
      const wanted = isTuple(rule) ? describe(rule)
        : count > (rule.maxItems ?? Infinity) ? `at most ${rule.maxItems}` : `at least ${rule.minItems}`;
      return this.report(node, path, {
        code: 'wrong-length', message: `a list of ${count} stands here.`, cure: `Write ${wanted}${example === undefined ? '' : `, for example ${jsonText(example)}`}.`,
      });
    }
    const items = node.items.map((item, index) => this.check(elementOf(rule, index)!, item, [...path, index]));
    return items.includes(undefined) ? undefined : items;
  }

  private checkNumber(rule: Rule, node: Syntax & { kind: 'number' }, path: SpecPath): unknown {
    const { value } = node;
    const inRange = Number.isFinite(value) && value >= (rule.minimum ?? -Infinity) && value <= (rule.maximum ?? Infinity)
      && value > (rule.exclusiveMinimum ?? -Infinity) && value < (rule.exclusiveMaximum ?? Infinity);
    if (rule.type === 'integer' && !Number.isInteger(value)) {
      return this.report(node, path, { code: 'wrong-type', message: `${value} is not a whole number.`, cure: `Write ${describe(rule)}.` });
    }
    return inRange ? value : this.report(node, path, { code: 'out-of-range', message: `${value} is out of range.`, cure: `Write ${describe(rule)}.` });
  }

  private checkText(rule: Rule, node: Syntax & { kind: 'string' }, path: SpecPath): unknown {
    const { length } = node.value;
    if (length < (rule.minLength ?? 0)) return this.report(node, path, { code: 'out-of-range', message: 'the text is empty.', cure: `Write for example ${jsonText(exampleOf(rule))}.` });
    if (length > (rule.maxLength ?? Infinity)) return this.report(node, path, { code: 'out-of-range', message: `the text has ${length} characters.`, cure: `Write ${describe(rule)}.` });
    return node.value;
  }

  private replacement(place: SyntaxProperty['keyPlace'], word: string): Fix {
    return { title: `Replace by "${word}"`, offset: place.offset, length: place.length, text: JSON.stringify(word) };
  }

  /** Adds a key in the manner of the object: on a line of its own when the others stand on theirs. */
  private insertion(node: SyntaxObject, key: string, value: unknown, first: boolean): Fix {
    const { text } = this.source;
    const entry = `"${key}": ${jsonText(value)}`;
    const title = `Add ${entry}`;
    const anchor = node.properties[0];
    const last = node.properties.at(-1);
    if (anchor === undefined || last === undefined) return { title, offset: node.offset + 1, length: 0, text: ` ${entry} ` };
    const separator = separatorBefore(text, anchor.keyPlace.offset);
    if (first) return { title, offset: anchor.keyPlace.offset, length: 0, text: `${entry},${separator}` };
    const end = last.value ?? last.keyPlace;
    return { title, offset: end.offset + end.length, length: 0, text: `,${separator}${entry}` };
  }
}

/** The "{" of an object, so that a squiggle does not cover all of it. */
function opening(node: SyntaxObject): Syntax {
  return { ...node, length: Math.min(1, node.length) };
}

function scalarOf(node: Syntax): unknown {
  return node.kind === 'object' || node.kind === 'array' ? undefined : node.value;
}

function kindInWords(node: Syntax): string {
  switch (node.kind) {
    case 'object': return 'an object';
    case 'array': return 'a list';
    case 'string': return `the text ${JSON.stringify(node.value)}`;
    case 'number': return `the number ${node.value}`;
    default: return String(node.value);
  }
}

function list(keys: readonly string[]): string {
  return keys.map(key => `"${key}"`).join(' and ');
}
