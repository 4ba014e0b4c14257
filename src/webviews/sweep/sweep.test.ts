import { describe, expect, it } from 'vitest';
import type { ShownSweep, SweepReport, SweepRow } from '../../protocol/messages.ts';
import { axesOf, conclusionOf, curvePath, distanceTo, enoughOf, errorTitle, errorOf, progressText, sortedRows, sweepFigure } from './sweep.ts';

const row = (index: number, values: SweepRow['values'], change: Partial<SweepRow> = {}): SweepRow => ({ index, values, state: 'finished', metrics: {}, ...change });
const sweep = (paths: readonly string[], rows: readonly SweepRow[], change: Partial<SweepReport> = {}): ShownSweep => ({
  report: { id: 's', name: 's', configPath: '/a.aeconf', created: 0, state: 'running', paths, tolerance: 0.1, judgedBy: 'validation loss', rows, ...change },
  names: paths.map(path => path.split('.').at(-1)!), texts: rows.map(each => paths.map(path => String(each.values[path]))),
});
const units = (change: Partial<SweepReport> = {}) => sweep(['latent.units'], [
  row(0, { 'latent.units': 8 }, { error: 0.02 }), row(1, { 'latent.units': 2 }, { error: 0.05 }), row(2, { 'latent.units': 16 }, { error: 0.019 }),
  row(3, { 'latent.units': 32 }, { state: 'training', bestLoss: 0.03 }), row(4, { 'latent.units': 64 }, { state: 'waiting' }),
], { knee: 0, best: 2, ...change });

describe('sweepFigure', () => {
  it('draws error against value in order, marks the knee and keeps what is not finished apart', () => {
    const figure = sweepFigure(units(), 'latent.units');
    expect(figure.series.map(s => [s.name, s.x, s.y])).toEqual([['Finished', [2, 8, 16], [0.05, 0.02, 0.019]], ['So far', [32], [0.03]]]);
    expect(figure.marked).toMatchObject({ x: 8, y: 0.02 });
    expect(figure.logX).toBe(true);
    expect(figure.ticksX).toEqual([2, 8, 16, 32, 64]);
    expect(figure.levels![0]!.y).toBeCloseTo(0.0209);
  });

  it('draws principal components of each size where they can be compared', () => {
    const compared = sweep(['latent.units'], [row(0, { 'latent.units': 8 }, { error: 0.02, baselineError: 0.03 }), row(1, { 'latent.units': 2 }, { error: 0.05, baselineError: 0.06 }), row(2, { 'latent.units': 4 }, { state: 'waiting' })]);
    expect(sweepFigure(compared, 'latent.units').series.at(-1)).toEqual({ name: 'Principal components', style: 2, reference: true, x: [2, 8], y: [0.06, 0.03] });
  });

  it('puts the limit above a best error that is negative', () => {
    const { levels } = sweepFigure(sweep(['a'], [row(0, { a: 1 }, { error: -10 }), row(1, { a: 2 }, { error: -12 })]), 'a');
    expect(levels![0]!.y).toBeCloseTo(-10.8);
  });

  it('is for one path of numbers only', () => {
    expect(curvePath(units())).toBe('latent.units');
    expect(curvePath(sweep(['a'], [row(0, { a: 'relu' }), row(1, { a: 2 })]))).toBeUndefined();
    expect(curvePath(sweep(['a', 'b'], [row(0, { a: 1, b: 2 })]))).toBeUndefined();
  });
});

describe('what follows from a sweep', () => {
  const compared = (...models: readonly (number | undefined)[]) => sweep(['latent.units'], models.map((model, i) => row(i, { 'latent.units': 2 ** i }, {
    error: model ?? 0.05, baseline: { components: 2 ** i, mse: 0.06, ...(model === undefined ? {} : { model }) },
  })), { state: 'finished', knee: 0, best: 1 });

  it('is the smallest value that is enough, with a doubt where that is no better than principal components', () => {
    expect(conclusionOf(compared(0.052, 0.05))).toBe('units = 1 is enough: its error is within 10 % of the best.');
    expect(conclusionOf(compared(undefined, undefined))).toBe('units = 1 is enough: its error is within 10 % of the best.');
    expect(conclusionOf(compared(0.062, 0.058))).toBe('units = 1 is enough: its error is within 10 % of the best, but it is no better than principal components of the same size.');
    expect(conclusionOf(units())).toBeUndefined();
  });

  it('is no value where no model is better than principal components', () => {
    const worse = compared(0.07, 0.06);
    expect(conclusionOf(worse)).toMatch(/^No model is better than principal components of the same size: train longer/);
    expect(enoughOf(worse.report)).toBeUndefined();
    expect(sweepFigure(worse, 'latent.units').marked).toBeUndefined();
    expect(enoughOf(compared(0.07, 0.05).report)).toBe(0);
  });
});

it('names the loss on the axis where all trainings have the same', () => {
  expect(errorTitle({ ...units(), lossName: 'binaryCrossentropy' })).toBe('Validation loss (binaryCrossentropy)');
  expect(sweepFigure({ ...units(), lossName: 'mse' }, 'latent.units').yTitle).toBe('Validation loss (mse)');
  expect([errorTitle(units()), errorTitle({ ...units({ judgedBy: 'mse' }), lossName: 'mae' })]).toEqual(['Validation loss', 'Mean squared error']);
});

it('judges unfinished trainings by their loss only where the sweep is judged by a loss', () => {
  const training = row(0, {}, { state: 'training', bestLoss: 0.3, trainLoss: 0.2 });
  expect(errorOf(training, sweep([], []))).toBe(0.3);
  expect(errorOf(training, sweep([], [], { judgedBy: 'training loss' }))).toBe(0.2);
  expect(errorOf(training, sweep([], [], { judgedBy: 'mse' }))).toBeUndefined();
});

it('lays numbers on a scale and words in order', () => {
  const both = sweep(['latent.units', 'activation'], [
    row(0, { 'latent.units': 2, activation: 'relu' }, { error: 3 }), row(1, { 'latent.units': 8, activation: 'selu' }, { error: 1 }), row(2, { 'latent.units': 32, activation: 'gelu' }, { state: 'waiting' }),
  ]);
  const [units, activation, error] = axesOf(both);
  expect(units!.places.map(at => at!.toFixed(2))).toEqual(['0.00', '0.50', '1.00']);
  expect(activation!.places).toEqual([0, 0.5, 1]);
  expect(activation!.ticks.map(t => t.text)).toEqual(['relu', 'selu', 'gelu']);
  expect(error!.places).toEqual([1, 0, undefined]);
});

it('sorts by any column, what has no value last', () => {
  const order = (key: Parameters<typeof sortedRows>[1], descending = false) => sortedRows(units(), key, descending).map(r => r.index);
  expect(order('path:0')).toEqual([1, 0, 2, 3, 4]);
  expect(order('path:0', true)).toEqual([4, 3, 2, 0, 1]);
  expect(order('error')).toEqual([2, 0, 3, 1, 4]);
  expect(order('error', true)).toEqual([1, 3, 0, 2, 4]);
});

it('tells how far it is', () => {
  expect(progressText(units())).toBe('3 of 5 finished, 1 training, 1 waiting');
});

it('measures how far the mouse is from a line', () => {
  const corners = [[0, 0], [10, 0], [10, 10]] as const;
  expect(distanceTo(corners, 5, 3)).toBe(3);
  expect(distanceTo(corners, 14, 13)).toBe(5);
  expect(distanceTo([[1, 1]], 1, 1)).toBe(Infinity);
});
