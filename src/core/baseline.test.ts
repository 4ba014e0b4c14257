import { expect, it } from 'vitest';
import { baselineText, baselineVerdict, beatsBaseline } from './baseline.ts';

const format = (error: number): string => error.toFixed(4);

it('says whether a model is better than principal components, and nothing while that is not known', () => {
  expect(baselineText({ components: 1024, mse: 0.02, model: 0.01 }, format)).toBe('PCA with 1,024 components: mse 0.0200; the model: 0.0100, better than principal components');
  expect(baselineText({ components: 1, mse: 0.02, model: 0.03 }, format)).toBe('PCA with 1 component: mse 0.0200; the model: 0.0300, not better than principal components');
  expect(baselineText({ components: 2, mse: 0.02 }, format)).toBe('PCA with 2 components: mse 0.0200');
  expect(baselineVerdict({ components: 2, mse: 0.02 })).toBeUndefined();
});

it('takes a model that only equals them for no better', () => {
  expect(beatsBaseline({ components: 2, mse: 0.02, model: 0.02 })).toBe(false);
  expect(beatsBaseline({ components: 2, mse: 0.02, model: Number.NaN })).toBe(false);
});
