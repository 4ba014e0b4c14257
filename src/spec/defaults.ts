// `defaults` at work: before the check the keys that a layer leaves out are put into it, as if they had been written there. So a
// resolved spec has layers that are complete, and nothing behind the check needs to know of `defaults`.
import { checkTree } from './check.ts';
import type { Diagnostic } from './diagnostics.ts';
import { variantOf, type Rule } from './keywords.ts';
import { propertyOf, type Source, type Syntax, type SyntaxObject } from './parse.ts';
import { Latent } from './schema/latents.ts';
import { Layer, SpecSchema } from './schema.ts';

const schema: Rule = SpecSchema;
const defaultsRule: Rule = schema.properties!['defaults']!;
const parts: readonly string[] = ['encoder', 'latent', 'decoder'];

/** `checkTree` of a whole spec. */
export function checkSpec(tree: Syntax, source: Source): { value: unknown; diagnostics: Diagnostic[] } {
  return checkTree(schema, withDefaults(tree, source), source);
}

/** Keys of `defaults` that stand in the tree and that no layer could take. */
export function idleDefaults(tree: Syntax): string[] {
  const given = propertyOf(tree, 'defaults')?.value;
  const taken = new Set([...takersOf(tree).values()].flat());
  return given?.kind !== 'object' ? [] : given.properties.map(({ key }) => key).filter(key => !taken.has(key));
}

function withDefaults(tree: Syntax, source: Source): Syntax {
  const given = propertyOf(tree, 'defaults')?.value;
  if (tree.kind !== 'object' || given?.kind !== 'object') return tree;
  // What is wrong with a default is told once, where it stands.
  const right = given.properties.filter(({ key, value }) => {
    const rule = defaultsRule.properties![key];
    return rule !== undefined && value !== undefined && checkTree(rule, value, source).diagnostics.length === 0;
  });
  const takers = takersOf(tree);
  const complete = (node: Syntax): Syntax => {
    if (node.kind === 'array') return { ...node, items: node.items.map(complete) };
    const keys = node.kind === 'object' ? takers.get(node) : undefined;
    if (node.kind !== 'object' || keys === undefined) return node;
    return { ...node, properties: [...node.properties, ...right.filter(({ key }) => keys.includes(key) && propertyOf(node, key) === undefined)] };
  };
  return { ...tree, properties: tree.properties.map(property => (parts.includes(property.key) && property.value !== undefined ? { ...property, value: complete(property.value) } : property)) };
}

/** The layers of a model, each with the keys that `defaults` may give it. */
function takersOf(tree: Syntax): Map<SyntaxObject, string[]> {
  const takers = new Map<SyntaxObject, string[]>();
  const latent = propertyOf(tree, 'latent')?.value;
  // Without units a latent adds no layer: the encoder's last one makes the code.
  const coder = latent?.kind === 'object' && propertyOf(latent, 'units') !== undefined ? latent : undefined;
  if (coder !== undefined) takers.set(coder, keysOf(Latent, coder).filter(key => key !== 'activation'));
  for (const [part, ends] of [['encoder', coder === undefined], ['decoder', true]] as const) {
    const list = propertyOf(tree, part)?.value;
    const layers = list?.kind === 'array' ? list.items.filter(item => item.kind === 'object') : [];
    const active = layers.filter(layer => variantIn(Layer, layer)?.properties?.['activation'] !== undefined);
    for (const layer of layers) {
      const next = active[active.indexOf(layer) + 1];
      const keepsActivation = next === undefined ? ends : typeText(next) === 'activation';
      takers.set(layer, keysOf(Layer, layer).filter(key => key !== 'activation' || !keepsActivation));
    }
  }
  return takers;
}

function typeText(layer: SyntaxObject): string | undefined {
  const type = propertyOf(layer, 'type')?.value;
  return type?.kind === 'string' ? type.value : undefined;
}

function variantIn(rule: Rule, layer: SyntaxObject): Rule | undefined {
  return variantOf(rule, typeText(layer) ?? '');
}

/** Keys that a layer may leave out and that `defaults` has in the same sense: the padding of a pooling layer is another one. */
function keysOf(rule: Rule, layer: SyntaxObject): string[] {
  return Object.entries(variantIn(rule, layer)?.properties ?? {}).flatMap(([key, member]) => {
    const own = defaultsRule.properties![key];
    return own !== undefined && member.default !== undefined && member.anyOf === own.anyOf && member.type === own.type ? [key] : [];
  });
}
