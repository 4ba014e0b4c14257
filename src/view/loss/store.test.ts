import { describe, expect, it } from 'vitest';
import type { Curve, LossRun, RunLabel } from '../../protocol/messages.ts';
import { LossStore, chooseCurve, lowerBound, nearestIndex } from './store.ts';

const label = (id: string, state: RunLabel['state'] = 'training'): RunLabel => ({ id, name: id, state, epoch: 1, epochs: 5, star: false });
const curve = (y: number[], options: Partial<Pick<Curve, 'value' | 'split' | 'per'>> & { from?: number } = {}): Curve => {
  const step = Float64Array.from(y, (_, i) => (options.from ?? 0) + i + 1);
  return { value: 'loss', split: 'train', per: 'epoch', ...options, step, epoch: step, time: step.map(s => s * 1000), y: Float64Array.from(y) };
};
const run = (id: string, curves: Curve[], more: Partial<LossRun> = {}): LossRun => ({ run: label(id), curves, lossName: 'mse', ...more });

describe('LossStore', () => {
  it('appends increments to the curve they belong to and takes over new ones', () => {
    const store = new LossStore();
    store.replace([run('a', [curve([3, 2])])]);
    store.append([run('a', [curve([1], { from: 2 }), curve([9], { split: 'validation' })], { bestEpoch: 3 })]);
    const stored = store.runs[0]!;
    expect([...chooseCurve(stored, 'loss', 'train', 'epoch')!.values()]).toEqual([3, 2, 1]);
    expect([...chooseCurve(stored, 'loss', 'train', 'epoch')!.along('step')]).toEqual([1, 2, 3]);
    expect([...chooseCurve(stored, 'loss', 'validation', 'epoch')!.values()]).toEqual([9]);
    expect(stored.bestEpoch).toBe(3);
  });

  it('grows over many increments without losing a point', () => {
    const store = new LossStore();
    for (let i = 0; i < 1000; i++) store.append([run('a', [curve([i], { from: i })])]);
    const points = chooseCurve(store.runs[0]!, 'loss', 'train', 'epoch')!;
    expect(points.count).toBe(1000);
    expect(points.values()[999]).toBe(999);
    expect(points.along('time')[999]).toBe(1_000_000);
  });

  it('forgets everything at a snapshot', () => {
    const store = new LossStore();
    store.replace([run('a', [curve([1])]), run('b', [curve([1])])]);
    store.replace([run('b', [curve([2])])]);
    expect(store.runs.map(r => r.run.id)).toEqual(['b']);
    expect([...chooseCurve(store.runs[0]!, 'loss', 'train', 'epoch')!.values()]).toEqual([2]);
  });

  it('updates a run that has no new points', () => {
    const store = new LossStore();
    store.replace([run('a', [], { bestEpoch: 2 })]);
    store.append([{ run: label('a', 'finished'), curves: [], lossName: 'mse' }]);
    expect(store.runs[0]).toMatchObject({ run: { state: 'finished' }, bestEpoch: 2 });
  });

  it('puts the loss before other values', () => {
    const store = new LossStore();
    store.replace([run('a', [curve([1], { value: 'accuracy' }), curve([1]), curve([], { value: 'empty' })])]);
    expect(store.valueNames()).toEqual(['loss', 'accuracy']);
  });

  it('shows batches until epochs can make a line', () => {
    const store = new LossStore();
    store.replace([run('a', [curve([5, 4, 3], { per: 'batch' }), curve([4])])]);
    expect(chooseCurve(store.runs[0]!, 'loss', 'train', 'epoch')!.per).toBe('batch');
    store.append([run('a', [curve([3], { from: 1 })])]);
    expect(chooseCurve(store.runs[0]!, 'loss', 'train', 'epoch')!.per).toBe('epoch');
    expect(chooseCurve(store.runs[0]!, 'loss', 'validation', 'epoch')).toBeUndefined();
  });

  it('finds the value at an epoch, and none where there is none', () => {
    const store = new LossStore();
    store.replace([run('a', [curve([5, 4, 3])])]);
    const points = chooseCurve(store.runs[0]!, 'loss', 'train', 'epoch')!;
    expect([points.atEpoch(2), points.atEpoch(7)]).toEqual([4, undefined]);
  });
});

it('searches ascending arrays', () => {
  const a = Float64Array.of(1, 2, 4, 8);
  expect([0, 1, 3, 8, 9].map(x => lowerBound(a, x))).toEqual([0, 0, 2, 3, 4]);
  expect([0, 2.9, 3.1, 100].map(x => nearestIndex(a, x))).toEqual([0, 1, 2, 3]);
  expect(nearestIndex(new Float64Array(0), 1)).toBeUndefined();
});
