import { expect, it } from 'vitest';
import { variantsOf, type Rule } from '../spec/keywords.ts';
import { SpecSchema } from '../spec/schema.ts';
import { changeOf, type Change } from './comparable.ts';

const parts = Object.entries((SpecSchema as Rule).properties!);
/** The keys of a part, those of all its variants together. */
const keysOf = (rule: Rule): string[] => [...new Set([rule, ...variantsOf(rule)].flatMap(({ properties = {} }) => Object.keys(properties)))];
const paths = parts.flatMap(([part, rule]) => [part, ...keysOf(rule).map(key => `${part}.${key}`)]);
const thatChange = (change: Change | undefined): string[] => paths.filter(path => changeOf(path) === change && !path.includes('$')).sort();

it('knows of every setting of the language whether losses stay comparable', () => {
  // A setting that is new shows up here. Decide on which list it belongs; until then it counts as changing the loss.
  expect(thatChange('loss')).toEqual([
    'latent', 'latent.annealEpochs', 'latent.beta', 'latent.commitment', 'latent.freeBits', 'latent.importanceSamples', 'latent.type', 'latent.weight',
    'penalties', 'training', 'training.loss', 'training.reduction',
  ]);
  expect(thatChange('training samples')).toEqual(['data.limit', 'data.train']);
  expect(thatChange('samples')).toEqual([
    'data', 'data.binarize', 'data.color', 'data.decimal', 'data.divideBy', 'data.fit', 'data.images', 'data.labelColumn', 'data.normalize', 'data.path', 'data.seed', 'data.separator', 'data.shape', 'data.size',
    'data.test', 'data.testImages', 'data.type', 'data.validation',
  ]);
  expect(thatChange(undefined).filter(path => /^(data|latent|training|penalties)\b/.test(path))).toEqual([
    'data.labels', 'data.memory', 'data.testLabels',
    'latent.activation', 'latent.biasInitializer', 'latent.codes', 'latent.decay', 'latent.dimension', 'latent.kernelInitializer', 'latent.revivalThreshold', 'latent.trainable', 'latent.units', 'latent.useBias',
    'training.batchSize', 'training.earlyStopping', 'training.epochs', 'training.metrics', 'training.optimizer', 'training.shuffle',
  ]);
});

it('takes a setting that it has never heard of for one that changes the loss', () => {
  expect(['latent.gamma', 'training.huber', 'contrast', 'contrast.temperature'].map(changeOf)).toEqual(['loss', 'loss', 'loss', 'loss']);
});

it('looks into lists and below settings', () => {
  expect(changeOf('penalties[1].weight')).toBe('loss');
  expect(changeOf('encoder[2].activation.slope')).toBeUndefined();
  expect(changeOf('training.optimizer.weightDecay')).toBeUndefined();
  expect(changeOf('data.size[0]')).toBe('samples');
});
