import { describe, expect, it } from 'vitest';
import type { Curve, LossRun } from '../../protocol/messages.ts';
import { baselineLevels, measuredOn, smallCharts, smallLines } from './groups.ts';
import { defaultView } from './lines.ts';
import { LossStore, type StoredRun } from './store.ts';

function stored(runs: readonly { readonly id: string; readonly values: Readonly<Record<string, readonly Curve['split'][]>>; readonly more?: Partial<LossRun> }[]): readonly StoredRun[] {
  const store = new LossStore();
  const at = Float64Array.of(1, 2);
  store.replace(runs.map(({ id, values, more }) => ({
    run: { id, name: id, state: 'finished', epoch: 2, epochs: 2, star: false }, lossName: 'mse', ...more,
    curves: Object.entries(values).flatMap(([value, splits]) => splits.map((split): Curve => ({ value, split, per: 'epoch', step: at, epoch: at, time: at, y: at }))),
  })));
  return store.runs;
}
const both: readonly Curve['split'][] = ['train', 'validation'];

describe('smallCharts', () => {
  it('puts terms, dimensions and layers together, and gives each metric an axis of its own', () => {
    const charts = smallCharts(['loss', 'kl', 'reconstruction', 'kl/10', 'kl/2', 'mse', 'psnr', 'activeUnits', 'rebuiltAsAnother', 'pretraining/dense_1']);
    expect(charts.map(c => [c.group, c.values, c.percent])).toEqual([
      ['terms', ['kl', 'reconstruction'], false], ['dimensions', ['kl/2', 'kl/10'], false], ['metrics', ['mse'], false], ['metrics', ['psnr'], false],
      ['code', ['activeUnits'], false], ['rebuilt', ['rebuiltAsAnother'], true], ['pretraining', ['pretraining/dense_1'], false],
    ]);
    expect(smallCharts(['loss'])).toEqual([]);
  });
});

