// Every file a newcomer can open first must be without a squiggle, and must be what it says.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../spec/diagnostics.ts';
import { templateGroups } from '../spec/templates.ts';
import { checkConfig, type CheckedConfig } from './check.ts';
import { summarize } from './summary.ts';

const folder = new URL('../../samples/', import.meta.url);
const samples = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => name.replaceAll('\\', '/')).filter(name => name.endsWith('.aeconf')).sort();
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const check = (name: string): CheckedConfig => checkConfig(read(name), name);
const layersOf = (name: string) => check(name).model!.layers;

describe('samples', () => {
  it('are all there', () => {
    expect(samples).toEqual(expect.arrayContaining([
      'quickstart', 'janet-50', 'faces-folder', 'digits-csv', 'conv-mirror',
      ...['denoising', 'sparse', 'deep', 'contractive', 'undercomplete', 'convolutional', 'variational'].map(name => `types/${name}`),
      ...[
        'janet-2', 'janet-50', 'janet-50-denoise', 'janet-50-transfer', 'conv-selu-2', 'conv-selu-6', 'conv-selu-6-cleaning', 'dae-batchnorm',
        'mnist-32', 'deep-32', 'latent-sweep', 'conv-denoise-16', 'faces-lfw',
      ].map(name => `systems/${name}`),
    ].map(name => `${name}.aeconf`)));
  });
  it.each(samples)('%s is right, builds, and opens with what to look at', name => {
    const { diagnostics, model } = check(name);
    expect(diagnostics.map(formatDiagnostic)).toEqual([]);
    expect(model).toBeDefined();
    const opening = read(name).split('{')[0]!;
    expect(opening.split('\n').filter(line => line.startsWith('//')).length).toBeGreaterThanOrEqual(2);
    expect(opening.toLowerCase()).toMatch(/look at|watch/);
  });
  it('dae-batchnorm has the published counts', () => {
    expect(summarize(check('systems/dae-batchnorm.aeconf').model!).whole).toEqual({ total: 1_438_676, trainable: 1_434_580, notTrainable: 4_096 });
  });
  it.each([['janet-50', 50], ['systems/janet-2', 2], ['systems/janet-50', 50], ['systems/janet-50-denoise', 50], ['systems/janet-50-transfer', 50]] as const)('%s is JANet-%i', (name, units) => {
    const layers = layersOf(`${name}.aeconf`).filter(({ spec }) => spec.type === 'dense');
    expect(layers.map(({ spec, outputShape }) => [outputShape[0], spec.type === 'dense' && spec.activation])).toEqual([
      [144, { type: 'relu' }], [units, { type: 'sigmoid' }], [144, { type: 'relu' }], [784, { type: 'leakyRelu', slope: 0.01 }],
    ]);
  });
  it.each([2, 6])('conv-selu-%i goes down to 648 and back over 3, 7, 14, 28', units => {
    const layers = layersOf(`systems/conv-selu-${units}.aeconf`);
    expect(layers.map(({ outputShape }) => outputShape[0])).toEqual([14, 7, 3, 648, 145, 98, 52, units, 52, 98, 145, 648, 3, 7, 14, 28]);
  });
  it.each([2, 6])('conv-selu-%i says once that all layers are SELU: all but the code and the last, which is a sigmoid', units => {
    const spoken = layersOf(`systems/conv-selu-${units}.aeconf`).flatMap(({ part, spec }) => ('kernelInitializer' in spec && 'activation' in spec ? [{ part, activation: spec.activation.type, drawn: spec.kernelInitializer.type }] : []));
    const selu = (part: string, count: number) => Array.from({ length: count }, () => ({ part, activation: 'selu', drawn: 'lecunNormal' }));
    expect(spoken).toEqual([...selu('encoder', 6), { part: 'latent', activation: 'linear', drawn: 'lecunNormal' }, ...selu('decoder', 6), { part: 'decoder', activation: 'sigmoid', drawn: 'lecunNormal' }]);
    expect(read(`systems/conv-selu-${units}.aeconf`).match(/"selu"/g)).toHaveLength(1);
  });
  it('conv-mirror undoes pooling, strides and normalisation', () => {
    expect(layersOf('conv-mirror.aeconf').filter(({ part }) => part === 'decoder').map(({ spec, outputShape }) => `${spec.type} ${outputShape.join('×')}`)).toEqual([
      'dense 784', 'reshape 7×7×16', 'conv2dTranspose 14×14×8', 'upSampling2d 28×28×8', 'batchNormalization 28×28×8', 'activation 28×28×8', 'conv2dTranspose 28×28×1',
    ]);
  });
});

describe('templates', () => {
  const templates = templateGroups.flatMap(group => group.templates);
  it.each(templates.map(template => [template.id, template.text]))('%s is right and builds', (_, text) => {
    const { diagnostics, spec, model } = checkConfig(text, 'new.aeconf', optionsFor(text));
    expect(diagnostics.map(formatDiagnostic)).toEqual([]);
    expect(spec).toBeDefined();
    expect(model).toBeDefined();
  });
  it('have ids that make file names', () => {
    const ids = templates.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9-]+$/);
  });
});

/** A table tells its width only when it is read. */
function optionsFor(text: string) {
  return text.includes('"csv"') ? { inputShape: [30] } : {};
}
