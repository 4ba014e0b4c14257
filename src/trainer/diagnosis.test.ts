// What is said of curves that real trainings draw, each made so that one thing is wrong, or nothing.
import { afterEach, expect, it } from 'vitest';
import { diagnoseRun, type Finding } from '../runs/diagnosis.ts';
import { makePlace, removePlace, trainAt, type Place } from './testing.ts';

const places: Place[] = [];
afterEach(() => { places.splice(0).forEach(removePlace); });

const small = {
  seed: 3, data: { type: 'glyphs', train: 400, test: 200 },
  encoder: [{ type: 'flatten' }, { type: 'dense', units: 32, activation: 'relu' }],
  latent: { type: 'plain', units: 4 },
  training: { epochs: 12, batchSize: 32, optimizer: { type: 'adam', learningRate: 0.003 } },
};

async function findings(change: object, overrides: Record<string, unknown> = {}): Promise<readonly Finding[]> {
  const place = makePlace(JSON.stringify({ ...small, ...change }));
  places.push(place);
  const { folder } = await trainAt(place, { overrides });
  return diagnoseRun(folder);
}
const kinds = (found: readonly Finding[]) => found.map(({ kind }) => kind);

it('a large model learns fifty samples by heart', async () => {
  const large = { data: { type: 'glyphs', train: 50, test: 200 }, encoder: [{ type: 'flatten' }, { type: 'dense', units: 256, activation: 'relu' }], latent: { type: 'plain', units: 64 } };
  const overrides = { 'training.batchSize': 10, 'training.epochs': 60 };
  // The cross-entropy of what it is sure of rises; the squared error only falls no further.
  expect((await findings(large, { ...overrides, 'training.loss': 'binaryCrossentropy' }))[0]).toMatchObject({ kind: 'overfitting' });
  expect((await findings(large, overrides))[0]).toMatchObject({ kind: 'gap', level: 'problem' });
});

it.each<[string, object]>([
  ['plain', {}],
  ['with noise, dropout and batch normalisation', { corruption: [{ type: 'gaussian', stddev: 0.2 }], encoder: [{ type: 'flatten' }, { type: 'dense', units: 32, activation: 'elu' }, { type: 'batchNormalization' }, { type: 'dropout', rate: 0.1 }] }],
  ['on a sphere', { latent: { type: 'spherical', units: 4 } }],
])('a training in which nothing is wrong raises no alarm: %s', async (_, change) => {
  expect((await findings(change, { 'training.epochs': 25 })).filter(({ level }) => level === 'problem')).toEqual([]);
});

it('a training of few epochs still learns at its end', async () => {
  expect(kinds(await findings({}))).toContain('stillLearning');
});

it('steps a thousand times too large teach nothing', async () => {
  const found = await findings({}, { 'training.optimizer.learningRate': 10 });
  expect(found[0]).toMatchObject({ level: 'problem' });
  expect(kinds(found).some(kind => kind === 'meanPicture' || kind === 'diverging' || kind === 'jumping')).toBe(true);
  expect(kinds(found)).not.toContain('stillLearning');
});

it('steps a thousand times too small fall evenly', async () => {
  expect(kinds(await findings({}, { 'training.optimizer.learningRate': 1e-6 }))).toContain('slow');
});

it('a divergence that weighs too much silences the code, and one that weighs little leaves it in use', async () => {
  const gaussian = (beta: number) => ({ latent: { type: 'gaussian', units: 4, beta } });
  expect(kinds(await findings(gaussian(1000)))[0]).toBe('collapse');
  expect(kinds(await findings(gaussian(0.1)))).not.toContain('collapse');
});

it('units that cannot see anything are counted', async () => {
  const found = await findings({ encoder: [{ type: 'flatten' }, { type: 'dense', units: 16, activation: 'relu', biasInitializer: { type: 'constant', value: -100 } }], latent: { type: 'plain' }, decoder: [{ type: 'dense', units: 784, activation: 'sigmoid' }] });
  expect(found[0]).toMatchObject({ kind: 'collapse' });
});

it('dropout explains a training loss above that of validation', async () => {
  const found = await findings({ encoder: [{ type: 'flatten' }, { type: 'dense', units: 64, activation: 'relu' }, { type: 'dropout', rate: 0.5 }], data: { type: 'glyphs', train: 2000, test: 400 } }, { 'training.epochs': 20 });
  expect(found.find(({ kind }) => kind === 'trainAbove')?.text).toContain('dropout');
});
