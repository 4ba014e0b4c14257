// What an editor shows beside and above a spec, as pure functions of its text. The extension only draws it.
import { formatShape } from '../core/tensor.ts';
import type { Diagnostic, Fix } from '../spec/diagnostics.ts';
import { parseText, propertyOf, type Syntax } from '../spec/parse.ts';
import type { LayerOf, Spec } from '../spec/schema.ts';
import { examine } from './check.ts';
import type { ModelLayer, Shape } from './model.ts';
import { countParameters, formatCount } from './summary.ts';

/** A note after the text that ends at `offset`. */
export interface InlayHint {
  readonly offset: number;
  readonly text: string;
}

/**
 * The shape after each layer and its parameters ("→ 14×14×32 · 320 params"), the activation it has from `defaults`, the shapes of a mirrored decoder, and the shape of
 * the data. Layers after one that does not fit have none. `inputShape` is that of the data where the spec does not tell it.
 */
export function inlayHints(text: string, inputShape?: Shape): InlayHint[] {
  const { tree, resolved, traced } = examine(text, '', inputShape === undefined ? {} : { inputShape });
  if (tree === undefined || resolved === undefined || traced === undefined) return [];
  const hints: InlayHint[] = [];
  const after = (node: Syntax | undefined, hint: string) => {
    if (node !== undefined) hints.push({ offset: node.offset + node.length, text: hint });
  };
  after(propertyOf(tree, 'data')?.value, formatShape(traced.inputShape));
  const { layers } = traced;
  const decoder = layers.filter(({ part }) => part === 'decoder');
  const mirrored = !Array.isArray(resolved.decoder);
  for (const layer of mirrored ? layers.filter(({ part }) => part !== 'decoder') : layers) {
    const [section, index] = layer.specPath;
    const node = propertyOf(tree, String(section))?.value;
    const own = node?.kind === 'array' && typeof index === 'number' ? node.items[index] : node;
    const taken = own !== undefined && tookActivation(layer, own, resolved) ? ` · ${layer.spec.activation.type}` : '';
    after(own, `→ ${formatShape(layer.outputShape)}${parametersOf([layer], ' · ')}${taken}`);
  }
  if (mirrored && decoder.length > 0) {
    const shapes = decoder.map(({ outputShape }) => formatShape(outputShape));
    // Editors cut a long hint: what stands nowhere else comes first.
    after(propertyOf(tree, 'decoder')?.value, `${parametersOf(decoder, '', ' ')}→ ${shapes.filter((shape, index) => shape !== shapes[index - 1]).join(' → ')}`);
  }
  return hints.sort((a, b) => a.offset - b.offset);
}

/** Whether a layer has its activation from `defaults`: it names none, and those that keep theirs are linear. */
function tookActivation(layer: ModelLayer, node: Syntax, { defaults }: Spec): layer is ModelLayer & { readonly spec: LayerOf<'dense'> } {
  const { spec } = layer;
  return defaults?.activation !== undefined && propertyOf(node, 'activation') === undefined && 'activation' in spec && spec.activation.type !== 'linear';
}

function parametersOf(layers: readonly ModelLayer[], before: string, behind = ''): string {
  const { total } = countParameters(layers.flatMap(({ parameters }) => parameters));
  return total === 0 ? '' : `${before}${formatCount(total)} params${behind}`;
}

export interface QuickFix {
  readonly diagnostic: Diagnostic;
  readonly fix: Fix;
}

/** The fixes of diagnostics that touch a range of the text. */
export function quickFixes(diagnostics: readonly Diagnostic[], offset: number, length: number): QuickFix[] {
  return diagnostics.flatMap(diagnostic => {
    const touches = diagnostic.offset <= offset + length && offset <= diagnostic.offset + diagnostic.length;
    return touches && diagnostic.fix !== undefined ? [{ diagnostic, fix: diagnostic.fix }] : [];
  });
}

const sections = ['data', 'corruption', 'encoder', 'latent', 'decoder', 'penalties', 'init', 'pretraining', 'training', 'probe', 'robustness', 'sweep', 'views'] as const;
export type Section = typeof sections[number];

export interface DocumentOutline {
  /** Offset of the "{" of the spec: the place of what concerns the whole file. */
  readonly root: number;
  /** Offsets of the keys that the file has. */
  readonly sections: Readonly<Partial<Record<Section, number>>>;
}

/** Where the parts of a spec stand, also while it has errors; undefined when the text holds no object. */
export function documentOutline(text: string): DocumentOutline | undefined {
  const { tree } = parseText(text, '');
  if (tree?.kind !== 'object') return undefined;
  const found: Partial<Record<Section, number>> = {};
  for (const section of sections) {
    const property = propertyOf(tree, section);
    if (property !== undefined) found[section] = property.keyPlace.offset;
  }
  return { root: tree.offset, sections: found };
}
