// The JSON Schema (draft-07) of the language, for editors. It says the same as check.ts, in the form VS Code's JSON language
// service answers best to: shorthands are one branch of an anyOf; the variants of a union are one object whose `type` is an
// enum and whose other keys hang on if/then, so that only the chosen variant completes and complains; snippets write variants.
import { exampleOf, isAnything, isTuple, membersOf, neededKeys, typeOf, valueRuleOf, variantsOf, type Rule } from './keywords.ts';
import { Activation, Corruption, Initializer, Layer, LearningRate, Optimizer, SpecSchema } from './schema.ts';

/** A node of the emitted schema. */
export interface JsonSchema {
  [keyword: string]: unknown;
}

/** Unions used in several places, written once under `definitions`; recognised by their members. */
const shared = new Map<unknown, string>([
  [Activation.anyOf, 'activation'], [Initializer.anyOf, 'initializer'], [Layer.anyOf, 'layer'], [LearningRate.anyOf, 'learningRate'],
  [Corruption.anyOf, 'corruption'], [Optimizer.anyOf, 'optimizer'],
]);

/** The schema as an object ready to be written as JSON. */
export function emitSchema(): JsonSchema {
  const definitions: JsonSchema = {};
  for (const rule of [Activation, Initializer, LearningRate, Layer, Corruption, Optimizer] as readonly Rule[]) definitions[shared.get(rule.anyOf)!] = emitUnion(rule, membersOf(rule)!);
  const { title, ...root } = emitObject(SpecSchema);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#', title, ...root,
    allowComments: true, allowTrailingCommas: true, defaultSnippets: [wholeSnippet], definitions,
  };
}

/** The text of schemas/aeconf.schema.json. */
export function schemaText(): string {
  return `${JSON.stringify(emitSchema(), null, 2)}\n`;
}

const wholeSnippet = {
  label: 'Autoencoder',
  description: 'A small dense autoencoder for drawn digits.',
  body: {
    data: '${1:glyphs}',
    encoder: [{ type: 'flatten' }, { type: 'dense', units: '^${2:128}', activation: 'relu' }],
    latent: { type: 'plain', units: '^${3:2}' },
    decoder: 'mirror',
    training: { epochs: '^${4:20}' },
  },
};

/** Description, default and examples: what a rule says to people. */
function annotations(rule: Rule): JsonSchema {
  return {
    ...(rule.title === undefined ? {} : { title: rule.title }),
    ...(rule.description === undefined ? {} : { description: rule.description }),
    ...(rule.default === undefined ? {} : { default: rule.default }),
    ...(rule.examples === undefined ? {} : { examples: rule.examples }),
  };
}

