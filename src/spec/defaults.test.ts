import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from './diagnostics.ts';
import { loadSpec, requireSpec, specHash } from './load.ts';
import type { LayerSpec, Spec } from './schema.ts';
import { expandSweep } from './sweep.ts';

type Overrides = Readonly<Record<string, unknown>>;
const textOf = (parts: object) => JSON.stringify({ data: 'glyphs', ...parts }, undefined, 1);
const load = (parts: object, overrides: Overrides = {}): Spec => requireSpec(loadSpec(textOf(parts), 'a.aeconf', overrides));
const findings = (parts: object) => loadSpec(textOf(parts), 'a.aeconf').diagnostics.map(formatDiagnostic);
const activations = (layers: unknown) => (layers as LayerSpec[]).map(layer => ('activation' in layer ? layer.activation.type : '-'));

const flatten = { type: 'flatten' };
const dense = (units: number, rest: object = {}) => ({ type: 'dense', units, ...rest });
const latent = { type: 'plain', units: 2 };
const defaults = { activation: 'selu', kernelInitializer: 'lecunNormal' };

describe('defaults', () => {
  it('fill in what layers leave out, and nothing else', () => {
    const { encoder } = load({ defaults: { ...defaults, useBias: false, biasInitializer: 'ones' }, encoder: [flatten, dense(9), dense(8, { activation: 'tanh', useBias: true, kernelInitializer: 'zeros' })], latent });
    expect(encoder).toEqual([
      flatten,
      { type: 'dense', units: 9, activation: { type: 'selu' }, useBias: false, kernelInitializer: { type: 'lecunNormal' }, biasInitializer: { type: 'ones' }, trainable: true },
      { type: 'dense', units: 8, activation: { type: 'tanh' }, useBias: true, kernelInitializer: { type: 'zeros' }, biasInitializer: { type: 'ones' }, trainable: true },
    ]);
  });

  it('give the latent everything but an activation', () => {
    const parts = { defaults: { ...defaults, useBias: false }, encoder: [flatten] };
    expect(load({ ...parts, latent }).latent).toMatchObject({ activation: { type: 'linear' }, useBias: false, kernelInitializer: { type: 'lecunNormal' } });
    expect(load({ ...parts, latent: { type: 'gaussian', units: 2 } }).latent).toMatchObject({ useBias: false, kernelInitializer: { type: 'lecunNormal' } });
  });

  it('leave their activation to the code and the output', () => {
    const decoder = [dense(9), dense(784), { type: 'reshape', targetShape: [28, 28, 1] }];
    const spec = load({ defaults, encoder: [flatten, dense(9), dense(8)], latent, decoder });
    expect([activations(spec.encoder), activations(spec.decoder)]).toEqual([['-', 'selu', 'selu'], ['selu', 'linear', '-']]);
    expect(spec.decoder).toMatchObject([{}, { kernelInitializer: { type: 'lecunNormal' } }, {}]);
    // Without units the latent is no layer, and the encoder's last one makes the code.
    for (const none of [{}, { latent: 'plain' }, { latent: { type: 'quantized' } }]) {
      expect(activations(load({ defaults, encoder: [flatten, dense(9), dense(8), { type: 'dropout', rate: 0.1 }], ...none }).encoder)).toEqual(['-', 'selu', 'linear', '-']);
    }
    expect(activations(load({ defaults, encoder: [flatten, dense(9), dense(8)] }, { 'latent.units': 3 }).encoder)).toEqual(['-', 'selu', 'selu']);
  });

  it('leave a layer alone whose activation comes as a layer of its own', () => {
    const block = (units: number) => [dense(units), { type: 'batchNormalization' }, { type: 'activation', activation: 'relu' }];
    expect(activations(load({ defaults, encoder: [flatten, ...block(9), dense(8), { type: 'dropout', rate: 0.1 }], latent }).encoder)).toEqual(['-', 'linear', '-', 'relu', 'selu', '-']);
  });

  it('are taken by convolutions, not by the padding of a pooling layer or the layers of a probe', () => {
    const spec = load({ defaults: { ...defaults, padding: 'same' }, encoder: [{ type: 'conv2d', filters: 2 }, { type: 'maxPooling2d' }, flatten], latent, probe: { layers: [dense(8)] } });
    expect(spec.encoder).toMatchObject([{ padding: 'same' }, { padding: 'valid' }, {}]);
    expect(spec.probe!.layers).toMatchObject([{ activation: { type: 'linear' }, kernelInitializer: { type: 'glorotUniform' } }]);
  });

  it('mean the same as the words written layer by layer, down to the hash', () => {
    const short = load({ defaults, encoder: [flatten, dense(9), dense(8)], latent, decoder: [dense(9), dense(784)] });
    const long = load({
      encoder: [flatten, dense(9, defaults), dense(8, defaults)], latent: { ...latent, kernelInitializer: 'lecunNormal' },
      decoder: [dense(9, defaults), dense(784, { kernelInitializer: 'lecunNormal' })],
    });
    expect(short).toEqual({ ...long, defaults: { activation: { type: 'selu' }, kernelInitializer: { type: 'lecunNormal' } } });
    expect(specHash(short)).toBe(specHash(long));
  });

  it('change nothing in a spec that was resolved before, as resuming reads it', () => {
    const spec = load({ defaults: { ...defaults, padding: 'same' }, encoder: [{ type: 'conv2d', filters: 2 }, flatten, dense(9)] });
    const again = loadSpec(JSON.stringify(spec), 'config.resolved.json');
    expect(again.spec).toEqual(spec);
    expect(again.diagnostics.filter(({ path }) => path.startsWith('defaults'))).toEqual([]);
  });
});

