import { describe, expect, it } from 'vitest';
import type { RunEvent } from './events.ts';
import { RunSeries, type Curve } from './series.ts';
import { scalars } from './testing.ts';

function find(curves: readonly Curve[], split: string, value = 'loss'): Curve {
  return curves.find(curve => curve.split === split && curve.value === value)!;
}
const resume = (epoch: number, time: number): RunEvent => ({ type: 'resume', time, epoch, step: 10 * epoch });

describe('a series', () => {
  it('sorts values into curves by name, split and kind', () => {
    const series = new RunSeries();
    series.apply([
      { type: 'scalars', per: 'batch', split: 'train', values: { loss: 3 }, time: 500, epoch: 0.5, step: 5 },
      scalars(1, 'train', { loss: 2, learningRate: 0.1 }),
      scalars(1, 'validation', { loss: 2.5 }),
    ]);
    expect(series.curves().map(curve => [curve.split, curve.per, curve.value, [...curve.step], [...curve.y]])).toEqual([
      ['train', 'batch', 'loss', [5], [3]],
      ['train', 'epoch', 'loss', [10], [2]],
      ['train', 'epoch', 'learningRate', [10], [0.1]],
      ['validation', 'epoch', 'loss', [10], [2.5]],
    ]);
  });

  it('hands out only what is new, and keeps snapshots as they were', () => {
    const series = new RunSeries();
    series.apply([scalars(1, 'train', { loss: 1 })]);
    const snapshot = series.curves();
    let cursor = series.cursor();
    for (let epoch = 2; epoch <= 1000; epoch++) series.apply([scalars(epoch, 'train', { loss: 1 / epoch })]);
    series.apply([scalars(1000, 'validation', { loss: 7 })]);
    const increment = series.since(cursor);
    expect(increment.reset).toBe(false);
    expect(find(increment.curves, 'train').y).toHaveLength(999);
    expect(find(increment.curves, 'train').epoch[0]).toBe(2);
    expect([...find(increment.curves, 'validation').y]).toEqual([7]);
    expect([...snapshot[0]!.y]).toEqual([1]);
    cursor = increment.cursor;
    expect(series.since(cursor)).toMatchObject({ reset: false, curves: [] });
  });

  it('drops voided points on resume, and tells readers to start over', () => {
    const series = new RunSeries();
    series.apply([1, 2, 3].flatMap(epoch => [scalars(epoch, 'train', { loss: epoch }), { type: 'picture', file: '', time: 0, epoch, step: 10 * epoch } as const]));
    const cursor = series.cursor();
    series.apply([resume(2, 100_000), scalars(3, 'train', { loss: 33 })]);
    const { reset, curves } = series.since(cursor);
    expect(reset).toBe(true);
    expect([...curves[0]!.y]).toEqual([1, 2, 33]);
    expect(series.epochs('picture')).toEqual([1, 2]);
  });

  it('hands out one curve, and what was told last of units that do not vary', () => {
    const series = new RunSeries();
    const latent = (epoch: number, idle?: number): RunEvent => ({ type: 'latent', file: '', time: 0, epoch, step: 10 * epoch, ...(idle === undefined ? {} : { idle }) });
    series.apply([scalars(1, 'train', { loss: 3 }), scalars(2, 'train', { loss: 2 }), latent(1, 4), latent(2, 3), latent(3)]);
    expect([...series.curve('train', 'epoch', 'loss')!.y]).toEqual([3, 2]);
    expect(series.curve('validation', 'epoch', 'loss')).toBeUndefined();
    expect(series.idleUnits()).toEqual({ epoch: 2, units: 3 });
    expect(series.idleUnits(1)).toEqual({ epoch: 1, units: 4 });
    series.apply([resume(1, 1000)]);
    expect(series.idleUnits()).toEqual({ epoch: 1, units: 4 });
    series.clear();
    expect(series.idleUnits()).toBeUndefined();
  });

  it('does not start over when the resume voids nothing', () => {
    const series = new RunSeries();
    series.apply([scalars(1, 'train', { loss: 1 })]);
    const cursor = series.cursor();
    series.apply([resume(1, 9000), scalars(2, 'train', { loss: 2 })]);
    expect(series.since(cursor)).toMatchObject({ reset: false });
    expect([...series.since(cursor).curves[0]!.y]).toEqual([2]);
  });

  it('takes the training time of the writer', () => {
    const series = new RunSeries();
    series.apply([{ ...scalars(1, 'train', { loss: 1 }), elapsed: 400 }, { ...scalars(2, 'train', { loss: 1 }), elapsed: 800 }]);
    expect([...series.curves()[0]!.time]).toEqual([400, 800]);
  });

  it('counts no interruption where the writer gives no training time', () => {
    const series = new RunSeries();
    // Epochs end at 1, 2 and 3 s; the run is killed, taken up a minute later at epoch 2, and goes on at the same speed.
    series.apply([1, 2, 3].map(epoch => scalars(epoch, 'train', { loss: 1 })));
    series.apply([resume(2, 60_000), { ...scalars(3, 'train', { loss: 1 }), time: 61_000 }]);
    expect([...series.curves()[0]!.time]).toEqual([0, 1000, 2000]);
  });

  it('keeps a step told twice as it was told last', () => {
    const series = new RunSeries();
    series.apply([scalars(1, 'train', { loss: 1 }), scalars(2, 'train', { loss: 2 })]);
    const cursor = series.cursor();
    series.apply([scalars(2, 'train', { loss: 3 })]);
    expect([...series.curves()[0]!.y]).toEqual([1, 3]);
    expect(series.since(cursor).reset).toBe(true);
  });

  it('knows the best epoch, whatever diverged', () => {
    const series = new RunSeries();
    expect(series.best()).toBeUndefined();
    series.apply([scalars(1, 'train', { loss: NaN })]);
    expect(series.best()).toBeUndefined();
    series.apply([scalars(2, 'train', { loss: 0.1 }), scalars(3, 'train', { loss: 0.2 })]);
    expect(series.best()).toEqual({ epoch: 2, value: 0.1 });
    series.apply([scalars(3, 'validation', { loss: 0.5 }), scalars(4, 'validation', { loss: 0.4 }), scalars(5, 'validation', { loss: NaN })]);
    expect(series.best()).toEqual({ epoch: 4, value: 0.4 });
  });
});