describe('smallLines', () => {
  const chartOf = (names: readonly string[]) => smallCharts(names)[0]!;

  it('tells terms apart by colour and mark, and splits by dash, for one run', () => {
    const runs = stored([{ id: 'a', values: { kl: both, reconstruction: both } }]);
    const lines = smallLines(runs, defaultView, chartOf(['kl', 'reconstruction']));
    expect(lines.map(l => [l.name, l.split, l.style.color, l.style.dash.length > 0])).toEqual([['kl', 'train', 0, false], ['kl', 'validation', 0, true], ['reconstruction', 'train', 1, false], ['reconstruction', 'validation', 1, true]]);
    expect(new Set(lines.map(l => l.style.mark)).size).toBe(2);
  });

  it('shows many dimensions by validation alone, by training where there is no other', () => {
    const names = ['kl/1', 'kl/2', 'kl/3', 'kl/4', 'kl/5'];
    const runs = stored([{ id: 'a', values: Object.fromEntries(names.map(name => [name, name === 'kl/5' ? ['train'] : both])) }]);
    expect(smallLines(runs, defaultView, chartOf(names)).map(l => [l.name, l.split])).toEqual([['1', 'validation'], ['2', 'validation'], ['3', 'validation'], ['4', 'validation'], ['5', 'train']]);
  });

  it('keeps the colours of runs when there are several, and draws no two lines alike', () => {
    const runs = stored([{ id: 'a', values: { kl: both, reconstruction: both } }, { id: 'b', values: { kl: both } }]);
    const lines = smallLines(runs, defaultView, chartOf(['kl', 'reconstruction']));
    expect(lines.map(l => [l.name, l.style.color])).toEqual([['a: kl', 0], ['b: kl', 1], ['a: reconstruction', 0]]);
    expect(new Set(lines.map(l => JSON.stringify(l.style))).size).toBe(3);
    expect(smallLines(runs, { ...defaultView, hidden: ['a'] }, chartOf(['kl'])).map(l => l.name)).toEqual(['train: b', 'validation: b']);
  });

  it('shows a metric of both splits by name, for one run and for a few; of many runs validation alone', () => {
    const of = (count: number) => stored(Array.from({ length: count }, (_, i) => ({ id: 'abcdef'[i]!, values: { accuracy: i === 1 ? ['validation'] : both } })));
    const accuracy = chartOf(['accuracy']);
    expect(smallLines(of(1), defaultView, accuracy).map(l => l.name)).toEqual(['train', 'validation']);
    const lines = smallLines(of(3), defaultView, accuracy);
    expect(lines.map(l => [l.name, l.split, l.style.color])).toEqual([['train: a', 'train', 0], ['validation: a', 'validation', 0], ['b', 'validation', 1], ['train: c', 'train', 2], ['validation: c', 'validation', 2]]);
    expect(new Set(lines.map(l => JSON.stringify(l.style))).size).toBe(5);
    expect(smallLines(of(5), defaultView, accuracy).map(l => l.name)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(smallLines(of(2), { ...defaultView, splits: 'train' }, accuracy).map(l => l.name)).toEqual(['a']);
  });

  it('says of what is measured on some samples only on how many', () => {
    expect(measuredOn('accuracy')).toMatch(/on 2,000 samples spread evenly over training and validation set each, on all of a smaller one$/);
    expect(measuredOn('mse')).toContain('on all validation samples');
    expect(measuredOn('rebuiltAsAnother')).toMatch(/^Counted on 2,000 samples/);
    expect(measuredOn('loss')).toBeUndefined();
  });
});

it('draws principal components where a value is comparable with them, each figure once', () => {
  const of = (id: string, levels: Record<string, number>, components: number) => ({ id, values: {}, more: { levels, run: { id, name: id, state: 'training' as const, epoch: 1, epochs: 2, star: false, baseline: { components, mse: levels['mse']! } } } });
  const runs = stored([of('a', { mse: 0.0131, loss: 0.0131 }, 32), of('b', { mse: 0.0131, loss: 0.0131 }, 32), of('c', { mse: 0.05 }, 2), of('d', { mse: 0.02, reconstruction: 15.7 }, 1)]);
  expect(baselineLevels(runs, defaultView, ['mse']).map(l => l.y)).toEqual([0.0131, 0.05, 0.02]);
  expect(baselineLevels(runs, defaultView, ['kl', 'reconstruction']).map(l => l.y)).toEqual([15.7]);
  expect(baselineLevels(runs, { hidden: ['a', 'b'] }, ['loss'])).toEqual([]);
  expect(baselineLevels(runs, defaultView, ['psnr'])).toEqual([]);
});

it('says whose principal components they are where runs differ: in the colour of a run, or of nobody where several share them', () => {
  const of = (id: string, loss: number, components = 2) => ({ id, values: {}, more: { levels: { loss }, run: { id, name: id, state: 'training' as const, epoch: 1, epochs: 2, star: false, baseline: { components, mse: loss } } } });
  const levels = (hidden: readonly string[], ...runs: readonly ReturnType<typeof of>[]) => baselineLevels(stored(runs), { hidden }, ['loss']);
  const full = 'PCA, 2 components: 0.0625';
  expect(levels([], of('a', 0.0625))).toEqual([{ y: 0.0625, texts: [full, 'PCA 0.0625'] }]);
  expect(levels([], of('a', 0.0625), of('b', 0.0625))).toEqual([{ y: 0.0625, texts: [full, 'PCA 0.0625'] }]);
  expect(levels([], of('a', 0.0625), of('b', 0.0625), of('c', 0.01, 50))).toEqual([
    { y: 0.0625, texts: [`${full} (a, b)`, 'PCA 0.0625 (a, b)', 'PCA 0.0625'] }, { y: 0.01, texts: ['PCA, 50 components: 0.0100 (c)', 'PCA 0.0100 (c)', 'PCA 0.0100'], color: 2 },
  ]);
  expect(levels(['a', 'b'], of('a', 0.0625), of('b', 0.0625), of('c', 0.01, 50))).toEqual([{ y: 0.01, texts: ['PCA, 50 components: 0.0100', 'PCA 0.0100'], color: 2 }]);
  expect(levels([], of('a', 0.0625), of('b', 0.0625), of('d', 0.0625), of('c', 0.01))[0]!.texts[0]).toBe(`${full} (3 runs)`);
  const long = 'a very long file name that a student chose for the third homework';
  expect(levels([], of(long, 0.0625), of('b', 0.01))[0]!.texts[0]).toBe(`${full} (a very long f…third homework)`);
});