describe('defaults as a setting', () => {
  const parts = { encoder: [flatten, dense(9), dense(8)], latent };
  it('are set from outside, also in a file without any', () => {
    expect(activations(load(parts, { 'defaults.activation': 'elu' }).encoder)).toEqual(['-', 'elu', 'elu']);
    expect(load({ ...parts, defaults: { activation: 'leakyRelu' } }, { 'defaults.activation.slope': 0.01 }).encoder[1]).toMatchObject({ activation: { type: 'leakyRelu', slope: 0.01 } });
    expect(activations(load({ ...parts, defaults }, { 'encoder[1].activation': 'relu' }).encoder)).toEqual(['-', 'relu', 'selu']);
  });
  it('make a sweep over the activation of the whole model one path', () => {
    const { sweep } = load({ ...parts, defaults, sweep: { values: { 'defaults.activation': ['relu', 'selu', { type: 'leakyRelu', slope: 0.01 }] } } });
    expect(expandSweep(sweep!).map(overrides => activations(load({ ...parts, defaults }, overrides).encoder)[1])).toEqual(['relu', 'selu', 'leakyRelu']);
    expect(findings({ ...parts, sweep: { values: { 'defaults.activation': ['relu', 'seluu'] } } })).toEqual([expect.stringContaining('sweep.values["defaults.activation"][1]: unknown value "seluu". Did you mean "selu"?')]);
  });
});

describe('what is wrong with defaults', () => {
  const encoder = [flatten, dense(9), dense(8)];
  it.each([
    ['a value, once', { defaults: { activation: 'sellu' }, encoder, latent }, ['a.aeconf:4:17: error: defaults.activation: unknown value "sellu". Did you mean "selu"?']],
    ['a key', { defaults: { kernel_initializer: 'zeros' }, encoder, latent }, ['a.aeconf:4:3: error: defaults.kernel_initializer: unknown key "kernel_initializer". Did you mean "kernelInitializer"?']],
    ['a key of no use', { defaults: { units: 3 }, encoder, latent }, ['a.aeconf:4:3: error: defaults.units: unknown key "units". Known keys: activation, useBias, kernelInitializer, biasInitializer, padding.']],
    ['its name', { default: {}, encoder, latent }, ['a.aeconf:3:2: error: default: unknown key "default". Did you mean "defaults"?']],
    ['a key of layers at the top', { activation: 'relu', encoder, latent }, ['a.aeconf:3:2: error: activation: unknown key "activation". It belongs into "defaults": write "defaults": { "activation": ... }.']],
    ['an empty range, once', { defaults: { kernelInitializer: { type: 'randomUniform', minval: 1 } }, encoder, latent }, ['a.aeconf:6:14: error: defaults.kernelInitializer.minval: minval 1 is above maxval 0.05. Swap them.']],
    ['a padding that no layer has', { defaults: { padding: 'same' }, encoder, latent }, ['a.aeconf:4:14: warning: defaults.padding: no layer of this model takes "padding" from here. Remove it.']],
    ['an activation for the code alone', { defaults: { activation: 'relu' }, encoder: [flatten, dense(2)] }, [
      'a.aeconf:4:17: warning: defaults.activation: no layer of this model takes "activation" from here. It is for layers with weights, but not for the layer that makes the code '
      + '(the latent; without units there, the encoder\'s last), the decoder\'s last layer, and one whose activation follows as a layer of its own. Write it there, or remove it here.',
    ]],
  ])('%s', (_, parts, expected) => { expect(findings(parts)).toEqual(expected); });
});
