import { describe, expect, it } from 'vitest';
import { formatDiagnostic, nearest } from './diagnostics.ts';
import { loadSpec, specHash } from './load.ts';

const minimal = '{ "data": "glyphs", "encoder": [{ "type": "flatten" }, { "type": "dense", "units": 8 }] }';
const lines = (text: string) => loadSpec(text, 'a.aeconf').diagnostics.map(formatDiagnostic);
const withEncoder = (...layers: string[]) => `{\n  "data": "glyphs",\n  "encoder": [\n    ${layers.join(',\n    ')}\n  ]\n}`;

/** The text after a diagnostic's quick fix. */
function repaired(text: string): string {
  const fix = loadSpec(text, 'a').diagnostics.find(d => d.fix !== undefined)?.fix;
  if (fix === undefined) throw new Error('no fix');
  return text.slice(0, fix.offset) + fix.text + text.slice(fix.offset + fix.length);
}

describe('a spec that is right', () => {
  it('is resolved with every default and shorthand written out', () => {
    const { spec, diagnostics } = loadSpec(minimal, 'a.aeconf');
    expect(diagnostics).toEqual([]);
    expect(spec).toEqual({
      seed: 0,
      data: { type: 'glyphs', train: 4000, test: 1000, seed: 0, validation: 'test' },
      corruption: [],
      encoder: [
        { type: 'flatten' },
        {
          type: 'dense', units: 8, activation: { type: 'linear' }, useBias: true, kernelInitializer: { type: 'glorotUniform' },
          biasInitializer: { type: 'zeros' }, trainable: true,
        },
      ],
      latent: {
        type: 'plain', activation: { type: 'linear' }, useBias: true, kernelInitializer: { type: 'glorotUniform' },
        biasInitializer: { type: 'zeros' }, trainable: true,
      },
      decoder: { type: 'mirror', outputActivation: { type: 'sigmoid' } },
      penalties: [],
      robustness: [],
      training: {
        epochs: 20, batchSize: 128, loss: 'mse', metrics: [], shuffle: true,
        optimizer: { type: 'adam', learningRate: { type: 'constant', learningRate: 0.001, warmupEpochs: 0 }, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
      },
      views: { samples: 16, pick: 'spread', layout: 'rows', latentSamples: 2000, every: 1 },
    });
  });

  it('may be written short or long with the same meaning and hash', () => {
    const short = loadSpec(withEncoder('{ "type": "conv2d", "filters": 4, "kernelSize": 5, "padding": 2, "activation": "leakyRelu" }'), 'a').spec!;
    const long = loadSpec(withEncoder('{ "type": "conv2d", "filters": 4, "kernelSize": [5, 5], "padding": [2, 2], "activation": { "type": "leakyRelu", "slope": 0.2 } }'), 'a').spec!;
    expect(short.encoder[0]).toMatchObject({ kernelSize: [5, 5], padding: [2, 2], strides: [1, 1], activation: { type: 'leakyRelu', slope: 0.2 } });
    expect(short).toEqual(long);
    expect(specHash(short)).toBe(specHash(long));
  });

  it('keeps its hash under another name, not under another setting', () => {
    const hash = (overrides: Record<string, unknown>) => specHash(loadSpec(minimal, 'a', overrides).spec!);
    expect(hash({ name: 'other', description: 'words' })).toBe(hash({}));
    expect(hash({ seed: 1 })).not.toBe(hash({}));
    expect(hash({})).toMatch(/^[0-9a-f]{64}$/);
  });

  it('may have comments, trailing commas and a byte-order mark', () => {
    expect(lines('\uFEFF// why\n{ "data": "mnist", /* here */ "encoder": [{ "type": "flatten", },], }')).toEqual([]);
  });
});

describe('what is wrong is said with place, path and cure', () => {
  it.each([
    ['unknown key', withEncoder('{ "type": "dense", "unit": 8 }'), [
      'a.aeconf:4:15: error: encoder[0]: dense: "units" is missing. Add it, for example "units": 128.',
      'a.aeconf:4:24: error: encoder[0].unit: dense: unknown key "unit". Did you mean "units"?',
    ]],
    ['a device', '{ "data": "glyphs", "encoder": [], "latent": { "type": "plain", "units": 2 }, "training": { "device": "cpu" } }', [
      'a.aeconf:1:93: error: training.device: unknown key "device". The machine says where it is trained, not the config: --device, or the setting autoencoder.device.',
    ]],
    ['unknown key of the whole', '{ "dta": "glyphs", "encoder": [] }', [
      'a.aeconf:1:1: error: "data" is missing. Add it, for example "data": "glyphs".',
      'a.aeconf:1:3: error: dta: unknown key "dta". Did you mean "data"?',
    ]],
    ['key at the wrong level', '{ "data": "glyphs", "encoder": [], "batchSize": 5 }', [
      'a.aeconf:1:36: error: batchSize: unknown key "batchSize". It belongs into "training": write "training": { "batchSize": ... }.',
    ]],
    ['key of the optimiser in the training', minimal.replace('}] }', '}], "training": { "learningRate": 0.1 } }'), [
      'a.aeconf:1:104: error: training.learningRate: unknown key "learningRate". It belongs into "optimizer": write "optimizer": { "type": "adam", "learningRate": ... }.',
    ]],
    ['key of one optimiser, two levels too high', '{ "data": "glyphs", "encoder": [], "momentum": 0.9 }', [
      'a.aeconf:1:36: error: momentum: unknown key "momentum". It belongs into "training.optimizer": write "training": { "optimizer": { "type": "sgd", "momentum": ... } }.',
    ]],
    ['key in the words of others', minimal.replace('}] }', '}], "training": { "gradient_clipping": 1 } }'), [
      'a.aeconf:1:104: error: training.gradient_clipping: unknown key "gradient_clipping". It belongs into "optimizer": write "optimizer": { "type": "adam", "clipNorm": ... }.',
    ]],
    ['noise', '{ "data": "glyphs", "encoder": [], "noise": [] }', ['a.aeconf:1:36: error: noise: unknown key "noise". Did you mean "corruption"?']],
    ['activation as a layer', withEncoder('{ "type": "LeakyReLU" }'), [
      'a.aeconf:4:15: error: encoder[0].type: "LeakyReLU" is an activation, no layer. Write { "type": "activation", "activation": "leakyRelu" }, or "activation": "leakyRelu" in the layer before it.',
    ]],
    ['no layer', '{ "data": "glyphs", "encoder": [null] }', [expect.stringContaining('a.aeconf:1:33: error: encoder[0]: encoder[0] is null. Write an object with "type"')]],
    ['unknown type', withEncoder('{ "type": "Conv2D", "filters": 3 }'), ['a.aeconf:4:15: error: encoder[0].type: unknown value "Conv2D". Did you mean "conv2d"?']],
    ['unknown shorthand', withEncoder('{ "type": "dense", "units": 3, "activation": "leaky_relu" }'), ['a.aeconf:4:50: error: encoder[0].activation: unknown value "leaky_relu". Did you mean "leakyRelu"?']],
    ['unknown literal', minimal.replace('}] }', '}], "training": { "loss": "bce" } }'), ['a.aeconf:1:112: error: training.loss: unknown value "bce". Did you mean "binaryCrossentropy"?']],
    ['missing type', withEncoder('{ "units": 3 }'), ['a.aeconf:4:5: error: encoder[0]: "type" is missing. Add "type", one of "dense", "conv2d", "conv2dTranspose", "flatten", "reshape", "activation", "dropout", "batchNormalization", "maxPooling2d", "averagePooling2d", "topK", "upSampling2d".']],
    ['wrong kind', minimal.replace('8', '"8"'), ['a.aeconf:1:84: error: encoder[1].units: "units" is the text "8". Write a whole number of at least 1.']],
    ['fraction', minimal.replace('8', '8.5'), ['a.aeconf:1:84: error: encoder[1].units: 8.5 is not a whole number. Write a whole number of at least 1.']],
    ['out of range', minimal.replace('8', '0'), ['a.aeconf:1:84: error: encoder[1].units: 0 is out of range. Write a whole number of at least 1.']],
    ['wrong length', withEncoder('{ "type": "conv2d", "filters": 3, "kernelSize": [3, 3, 3] }'), ['a.aeconf:4:53: error: encoder[0].kernelSize: a list of 3 stands here. Write a whole number of at least 1, or two of them in a list: [height, width], for example [3, 5].']],
    ['shorthand that needs more', minimal.replace('"glyphs"', '"images"'), ['a.aeconf:1:11: error: data: "images" needs "path". Write it out: { "type": "images", "path": "faces" }.']],
    ['twice', '{ "data": "glyphs", "encoder": [], "seed": 1, "seed": 2 }', ['a.aeconf:1:47: error: seed: "seed" is written twice. Keep one of them.']],
    ['bad pair in a union', withEncoder('{ "type": "conv2d", "filters": 3, "padding": -1 }'), ['a.aeconf:4:50: error: encoder[0].padding[0]: -1 is out of range. Write a whole number of at least 0.', 'a.aeconf:4:50: error: encoder[0].padding[1]: -1 is out of range. Write a whole number of at least 0.']],
    ['wrong rate', minimal.replace('}] }', '}], "training": { "optimizer": { "type": "sgd", "learningRate": 0 } } }'), ['a.aeconf:1:150: error: training.optimizer.learningRate: 0 is out of range. Write a number above 0.']],
    ['a list for the whole', '[]', ['a.aeconf:1:1: error: The spec is a list. Write an object { }.']],
    ['null', '{ "data": null, "encoder": [] }', [expect.stringContaining('a.aeconf:1:11: error: data: "data" is null. Write one of "glyphs", "mnist"')]],
  ])('%s', (_, text, expected) => expect(lines(text)).toEqual(expected));

  it.each([
    ['missing comma', '{ "data": "glyphs" "encoder": [] }', 'a:1:20: error: A "," is missing before this. Separate keys and list items by commas.'],
    ['missing value', '{ "data": }', 'a:1:11: error: A value is expected here. Write a number, a text in double quotes, true, false, a list [ ] or an object { }.'],
    ['no end', '{ "data": "glyphs", "encoder": [', 'a:1:33: error: A "]" is missing. Close the list that was opened with "[".'],
    ['bare word', '{ "data": glyphs }', 'a:1:11: error: This is no JSON value. Write text in double quotes; bare words are only true, false and null.'],
    ['nothing', '', 'a:1:1: error: A value is expected here. Write a number, a text in double quotes, true, false, a list [ ] or an object { }.'],
  ])('syntax: %s', (_, text, expected) => expect(loadSpec(text, 'a').diagnostics.map(formatDiagnostic)).toContain(expected));

  it('refuses what is nested without end', () => {
    for (const text of ['['.repeat(200_000), '{"a":'.repeat(50_000), '{ "data": "glyphs", "encoder": ' + '['.repeat(200) + ']'.repeat(200) + ' }']) {
      expect(lines(text)).toEqual([expect.stringMatching(/^a\.aeconf:1:\d+: error: This is nested more than 100 deep\. Remove what was opened too often\.$/)]);
    }
    expect(lines(`{ "data": "glyphs", "encoder": [], "description": "${'['.repeat(300)}" } // ${'['.repeat(300)}`)).toEqual([]);
  });

  it('never throws, whatever is cut off or put in', () => {
    for (let i = 0; i < minimal.length; i++) {
      expect(() => loadSpec(minimal.slice(0, i), 'a')).not.toThrow();
      for (const junk of ['{', ']', '"', '1', 'null,', '__proto__']) expect(() => loadSpec(minimal.slice(0, i) + junk + minimal.slice(i), 'a')).not.toThrow();
    }
    expect(lines('{ "data": "glyphs", "encoder": [], "__proto__": 1, "toString": 2 }')).toHaveLength(2);
  });
});

describe('meaning', () => {
  it.each([
    ['duplicate names', { encoder: [{ type: 'flatten', name: 'x' }, { type: 'dense', units: 3, name: 'x' }] }, 'error', 'duplicate-layer-name', 'encoder[1].name'],
    ['slash in a name', { encoder: [{ type: 'flatten', name: 'a/b' }] }, 'error', 'bad-layer-name', 'encoder[0].name'],
    ['outputPadding', { decoder: [{ type: 'conv2dTranspose', filters: 1, strides: 2, outputPadding: 2 }] }, 'error', 'output-padding', 'decoder[0].outputPadding'],
    ['loss and output', { training: { loss: 'binaryCrossentropy' }, decoder: [{ type: 'dense', units: 784, activation: 'relu' }] }, 'warning', 'output-range', 'decoder[0].activation'],
    ['loss and mirrored output', { training: { loss: 'binaryCrossentropy' }, decoder: { type: 'mirror', outputActivation: 'linear' } }, 'warning', 'output-range', 'decoder.outputActivation'],
    ['latent without units', { latent: { type: 'plain', activation: 'relu' } }, 'warning', 'no-effect', 'latent.activation'],
    ['two ways of clipping', { training: { optimizer: { type: 'sgd', clipNorm: 1, clipValue: 1 } } }, 'error', 'conflict', 'training.optimizer.clipValue'],
    ['stopping on nothing', { data: { type: 'glyphs', validation: 0 }, training: { earlyStopping: {} } }, 'error', 'conflict', 'training.earlyStopping'],
    ['probabilities that are moved', { data: { type: 'npy', images: 'x', normalize: 'minMax', binarize: 'sample' } }, 'error', 'conflict', 'data.normalize'],
    ['columns of pictures', { data: { type: 'csv', path: 'x', normalize: 'standard', shape: [8, 8, 1] } }, 'error', 'conflict', 'data.normalize'],
    ['two units', { data: { type: 'npz', path: 'x', normalize: 'standard', divideBy: 4 } }, 'warning', 'no-effect', 'data.divideBy'],
    ['empty range', { encoder: [{ type: 'dense', units: 1, kernelInitializer: { type: 'randomUniform', minval: 1 } }] }, 'error', 'empty-range', 'encoder[0].kernelInitializer.minval'],
  ])('%s', (_, change, severity, code, path) => {
    const text = JSON.stringify({ data: 'glyphs', encoder: [], ...change }, null, 2);
    expect(loadSpec(text, 'a').diagnostics).toMatchObject([{ severity, code, path, kind: 'meaning' }]);
    expect(loadSpec(text, 'a').spec === undefined).toBe(severity === 'error');
  });

  it('accepts binary cross-entropy behind a sigmoid that is only reshaped or enlarged', () => {
    const decoder = [{ type: 'dense', units: 784, activation: 'sigmoid' }, { type: 'reshape', targetShape: [14, 14, 4] }, { type: 'upSampling2d' }];
    expect(lines(JSON.stringify({ data: 'glyphs', encoder: [], decoder, training: { loss: 'binaryCrossentropy' } }))).toEqual([]);
  });
});

describe('fixes', () => {
  it('replace a misspelt word', () => {
    expect(repaired(minimal.replace('"dense"', '"Dense"'))).toBe(minimal);
    expect(repaired(minimal.replace('"encoder"', '"encodr"'))).toContain('"encoder": [');
  });
  it('add a missing key in the manner of the object', () => {
    expect(repaired('{\n  "data": "glyphs", // digits\n  "seed": 3\n}')).toBe('{\n  "data": "glyphs", // digits\n  "seed": 3,\n  "encoder": [{ "type": "flatten" }, { "type": "dense", "units": 128, "activation": "relu" }]\n}');
    expect(repaired(withEncoder('{ "type": "dense" }'))).toContain('{ "type": "dense", "units": 128 }');
    expect(repaired(withEncoder('{ "units": 3 }'))).toContain('{ "type": "dense", "units": 3 }');
  });
  it('make a layer of an activation', () => {
    expect(repaired(withEncoder('{ "type": "ReLU" }'))).toContain('{ "type": "activation", "activation": "relu" }');
  });
  it('write a shorthand out and insert a comma', () => {
    expect(repaired(minimal.replace('"glyphs"', '"images"'))).toContain('"data": { "type": "images", "path": "faces" }');
    expect(repaired('{\n  "data": "glyphs" // digits\n  "encoder": []\n}')).toBe('{\n  "data": "glyphs", // digits\n  "encoder": []\n}');
  });
});

describe('overrides', () => {
  const load = (overrides: Record<string, unknown>) => loadSpec(minimal, 'a', overrides);
  it('reach through shorthands and into what the file leaves out', () => {
    expect(load({ 'training.epochs': 5 }).spec?.training.epochs).toBe(5);
    expect(load({ 'encoder[1].units': 9 }).spec?.encoder[1]).toMatchObject({ units: 9 });
    expect(load({ 'latent.units': 2 }).spec?.latent).toMatchObject({ type: 'plain', units: 2 });
    expect(load({ 'training.optimizer.learningRate': 0.1 }).spec?.training.optimizer).toMatchObject({ type: 'adam', learningRate: { learningRate: 0.1 } });
    expect(load({ 'training.optimizer.learningRate.warmupEpochs': 2 }).spec?.training.optimizer.learningRate).toEqual({ type: 'constant', learningRate: 0.001, warmupEpochs: 2 });
    expect(load({ 'data.limit': 100 }).spec?.data).toMatchObject({ type: 'glyphs', limit: 100 });
    expect(load({ 'decoder.outputActivation': 'relu' }).spec?.decoder).toMatchObject({ outputActivation: { type: 'relu' } });
    expect(load({ data: 'mnist', 'data.limit': 7 }).spec?.data).toEqual({ type: 'mnist', limit: 7, validation: 'test' });
    expect(load({ corruption: [{ type: 'masking', amount: 0.3 }] }).spec?.corruption).toEqual([{ type: 'masking', amount: 0.3, clip: true }]);
  });
  it('start a variant afresh when its type changes', () => {
    expect(loadSpec('{ "data": "glyphs", "encoder": [], "training": { "optimizer": { "type": "adam", "beta1": 0.5, "learningRate": 0.2 } } }', 'a', { 'training.optimizer.type': 'sgd' }).spec?.training.optimizer)
      .toMatchObject({ type: 'sgd', learningRate: { learningRate: 0.2 }, momentum: 0 });
  });
  it.each([
    [{ 'trainng.epochs': 5 }, '--set trainng.epochs=5: error: trainng.epochs: unknown key "trainng" in the spec. Did you mean "training"?'],
    [{ epochs: 5 }, '--set epochs=5: error: epochs: unknown key "epochs" in the spec. Did you mean "training.epochs"?'],
    [{ 'training.threads': 5 }, '--set training.threads=5: error: training.threads: unknown key "threads" in "training". The machine says with how many, not the config: --threads, or the setting autoencoder.threads.'],
    [{ 'training.epoch': 5 }, '--set training.epoch=5: error: training.epoch: unknown key "epoch" in "training". Did you mean "training.epochs"?'],
    [{ 'encoder[7].units': 5 }, '--set encoder[7].units=5: error: encoder[7].units: "encoder" has 2 entries. They are numbered [0] to [1].'],
    [{ 'encoder.units': 5 }, '--set encoder.units=5: error: encoder.units: "encoder" is a list. Name one of its entries: encoder[0].units.'],
    [{ 'seed.x': 5 }, '--set seed.x=5: error: seed.x: "seed" is 0 and has no settings. Set "seed" itself.'],
    [{ 'training.epochs': 'many' }, '--set training.epochs=many: error: training.epochs: "epochs" is the text "many". Write a whole number of at least 1.'],
    [{ 'training..epochs': 1 }, expect.stringContaining('cannot be read at character 9')],
  ])('say what is wrong with %j', (overrides, expected) => {
    const { spec, diagnostics } = load(overrides as Record<string, unknown>);
    expect(spec).toBeUndefined();
    expect(diagnostics.map(formatDiagnostic)).toEqual([expected]);
  });
});

describe('nearest', () => {
  it('finds misspellings, other libraries\' words and no nonsense', () => {
    expect(nearest('kernel_size', ['strides', 'kernelSize'])).toBe('kernelSize');
    expect(nearest('BatchNorm', ['batchNormalization', 'dense'])).toBe('batchNormalization');
    expect(nearest('lr', ['learningRate', 'rho'])).toBe('learningRate');
    expect(nearest('zebra', ['units', 'activation'])).toBeUndefined();
  });
});
