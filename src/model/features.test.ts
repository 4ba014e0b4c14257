import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../spec/diagnostics.ts';
import { knownInputShape } from '../spec/known-shape.ts';
import { loadSpec } from '../spec/load.ts';
import { checkConfig } from './check.ts';
import { documentOutline, inlayHints, quickFixes } from './features.ts';

const conv = `{
  // Shapes are shown behind the layers.
  "data": "mnist",
  "encoder": [
    { "type": "conv2d", "filters": 32, "strides": 2, "padding": "same" },
    { "type": "flatten" },
    { "type": "dense", "units": 16 }
  ],
  "latent": { "type": "plain", "units": 2 },
  "decoder": "mirror"
}`;

/** The text with its hints in it, marked by «». */
function annotated(text: string, inputShape?: number[]): string {
  return inlayHints(text, inputShape).toReversed().reduce((result, hint) => `${result.slice(0, hint.offset)}«${hint.text}»${result.slice(hint.offset)}`, text);
}
function repaired(text: string): string {
  const { diagnostics } = checkConfig(text, 'a');
  const [first] = quickFixes(diagnostics, 0, text.length);
  if (first === undefined) throw new Error('no fix');
  return text.slice(0, first.fix.offset) + first.fix.text + text.slice(first.fix.offset + first.fix.length);
}

describe('inlay hints', () => {
  it('show the shape and the parameters of every layer', () => {
    expect(annotated(conv)).toBe(`{
  // Shapes are shown behind the layers.
  "data": "mnist"«28×28×1»,
  "encoder": [
    { "type": "conv2d", "filters": 32, "strides": 2, "padding": "same" }«→ 14×14×32 · 320 params»,
    { "type": "flatten" }«→ 6272»,
    { "type": "dense", "units": 16 }«→ 16 · 100,368 params»
  ],
  "latent": { "type": "plain", "units": 2 }«→ 2 · 34 params»,
  "decoder": "mirror"«106,961 params → 16 → 6272 → 14×14×32 → 28×28×1»
}`);
  });
  it('name the activation that a layer has from defaults', () => {
    const text = conv.replace('"encoder"', '"defaults": { "activation": "selu" },\n  "encoder"').replace('"units": 16', '"units": 16, "activation": "tanh"');
    expect(annotated(text)).toContain('"padding": "same" }«→ 14×14×32 · 320 params · selu»,\n    { "type": "flatten" }«→ 6272»,\n    { "type": "dense", "units": 16, "activation": "tanh" }«→ 16 · 100,368 params»');
    expect(annotated(text)).toContain('"units": 2 }«→ 2 · 34 params»');
  });
  it('stop at the layer that does not fit', () => {
    expect(annotated(conv.replace('    { "type": "flatten" },\n', ''))).toContain('params»,\n    { "type": "dense", "units": 16 }\n');
  });
  it('need the shape of the data from somewhere', () => {
    const text = '{ "data": { "type": "npy", "images": "x.npy" }, "encoder": [{ "type": "flatten" }] }';
    expect(inlayHints(text)).toEqual([]);
    expect(annotated(text, [4, 5, 3])).toContain('{ "type": "flatten" }«→ 60»');
  });
});

describe('the check of a whole file', () => {
  it('gives the model when nothing is wrong', () => {
    expect(checkConfig(conv, 'a.aeconf').diagnostics).toEqual([]);
    expect(checkConfig(conv, 'a.aeconf').model?.latentShape).toEqual([2]);
    expect(checkConfig(conv, 'a.aeconf', { overrides: { 'latent.units': 7 } }).model?.latentShape).toEqual([7]);
    expect(checkConfig(conv, 'a.aeconf', { inputShape: [32, 32, 3] }).model?.inputShape).toEqual([32, 32, 3]);
  });
  it('says where a shape does not fit', () => {
    const text = conv.replace('    { "type": "flatten" },\n', '');
    const { diagnostics, spec, model } = checkConfig(text, 'a.aeconf');
    expect(diagnostics.map(formatDiagnostic)).toEqual(['a.aeconf:6:15: error: encoder[1]: dense needs a vector, its input is 14×14×32. Put { "type": "flatten" } before it.']);
    expect([spec, model]).toEqual([undefined, undefined]);
    expect(repaired(text)).toBe(conv);
  });
  it.each([
    ['appends a flatten for the latent', conv.replace(/,\n {4}\{ "type": "flatten" \},\n.*\n/, '\n'), '"padding": "same" },\n    { "type": "flatten" }\n  ]'],
    ['sets the units of the last layer', conv.replace('"mirror"', '[{ "type": "dense", "units": 700 }]'), '[{ "type": "dense", "units": 784 }]'],
    ['sets the filters of the last layer', conv.replace('"mirror"', '[{ "type": "dense", "units": 784 }, { "type": "reshape", "targetShape": [28, 28, 1] }, { "type": "conv2d", "filters": 3, "padding": "same" }]'), '"filters": 1'],
    ['appends a reshape', conv.replace('"mirror"', '[{ "type": "dense", "units": 784 }, { "type": "reshape", "targetShape": [14, 14, 4] }]'), ', { "type": "reshape", "targetShape": [28, 28, 1] }]'],
  ])('%s', (_, text, expected) => {
    expect(repaired(text)).toContain(expected);
    expect(checkConfig(repaired(text), 'a').diagnostics).toEqual([]);
  });
  it('names the option when an override does not fit', () => {
    const { diagnostics } = checkConfig(conv, 'a', { overrides: { 'encoder[0].kernelSize': 60, 'encoder[0].padding': 'valid' } });
    expect(diagnostics.map(formatDiagnostic)).toEqual([expect.stringContaining('encoder[0]: the kernel 60×60 does not fit')]);
  });
  it('refuses shapes that are neither vector nor image', () => {
    const { diagnostics } = checkConfig('{ "data": { "type": "npy", "images": "x", "shape": [8, 8] }, "encoder": [] }', 'a');
    expect(diagnostics).toMatchObject([{ code: 'bad-shape', path: 'data.shape' }]);
  });
});

describe('outline and known shapes', () => {
  it('finds the parts of a file', () => {
    const outline = documentOutline(conv);
    expect(conv.slice(outline!.sections.encoder).startsWith('"encoder"')).toBe(true);
    expect(outline!.root).toBe(0);
    expect(outline!.sections.training).toBeUndefined();
    expect(documentOutline('{ "data": "mnist", "probe": {}, "sweep": {} }')?.sections).toMatchObject({ probe: 19, sweep: 32 });
    expect(documentOutline('{ "data": ,')?.sections.data).toBe(2);
    expect(documentOutline('[]')).toBeUndefined();
  });
  it.each([
    ['"fashion-mnist"', [28, 28, 1]],
    ['{ "type": "images", "path": "f", "size": [64, 48], "color": "rgb" }', [64, 48, 3]],
    ['{ "type": "lfw", "size": 32 }', [32, 32, 1]],
    ['"lfw"', undefined],
    ['{ "type": "csv", "path": "d.csv", "shape": [8, 8, 1] }', [8, 8, 1]],
  ])('%s', (data, shape) => {
    expect(knownInputShape(loadSpec(`{ "data": ${data}, "encoder": [] }`, 'a').spec!.data)).toEqual(shape);
  });
});
