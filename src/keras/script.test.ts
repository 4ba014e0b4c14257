// What a script says; whether Keras computes the same with it is checked in test/parity/script.test.ts.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { courseNames } from '../../test/parity/course.ts';
import { sizeOf } from '../core/tensor.ts';
import { buildModel } from '../model/build.ts';
import { knownInputShape } from '../spec/known-shape.ts';
import { loadSpec, requireSpec } from '../spec/load.ts';
import { kerasScript, type KerasScript } from './script.ts';

function scriptOf(name: string, text: string, trained: string | null = 'the run 1 after epoch 3'): KerasScript & { readonly parameters: number } {
  const spec = requireSpec(loadSpec(text, `${name}.aeconf`));
  const model = buildModel(spec, knownInputShape(spec.data)!);
  const script = kerasScript(spec, model, { title: name, trained: trained ?? undefined, samples: true, baseFolder: '/data' });
  return { ...script, parameters: model.parameters.length };
}
const sample = (name: string): KerasScript & { readonly parameters: number } => scriptOf(name, readFileSync(new URL(`../../samples/${name}.aeconf`, import.meta.url), 'utf8'));
const written = (spec: object, trained?: string): string => scriptOf('own', JSON.stringify({ data: 'mnist', encoder: [{ type: 'flatten' }], latent: { type: 'plain', units: 4 }, ...spec }), trained).text;
const untrained = (spec: object) => () => scriptOf('own', JSON.stringify({ data: 'mnist', encoder: [{ type: 'flatten' }], latent: { type: 'plain', units: 4 }, ...spec }), null);
const python = ['python3', 'python'].find(name => spawnSync(name, ['--version']).status === 0);

describe('a Keras script', () => {
  it.each(['janet-50', 'conv-mirror', 'beyond/everything', 'systems/iwae-50'])('of %s', async name => {
    await expect(sample(name).text).toMatchFileSnapshot(`testdata/${name.replace('/', '-')}.py`);
  });

  it.each(courseNames())('has a place for every weight: %s', name => {
    const { places, parameters } = sample(name);
    expect(places).toHaveLength(parameters);
    expect(new Set(places.map(({ key }) => key)).size).toBe(parameters);
    for (const { key, parameter } of places) {
      expect(key).toMatch(/^(en|de)coder\/\w+\/(kernel|bias|gamma|beta|moving_mean|moving_variance|codebook|uses)$/);
      expect(sizeOf(parameter.shape)).toBeGreaterThan(0);
    }
  });

  it.skipIf(python === undefined)('is Python, for every sample', () => {
    const sources = courseNames().map(name => sample(name).text);
    execFileSync(python!, ['-c', 'import ast, json, sys\nfor source in json.load(sys.stdin): ast.parse(source)'], { input: JSON.stringify(sources) });
  });

  it('keeps what a user wrote out of the code', () => {
    const text = written({ name: 'x', description: 'ends """ here\nimport os\\' }, 'run """');
    expect(text).toContain('# ends \'\'\' here import os/');
    expect(text.match(/"""/g)!.length % 2).toBe(0);
    expect(scriptOf('a"""b', '{"data": "mnist", "encoder": [{"type": "flatten"}]}').text.startsWith('"""a\'\'\'b: ')).toBe(true);
  });

  it('reads data with what NumPy and Keras have, and asks for the rest', () => {
    expect(written({ data: { type: 'npz', path: 'x.npz', shape: [4], divideBy: 16 } })).toMatch(/np\.load\("\/data\/x\.npz"\)[^]*x \/ 16\.0/);
    expect(written({ data: { type: 'npy', images: '/a.npy', shape: [4], validation: 0.25, limit: 100 } })).toMatch(/x_train\[:100\]\n[^]*round\(0\.25 \* len/);
    expect(written({ data: 'glyphs' })).toContain('parser.error("--data FILE is needed');
    expect(written({})).not.toContain('--data');
  });

  it('normalises columns by the training samples', () => {
    const text = written({ data: { type: 'npz', path: 'x.npz', shape: [4], normalize: 'standard' } });
    expect(text).toMatch(/center, spread = x_train\.mean\(axis=0\), x_train\.std\(axis=0\)\n[^]*x_train, x_test = \(x_train - center\) \/ spread[^\n]*\n {4}return prepared\(x_train\)/);
    expect(written({ data: { type: 'npz', path: 'x.npz', shape: [4], normalize: 'minMax' } })).toContain('x_train.min(axis=0), np.ptp(x_train, axis=0)');
    // Numbers on no common scale are not divided.
    expect(text).not.toContain('255.0 if');
  });

  it('trains on where weights came from elsewhere', () => {
    const text = written({ pretraining: { type: 'layerwise' } }, 'the run 2');
    expect(text).toContain('they began with pretraining, which is not repeated here');
    expect(text).toMatch(/autoencoder\.summary[^\n]*\n {4}load_weights\(encoder, decoder\)\n {4}if options\.train:/);
  });

  it.each<[string, () => unknown]>([
    ['pretraining', untrained({ pretraining: { type: 'layerwise' } })],
    ['init', untrained({ init: { from: 'x' } })],
    ['latent.freeBits', () => written({ latent: { type: 'gaussian', units: 3, importanceSamples: 2, freeBits: 0.1 } })],
    ['penalties.0', () => written({ encoder: [{ type: 'flatten' }, { type: 'dropout', rate: 0.1 }], penalties: [{ type: 'contractive', weight: 1 }] })],
    ['penalties.0', () => written({ latent: { type: 'plain', units: 4, trainable: false }, penalties: [{ type: 'weightDecay', l2: 1 }] })],
  ])('refuses what it cannot say, by its key: %s', (key, act) => {
    expect(act).toThrowError(expect.objectContaining({ reason: 'spec', message: expect.stringMatching(new RegExp(`^"${key}" cannot be written in Keras exactly: `)) as string }) as Error);
  });
});
