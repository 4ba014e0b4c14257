import { expect, it } from 'vitest';
import { changesOf, changesText } from './changes.ts';

it('tells what a run was given beside its config, but not what its name says', () => {
  const overrides = { 'name': 'x', 'latent.units': 8, 'training.loss': 'mae', 'training.epochs': 3 };
  expect(changesText(changesOf({ overrides }))).toBe('latent.units=8, training.loss=mae, training.epochs=3');
  expect(changesText(changesOf({ overrides, sweep: { id: 's', index: 0, count: 2, values: { 'latent.units': 8 } } }), 1)).toBe('training.loss=mae, +1');
  expect(changesText(changesOf({ overrides: {} }))).toBe('');
});
