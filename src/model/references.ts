// How penalties, transfer and freezing name layers: "encoder" for a part, "dense_1" where only one part has such a layer,
// "decoder/dense_1" always; "latent" is the code itself.
import { nearest, type SpecPath } from '../spec/diagnostics.ts';
import type { Spec } from '../spec/schema.ts';
import type { ModelIssue } from './errors.ts';
import type { ModelLayer } from './model.ts';

type Named = Pick<ModelLayer, 'part' | 'name'>;

/** Whether a reference means this layer. */
export function refersTo(reference: string, { part, name }: Named): boolean {
  return reference === part || reference === name || reference === `${part}/${name}`;
}

/** The layers a reference means. "latent" without a layer of its own is what the encoder ends in. */
export function layersOf<L extends Named>(reference: string, layers: readonly L[]): L[] {
  const found = layers.filter(layer => refersTo(reference, layer));
  const coded = layers.filter(({ part }) => part !== 'decoder').at(-1);
  return found.length === 0 && reference === 'latent' && coded !== undefined ? [coded] : found;
}

/** References of a spec that mean no layer. */
export function checkReferences(spec: Spec, layers: readonly ModelLayer[]): ModelIssue[] {
  const places: [SpecPath, string][] = [
    ...spec.penalties.flatMap((penalty, i): [SpecPath, string][] => [
      ...('layer' in penalty ? [[['penalties', i, 'layer'], penalty.layer] as [SpecPath, string]] : []),
      ...('layers' in penalty ? (penalty.layers ?? []).map((name, k): [SpecPath, string] => [['penalties', i, 'layers', k], name]) : []),
    ]),
    ...(spec.init?.layers ?? []).map((name, k): [SpecPath, string] => [['init', 'layers', k], name]),
    ...(spec.init?.freeze ?? []).map((name, k): [SpecPath, string] => [['init', 'freeze', k], name]),
  ];
  return places.flatMap(([path, reference]): ModelIssue[] => {
    if (layersOf(reference, layers).length > 0) return [];
    const known = ['encoder', 'latent', 'decoder', ...new Set(layers.flatMap(({ part, name }) => [name, `${part}/${name}`]))];
    const near = nearest(reference, known);
    return [{
      path, code: 'unknown-value', severity: 'error', message: `the model has no layer "${reference}".`,
      cure: near === undefined ? `Layers are ${layers.map(({ part, name }) => `"${part}/${name}"`).join(', ')}.` : `Did you mean "${near}"?`,
      ...(near === undefined ? {} : { repair: { kind: 'set', path, value: near } as const }),
    }];
  });
}