function emit(rule: Rule): JsonSchema {
  if (isAnything(rule)) return annotations(rule);
  const members = membersOf(rule);
  const name = rule.anyOf && shared.get(rule.anyOf);
  // allOf, because a $ref hides its neighbours in draft-07.
  if (name !== undefined) return { ...annotations(rule), allOf: [{ $ref: `#/definitions/${name}` }] };
  if (members !== undefined) return { ...annotations(rule), ...emitUnion(rule, members) };
  if (rule.shorthand === 'pair' && isTuple(rule)) return { ...annotations(rule), anyOf: [emit(rule.items[0]!), emitTuple(rule)] };
  if (rule.type === 'object') return emitObject(rule);
  if (rule.type === 'array') return isTuple(rule) ? emitTuple(rule) : { ...annotations(rule), type: 'array', ...bounds(rule, ['minItems', 'maxItems']), items: emit(rule.items as Rule) };
  if (rule.const !== undefined) return { ...annotations(rule), const: rule.const };
  return { ...annotations(rule), type: rule.type, ...bounds(rule, ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minLength', 'maxLength']) };
}

function bounds(rule: Rule, keywords: readonly (keyof Rule)[]): JsonSchema {
  return Object.fromEntries(keywords.flatMap(keyword => (rule[keyword] === undefined ? [] : [[keyword, rule[keyword]]])));
}

function emitTuple(rule: Rule & { readonly items: readonly Rule[] }): JsonSchema {
  const count = rule.items.length;
  return { type: 'array', items: rule.items.map(emit), additionalItems: false, minItems: count, maxItems: count };
}

function emitObject(rule: Rule): JsonSchema {
  const free = valueRuleOf(rule);
  if (free !== undefined) return { ...annotations(rule), type: 'object', additionalProperties: emit(free) };
  return { ...annotations(rule), type: 'object', properties: emitProperties(rule), ...requiredKeys(rule), additionalProperties: false };
}

function emitProperties(rule: Rule): JsonSchema {
  return Object.fromEntries(Object.entries(rule.properties ?? {}).map(([key, member]) => [key, emit(member)]));
}

function requiredKeys(rule: Rule): JsonSchema {
  const required = neededKeys(rule);
  return required.length === 0 ? {} : { required };
}

function emitUnion(rule: Rule, members: readonly Rule[]): JsonSchema {
  const variants = variantsOf(rule);
  const literals = members.filter(member => member.const !== undefined);
  const others = members.filter(member => typeOf(member) === undefined && member.const === undefined);
  const branches: JsonSchema[] = [];
  // Short first: the editor offers it first.
  const short = rule.shorthand === 'type' ? variants.filter(variant => neededKeys(variant).length === 1) : [];
  const words = [...literals.map(({ const: value, description }) => [value, description]), ...short.map(variant => [typeOf(variant), variant.description])];
  if (words.length > 0) branches.push({ enum: words.map(([word]) => word), enumDescriptions: words.map(([, description]) => description ?? '') });
  if (rule.shorthand === 'learningRate') branches.push({ type: 'number', exclusiveMinimum: 0, description: 'Always this rate.' });
  if (variants.length > 0) branches.push(emitVariants(variants, short));
  // A pair brings its number and its list as branches of its own.
  for (const other of others) branches.push(...(other.shorthand === 'pair' ? emit(other)['anyOf'] as JsonSchema[] : [emit(other)]));
  return branches.length === 1 ? branches[0]! : { anyOf: branches };
}

/** `short` are the variants that a word can stand for: their snippet is of use only where it shows a setting. */
function emitVariants(variants: readonly Rule[], short: readonly Rule[]): JsonSchema {
  const names = variants.map(variant => typeOf(variant)!);
  return {
    type: 'object',
    required: ['type'],
    properties: { type: { enum: names, enumDescriptions: variants.map(({ description }) => description ?? ''), description: 'What it is; the other keys follow from it.' } },
    allOf: variants.map((variant, index) => ({
      if: { properties: { type: { const: names[index] } }, required: ['type'] },
      then: {
        description: variant.description, ...requiredKeys(variant),
        properties: { ...emitProperties(variant), type: true }, additionalProperties: false,
      },
    })),
    defaultSnippets: variants.filter(variant => !short.includes(variant) || settingsOf(variant).length > 0).map(variant => ({
      label: short.includes(variant) ? `${typeOf(variant)} { ${settingsOf(variant)[0]} … }` : typeOf(variant), description: variant.description,
      body: snippetBody(variant, short.includes(variant) ? settingsOf(variant).slice(0, 1) : []),
    })),
  };
}

/** Keys that may be left out and have a default. */
function settingsOf(variant: Rule): string[] {
  return Object.entries(variant.properties ?? {}).filter(([, member]) => member.default !== undefined).map(([key]) => key);
}

/** A variant with its needed keys, and some more, as places to fill in. */
function snippetBody(variant: Rule, more: readonly string[]): JsonSchema {
  let stop = 0;
  const entries = [...neededKeys(variant), ...more].map(key => {
    const rule = variant.properties![key]!;
    const value = more.includes(key) ? rule.default : exampleOf(rule);
    if (key === 'type' || typeof value === 'object') return [key, value];
    stop++;
    // "^" writes the value without quotes.
    return [key, typeof value === 'string' ? `\${${stop}:${value}}` : `^\${${stop}:${String(value)}}`];
  });
  return Object.fromEntries(entries) as JsonSchema;
}
