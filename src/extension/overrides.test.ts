import { expect, it } from 'vitest';
import { formatOverrides, latentUnits, overrideProblem, readAssignment, readCount } from './overrides.ts';
import { loadSpec } from '../spec/load.ts';

const text = `{
  "data": { "type": "glyphs" },
  "encoder": [{ "type": "flatten" }, { "type": "dense", "units": 32 }],
  "latent": { "type": "plain", "units": 2 }
}`;

it('reads assignments as JSON or as words', () => {
  expect(readAssignment('training.epochs=5', text, 'a.aeconf')).toEqual({ path: 'training.epochs', value: 5 });
  expect(readAssignment(' training.optimizer = nadam', text, 'a.aeconf')).toEqual({ path: 'training.optimizer', value: 'nadam' });
  expect(readAssignment('encoder[1].units=64', text, 'a.aeconf')).toEqual({ path: 'encoder[1].units', value: 64 });
});

it('says what is wrong with an assignment', () => {
  expect(readAssignment('training.epochs', text, 'a.aeconf')).toMatch(/=/);
  expect(readAssignment('training.epoch=5', text, 'a.aeconf')).toMatch(/epochs/);
  expect(readAssignment('training.epochs=0', text, 'a.aeconf')).toMatch(/training\.epochs/);
  expect(readAssignment('training.optimizer=adma', text, 'a.aeconf')).toMatch(/adam/);
});

it('finds no fault with overrides that fit', () => {
  expect(overrideProblem(text, 'a.aeconf', { 'latent.units': 8, 'training.epochs': 3 })).toBeUndefined();
  expect(overrideProblem(text, 'a.aeconf', { 'latent.units': -8 })).toMatch(/latent\.units/);
});

it('reads counts', () => {
  expect(readCount(' 20 ', 'Epochs')).toBe(20);
  for (const bad of ['', '0', '-1', '2.5', 'many', '1e99']) expect(readCount(bad, 'Epochs')).toMatch(/^Epochs: a whole number/);
});

it('knows the size of the code', () => {
  expect(latentUnits(loadSpec(text, 'a.aeconf').spec!)).toEqual({ path: 'latent.units', units: 2 });
  expect(latentUnits(loadSpec(text.replace(', "units": 2', ''), 'a.aeconf').spec!)).toBeUndefined();
});

it('writes overrides down', () => {
  expect(formatOverrides({ 'training.epochs': 5, data: 'mnist', size: [3, 5] })).toBe('training.epochs = 5, data = mnist, size = [3,5]');
});
