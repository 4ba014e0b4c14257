import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkTree } from './check.ts';
import { emitSchema, schemaText, type JsonSchema } from './emit.ts';
import { expand, membersOf, neededKeys, typeOf, variantsOf, type Rule } from './keywords.ts';
import { syntaxOf } from './parse.ts';
import { SpecSchema } from './schema.ts';

interface Key {
  /** "spec.encoder[] dense.units". */
  readonly place: string;
  readonly rule: Rule;
  readonly required: boolean;
}

/** Every key of the language. */
function* keysOf(rule: Rule, place: string): Generator<Key> {
  for (const member of membersOf(rule) ?? []) yield* keysOf(member, `${place} ${typeOf(member) ?? ''}`);
  for (const [key, member] of membersOf(rule) === undefined ? Object.entries(rule.properties ?? {}) : []) {
    yield { place: `${place}.${key}`, rule: member, required: neededKeys(rule).includes(key) };
    yield* keysOf(member, `${place}.${key}`);
  }
  if (rule.items !== undefined && !Array.isArray(rule.items)) yield* keysOf(rule.items as Rule, `${place}[]`);
}
const keys = [...keysOf(SpecSchema, 'spec')];
/** Those that are not always the same word: the `type` of a variant has one value, which is its own example. */
const free = keys.filter(({ rule }) => rule.const === undefined);
/** One place for each description: optimisers and layers stand in several. */
const placesOf = (found: readonly Key[]) => [...new Map(found.map(({ place, rule }) => [rule.description, `${place}: ${rule.description}`])).values()];

describe('the language', () => {
  it('describes every key', () => {
    expect(keys.length).toBeGreaterThan(1500);
    expect(placesOf(keys.filter(({ rule }) => !rule.description))).toEqual([]);
  });
  it('has an example for every key', () => {
    expect(free.length).toBeGreaterThan(1000);
    expect(placesOf(free.filter(({ rule }) => (rule.examples ?? []).length === 0))).toEqual([]);
  });
  it('teaches another value than the default', () => {
    const same = ({ rule }: Key) => rule.default !== undefined && rule.examples!.every(example => JSON.stringify(expand(rule, example)) === JSON.stringify(expand(rule, rule.default)));
    expect(placesOf(free.filter(same))).toEqual([]);
  });
  it('has a default for every key, or it has to be written, or its description says what holds without', () => {
    expect(placesOf(free.filter(({ rule, required }) => rule.default === undefined && !required && !/left out/i.test(rule.description ?? '')))).toEqual([]);
  });
  it('accepts its own defaults and examples', () => {
    for (const { place, rule } of keys) for (const value of [rule.default, ...(rule.examples ?? [])]) {
      if (value === undefined) continue;
      const { diagnostics } = checkTree(rule, syntaxOf(value, { offset: 0, length: 0 }), { text: '', file: '' });
      expect(diagnostics.map(({ message }) => message), `${place}: ${JSON.stringify(value)}`).toEqual([]);
    }
  });
});

describe('the emitted schema', () => {
  const schema = emitSchema() as JsonSchema & { properties: Record<string, JsonSchema>; definitions: Record<string, JsonSchema>; required: string[] };
  it('is the file that ships (else run: npm run generate:schema)', () => {
    expect(readFileSync(new URL('../../schemas/aeconf.schema.json', import.meta.url), 'utf8')).toBe(schemaText());
  });
  it('lets comments, trailing commas and defaulted keys be', () => {
    expect(schema).toMatchObject({ allowComments: true, allowTrailingCommas: true, additionalProperties: false });
    expect(schema.required).toEqual(['data', 'encoder']);
  });
  it('has the short form and the variants of a union, one condition for each', () => {
    const activation = schema.definitions['activation'] as { anyOf: [{ enum: string[] }, { allOf: JsonSchema[] }] };
    expect(activation.anyOf[0].enum).toContain('leakyRelu');
    expect(activation.anyOf[1].allOf).toHaveLength(activation.anyOf[0].enum.length);
    const layer = schema.definitions['layer'] as { allOf: { if: JsonSchema; then: { required: string[]; properties: JsonSchema } }[] };
    expect(layer.allOf.find(({ if: condition }) => JSON.stringify(condition).includes('"conv2d"'))!.then.required).toEqual(['type', 'filters']);
  });
  it('offers words only for variants that need nothing else', () => {
    const data = schema.properties['data'] as { anyOf: [{ enum: string[] }] };
    expect(data.anyOf[0].enum).toEqual(['glyphs', 'mnist', 'fashion-mnist', 'lfw']);
    const all = variantsOf((SpecSchema as Rule).properties!['data']!).map(typeOf);
    expect(all).toContain('csv');
  });
  it('resolves all of its references', () => {
    const references = new Set(JSON.stringify(schema).match(/#\/definitions\/\w+/g));
    expect([...references].sort()).toEqual(Object.keys(schema.definitions).map(name => `#/definitions/${name}`).sort());
  });
});
