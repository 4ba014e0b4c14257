import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from './diagnostics.ts';
import { loadSpec } from './load.ts';
import { countCombinations, expandSweep } from './sweep.ts';

const file = (sweep: string) => `{
  "data": "glyphs",
  "encoder": [{ "type": "flatten" }, { "type": "dense", "units": 24 }],
  "latent": { "type": "plain", "units": 4 },
  "sweep": { "values": ${sweep} }
}`;
const findings = (sweep: string, rest = '') => loadSpec(file(`${sweep}${rest}`), 'a.aeconf').diagnostics.map(formatDiagnostic);

describe('expandSweep', () => {
  const values = { 'latent.units': [2, 4, 8], 'training.loss': ['mse', 'mae'] };
  it('makes every combination of a grid, the last path changing fastest', () => {
    expect(expandSweep({ values, combine: 'grid' })).toEqual([
      { 'latent.units': 2, 'training.loss': 'mse' }, { 'latent.units': 2, 'training.loss': 'mae' },
      { 'latent.units': 4, 'training.loss': 'mse' }, { 'latent.units': 4, 'training.loss': 'mae' },
      { 'latent.units': 8, 'training.loss': 'mse' }, { 'latent.units': 8, 'training.loss': 'mae' },
    ]);
    const three = { a: [1, 2], b: [1, 2, 3], c: [1, 2, 3, 4] };
    const all = expandSweep({ values: three, combine: 'grid' });
    expect(new Set(all.map(one => JSON.stringify(one))).size).toBe(24);
    expect(countCombinations({ values: three, combine: 'grid' })).toBe(24);
  });
  it('takes the values of a list together', () => {
    expect(expandSweep({ values: { a: [1, 2], b: [{ type: 'x' }, null] }, combine: 'list' })).toEqual([{ a: 1, b: { type: 'x' } }, { a: 2, b: null }]);
  });
});

describe('the check of a sweep', () => {
  it('finds nothing wrong with good paths and any JSON that is allowed there', () => {
    expect(findings('{ "latent.units": [2, 4], "encoder[1].activation": ["relu", { "type": "leakyRelu", "slope": 0.1 }], "training.optimizer": ["adam", { "type": "sgd", "momentum": 0.9 }], "corruption": [[], [{ "type": "masking", "amount": 0.1 }]] }')).toEqual([]);
    // Allowed only together: a new type brings keys of its own.
    expect(findings('{ "latent.type": ["quantized"], "latent.codes": [16, 32] }')).toEqual([]);
  });
  it.each([
    ['{ "latent.unit": [2] }', 'a.aeconf:5:41: error: sweep.values["latent.unit"]: unknown key "unit" in "latent". Did you mean "latent.units"?'],
    ['{ "latent.units": [2, 0, 4] }', 'a.aeconf:5:46: error: sweep.values["latent.units"][1]: 0 is out of range. Write a whole number of at least 1.'],
    ['{ "training.loss": ["mse", "mea"] }', 'a.aeconf:5:51: error: sweep.values["training.loss"][1]: unknown value "mea". Did you mean "mae"?'],
    ['{ "encoder[5].units": [2] }', 'a.aeconf:5:46: error: sweep.values["encoder[5].units"]: "encoder" has 2 entries. They are numbered [0] to [1].'],
    ['{ "latent units": [2] }', 'a.aeconf:5:42: error: sweep.values.latent units: The path "latent units" cannot be read at character 7. Write it like latent.units or encoder[1].units.'],
    ['{ "sweep.parallel": [1, 2] }', 'a.aeconf:5:44: error: sweep.values["sweep.parallel"]: a sweep cannot change the sweep. Remove this path.'],
    ['{}', 'a.aeconf:5:24: error: sweep.values: the sweep has no values. Name a path and its values, for example "latent.units": [2, 4, 8].'],
    ['{ "latent": ["plain"], "latent.units": [2] }', 'a.aeconf:5:63: error: sweep.values["latent.units"]: "latent.units" and "latent" set the same part. Keep one of them, and give it whole values.'],
    ['{ "name": ["a", "b"] }', 'a.aeconf:5:34: warning: sweep.values.name: "name" changes no training. Remove this path: runs of a sweep are named by their values.'],
  ])('tells of %s at its place', (sweep, expected) => {
    expect(findings(sweep).join('\n')).toContain(expected);
  });
  it('wants lists of one length where values are taken together, and no thousands of trainings', () => {
    expect(findings('{ "latent.units": [2, 4, 8], "seed": [1, 2] }, "combine": "list"')).toEqual([
      'a.aeconf:5:42: error: sweep.values["latent.units"]: "combine": "list" takes values together, but here are 3 and elsewhere 2. Give every path as many values, or write "combine": "grid".',
    ]);
    const many = JSON.stringify(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(findings(`{ "latent.units": ${many}, "seed": ${many} }`)).toEqual([expect.stringMatching(/these are 1,600 trainings/)]);
  });
});
