import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layersAt, placeOf, readDiagram, type Diagram } from './diagram.ts';

const text = `{
  "data": "mnist",
  "corruption": [{ "type": "saltAndPepper", "amount": 0.1 }],
  "encoder": [
    { "type": "conv2d", "filters": 32, "strides": 2, "padding": "same", "activation": { "type": "leakyRelu", "slope": 0.3 } },
    { "type": "batchNormalization" },
    { "type": "flatten" },
    { "type": "dense", "units": 16, "trainable": false },
  ],
  "latent": { "type": "gaussian", "units": 2 },
  "penalties": [{ "type": "contractive", "weight": 0.5 }, { "type": "activityL1", "weight": 0.001, "layer": "encoder/dense" }, { "type": "weightDecay", "l2": 0.0001 }],
}`;

function drawn(config = text): Diagram {
  const { diagram, error } = readDiagram(config, 'a.aeconf', 'a');
  if (diagram === undefined) throw new Error(error?.message ?? 'no shape');
  return diagram;
}
const layer = (key: string, config = text) => drawn(config).layers.find(each => each.key === key)!;

describe('the diagram of a model', () => {
  it('has the sample and all layers, with what acts on each', () => {
    const { layers, code, latent, notes } = drawn();
    expect(layers.map(({ key }) => key)).toEqual([
      'input', 'encoder/conv2d', 'encoder/batch_normalization', 'encoder/flatten', 'encoder/dense', 'latent/latent',
      'decoder/dense', 'decoder/dense_1', 'decoder/reshape', 'decoder/batch_normalization', 'decoder/conv2d_transpose',
    ]);
    expect([code, latent]).toEqual(['latent/latent', 'gaussian']);
    expect(layers.flatMap(({ key, notes: own }) => own.map(note => [key, note.label]))).toEqual([
      ['input', 'saltAndPepper 0.1'], ['encoder/dense', 'activityL1 0.001'], ['latent/latent', 'mean and variance, β 1'], ['latent/latent', 'contractive 0.5'],
    ]);
    expect(notes.map(({ label }) => label)).toEqual(['mse', 'weight decay l2 0.0001']);
    expect(notes[0]!.text).toBe('The output is compared with the clean input by mse.');
  });

  it('says how the parameters come about, what is frozen, and what a layer is set to', () => {
    expect(layer('encoder/conv2d')).toMatchObject({ counting: '(3 × 3 × 1 + 1) × 32 = 320', activation: 'leakyRelu (slope 0.3)', companion: false, frozen: false });
    expect(layer('encoder/conv2d').facts).toEqual(expect.arrayContaining([{ name: 'Kernel size', value: '3×3' }, { name: 'Strides', value: '2×2' }, { name: 'Padding', value: 'same' }, { name: 'Kernel initializer', value: 'glorotUniform' }]));
    expect(layer('encoder/dense')).toMatchObject({ counting: '(6,272 + 1) × 16 = 100,368', frozen: true });
    expect(layer('latent/latent').counting).toBe('2 × (16 + 1) × 2 = 68');
    expect(layer('encoder/batch_normalization')).toMatchObject({ companion: true, short: 'batch norm', frozen: false, counting: '32 + 32 + 32 + 32 = 128' });
    expect(layer('encoder/flatten').counting).toBeUndefined();
    // Where an image comes out of a vector, it is drawn.
    expect([layer('encoder/flatten').companion, layer('decoder/reshape').companion]).toEqual([true, false]);
  });

  it('names the compression as numbers, and as bits where the code is a choice of entries', () => {
    expect(drawn().compression).toBe('784 numbers → 2: 392× fewer');
    expect(drawn(text.replace('"units": 2 }', '"units": 1000 }')).compression).toBe('784 numbers → 1,000: 1.28× more');
    const quantized = text.replace('{ "type": "gaussian", "units": 2 }', '{ "type": "quantized", "codes": 8, "dimension": 4 }');
    expect(drawn(quantized).compression).toBe('784 numbers → 4 entries of a codebook: 12 bits');
  });

  it('is not there while the text has an error, whose first is told, or while the shape of the data is not known', () => {
    const { diagram, error } = readDiagram(text.replace('"units": 16', '"units": 0'), 'a.aeconf', 'a');
    expect([diagram, error?.line]).toEqual([undefined, 8]);
    expect(readDiagram(text.replace('"mnist"', '{ "type": "npy", "images": "a.npy" }'), 'a.aeconf', 'a')).toEqual({});
    expect(readDiagram(text.replace('"mnist"', '{ "type": "npy", "images": "a.npy" }'), 'a.aeconf', 'a', [10, 10, 1]).diagram?.inputShape).toEqual([10, 10, 1]);
  });

  it('sums up to the parameters of every layer of every sample', () => {
    const folder = join(import.meta.dirname, '../../samples');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.aeconf'));
    let sums = 0;
    for (const name of files) {
      const reading = readDiagram(readFileSync(join(folder, name), 'utf8'), name, name);
      expect(reading.error, name).toBeUndefined();
      for (const { key, counting, parameters } of reading.diagram?.layers ?? []) {
        if (counting === undefined) {
          expect(parameters.total, `${name} ${key}`).toBe(0);
          continue;
        }
        const [sum, total] = counting.replaceAll(',', '').split(' = ');
        expect(valueOf(sum!), `${name} ${key}`).toBe(parameters.total);
        expect(Number(total)).toBe(parameters.total);
        sums++;
      }
    }
    expect(sums).toBeGreaterThan(100);
  });
});

/** Sums, products and brackets around sums, as countings have them. */
function valueOf(sum: string): number {
  const flat = sum.replace(/\(([^)]*)\)/g, (_, inner: string) => String(valueOf(inner)));
  return flat.split(' + ').reduce((total, product) => total + product.split(' × ').reduce((value, factor) => value * Number(factor), 1), 0);
}

describe('between text and diagram', () => {
  const { paths } = readDiagram(text, 'a.aeconf', 'a');

  it('finds a layer in the text, a mirrored one where its original is', () => {
    const textAt = (key: string, now = text) => {
      const place = placeOf(now, paths!.get(key)!);
      return place && now.slice(place.offset, place.offset + place.length);
    };
    expect(textAt('encoder/dense')).toBe('{ "type": "dense", "units": 16, "trainable": false }');
    expect(textAt('latent/latent')).toBe('{ "type": "gaussian", "units": 2 }');
    expect(textAt('decoder/dense_1')).toBe('{ "type": "dense", "units": 16, "trainable": false }');
    expect(textAt('input')).toBe('"mnist"');
    expect(textAt('latent/latent', '{ "data": "mnist" }')).toBeUndefined();
  });

  it('finds the layers that the cursor is at', () => {
    const at = (what: string) => layersAt(text, paths!, text.indexOf(what) + 2);
    expect(at('"units": 16')).toEqual(['encoder/dense', 'decoder/dense_1']);
    expect(at('gaussian')).toEqual(['latent/latent', 'decoder/dense']);
    expect(at('saltAndPepper')).toEqual(['input']);
    expect(at('"penalties"')).toEqual([]);
  });
});
