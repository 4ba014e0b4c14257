import { describe, expect, it } from 'vitest';
import type { Curve } from '../../protocol/messages.ts';
import { bestMarks, buildLines, defaultView, extentX, extentY, lineStyle, lineTitle, nearestEpoch, type LossView } from './lines.ts';
import { LossStore } from './store.ts';

function store(ids: readonly string[]): LossStore {
  const curve = (split: Curve['split'], y: number[]): Curve => ({
    value: 'loss', split, per: 'epoch', y: Float64Array.from(y), epoch: Float64Array.from(y, (_, i) => i + 1),
    step: Float64Array.from(y, (_, i) => (i + 1) * 10), time: Float64Array.from(y, (_, i) => (i + 1) * 500),
  });
  const result = new LossStore();
  result.replace(ids.map(id => ({
    run: { id, name: 'same', state: 'finished', epoch: 3, epochs: 3, star: false }, lossName: 'mse', bestEpoch: 2,
    curves: [curve('train', [4, 2, 0]), curve('validation', [5, 3, 4])],
  })));
  return result;
}
const view = (change: Partial<LossView> = {}): LossView => ({ ...defaultView, ...change });

describe('lines', () => {
  it('has one line per visible run and split, along the chosen axis', () => {
    const lines = buildLines(store(['a', 'b']).runs, view({ hidden: ['a'], axis: 'step' }));
    expect(lines.map(l => [l.runId, l.name, l.split, [...l.x]])).toEqual([['b', 'same · b', 'train', [10, 20, 30]], ['b', 'same · b', 'validation', [10, 20, 30]]]);
    expect(buildLines(store(['a']).runs, view({ splits: 'validation' })).map(l => l.split)).toEqual(['validation']);
  });

  it('keeps the style of a run when another is hidden', () => {
    const all = buildLines(store(['a', 'b']).runs, view());
    const one = buildLines(store(['a', 'b']).runs, view({ hidden: ['a'] }));
    expect(one[0]!.style).toEqual(all[2]!.style);
  });

  it('draws no two lines alike', () => {
    for (const count of [1, 2, 12]) {
      const seen = Array.from({ length: count }, (_, i) => [lineStyle(i, count, 'train'), lineStyle(i, count, 'validation')]).flat();
      expect(new Set(seen.map(s => JSON.stringify(s))).size).toBe(count * 2);
    }
  });

  it('smooths beside the recorded values and remembers the result until points arrive', () => {
    const s = store(['a']);
    const [line] = buildLines(s.runs, view({ smoothing: 0.5 }));
    expect([...line!.raw]).toEqual([4, 2, 0]);
    expect(line!.y[1]).toBeCloseTo((0.5 * 4 + 2) / 1.5, 12);
    expect(buildLines(s.runs, view({ smoothing: 0.5 }))[0]!.y).toBe(line!.y);
  });

  it('finds the extent of what is visible, and of positive values on a log axis', () => {
    const lines = buildLines(store(['a']).runs, view());
    expect(extentX(lines)).toEqual([1, 3]);
    expect(extentY(lines, [1, 3], false)).toEqual([0, 5]);
    expect(extentY(lines, [1, 3], true)).toEqual([2, 5]);
    expect(extentY(lines, [7, 9], false)).toBeUndefined();
    expect(extentX([])).toBeUndefined();
  });

  it('brings a cursor to the nearest epoch, unless some points lie between epochs', () => {
    const s = store(['a']);
    const lines = () => buildLines(s.runs, view({ splits: 'train' }));
    expect([1.4, 1.6, 9].map(at => nearestEpoch(lines(), at))).toEqual([1, 2, 3]);
    expect(nearestEpoch(buildLines(s.runs, view({ axis: 'step' })), 16)).toBe(20);
    expect(nearestEpoch([], 1)).toBeUndefined();
    const at = Float64Array.of(0.1, 0.2);
    s.append([{ run: s.runs[0]!.run, lossName: 'mse', curves: [{ value: 'loss', split: 'train', per: 'batch', step: at, epoch: at, time: at, y: at }] }]);
    expect(nearestEpoch(buildLines(s.runs, view({ per: 'batch' })), 1.4)).toBeUndefined();
  });

  it('marks the best epoch on the validation line of the loss only', () => {
    const { runs } = store(['a']);
    const lines = buildLines(runs, view({ axis: 'time' }));
    expect(bestMarks(lines, runs, view())).toEqual([{ runId: 'a', epoch: 2, x: 1000, y: 3, color: 1 }]);
    expect(bestMarks(lines, runs, view({ value: 'accuracy' }))).toEqual([]);
    expect(bestMarks(buildLines(runs, view({ splits: 'train' })), runs, view())).toEqual([]);
  });
});

it('names the split of a line once', () => {
  const [line] = buildLines(store(['a']).runs, defaultView);
  expect(['train', 'train: janet', 'janet'].map(name => lineTitle({ ...line!, name }))).toEqual(['train', 'train: janet', 'janet, train']);
});
