import { expect, it } from 'vitest';
import { changesOf, changesText, tellingFirst } from './changes.ts';

it('tells what a run was given beside its config, but not what its name says', () => {
  const overrides = { 'name': 'x', 'latent.units': 8, 'training.loss': 'mae', 'training.epochs': 3 };
  expect(changesText(changesOf({ overrides }))).toBe('latent.units=8, training.loss=mae, training.epochs=3');
  expect(changesText(changesOf({ overrides, sweep: { id: 's', index: 0, count: 2, values: { 'latent.units': 8 } } }), 1)).toBe('training.loss=mae, +1');
  expect(changesText(changesOf({ overrides: {} }))).toBe('');
});

it('tells first what others of its name were not given', () => {
  const [a, b] = [{ 'data.train': '300', 'latent.units': '8', 'seed': '1' }, { 'data.train': '300', 'seed': '1', 'training.epochs': '2' }];
  expect([tellingFirst(a, [a, b]), tellingFirst(b, [a, b]), tellingFirst(a, [a])].map(changes => changesText(changes))).toEqual([
    'latent.units=8, data.train=300, seed=1', 'training.epochs=2, data.train=300, seed=1', 'data.train=300, latent.units=8, seed=1',
  ]);
});
