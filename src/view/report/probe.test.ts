import { describe, expect, it } from 'vitest';
import type { ProbeReport, ReportRun, SubjectReport } from '../../protocol/messages.ts';
import { accuracyTable, judgeName, judgementsOf, probeFigure, secondsOf } from './probe.ts';

const result = (accuracy: number) => ({ accuracy, confusion: [[8, 2], [1, 9]], classes: [{ name: 'a', precision: 0.9, recall: 0.8, f1: 0.85, support: 10 }, { name: 'b', precision: 0.8, recall: 0.9, f1: 0.85, support: 10 }] });
const subject = (on: SubjectReport['on'], accuracies: readonly number[], change: Partial<SubjectReport> = {}): SubjectReport => ({
  on, shape: [2], parameters: { total: 6, trainable: 6, notTrainable: 0 }, seconds: 1,
  curve: accuracies.map((a, i) => ({ epoch: i + 1, trainLoss: 1 - a, trainAccuracy: a, validationLoss: 1.1 - a, validationAccuracy: a - 0.01 })), ...change,
});
const report = (subjects: readonly SubjectReport[], change: Partial<ProbeReport> = {}): ProbeReport => ({
  format: 1, state: 'finished', process: { pid: 1, processStart: '', host: '' }, started: 0, updated: 0, checkpoint: 'best', epoch: 5, samples: { train: 100, validation: 20 }, subjects,
  settings: { on: ['codes', 'pixels'], layers: [], epochs: 2, batchSize: 10, optimizer: { type: 'adam' }, neighbors: 5, seed: 0 } as unknown as ProbeReport['settings'], ...change,
});
const run = (id: string, probe?: ProbeReport): ReportRun => ({
  run: { id, name: id, state: 'finished', epoch: 5, epochs: 5, star: false }, lossName: 'mse', values: {}, latentShape: [2], generated: [], robustness: [], ...(probe === undefined ? {} : { probe }),
});

describe('accuracyTable', () => {
  it('puts subjects side by side and marks the best of each judge', () => {
    const probe = report([subject('codes', [0.5, 0.8], { result: result(0.85), neighbors: { ...result(0.7), k: 5, seconds: 1 } }), subject('pixels', [0.6], { result: result(0.8), neighbors: { ...result(0.75), k: 5, seconds: 1 } })]);
    const { columns, rows } = accuracyTable([run('a', probe), run('b')]);
    expect(columns).toEqual(['codes', 'pixels']);
    expect(rows.map(r => [r.judge, ...r.cells.map(c => [c.accuracy, c.best])])).toEqual([
      ['Linear probe', [0.85, true], [0.8, false]],
      ['5 nearest neighbours', [0.7, false], [0.75, true]],
    ]);
  });

  it('shows how far a classifier is while it is trained', () => {
    const { rows } = accuracyTable([run('a', report([subject('codes', [0.5, 0.8])], { state: 'running' }))]);
    expect(rows[0]!.cells[0]).toMatchObject({ running: true, accuracy: 0.79 });
    expect(rows[0]!.cells[1]).toEqual({ running: false, best: false });
  });
});

it('lists what has a confusion matrix', () => {
  const probe = report([subject('codes', [0.5], { result: result(0.85), neighbors: { ...result(0.7), k: 5, seconds: 1 } }), subject('pixels', [0.6])]);
  expect(judgementsOf([run('a', probe)]).map(j => j.key)).toEqual(['a/codes/classifier', 'a/codes/neighbors']);
});

it('names judges by what they are', () => {
  const probe = report([]);
  const layers = [{ type: 'dense', units: 64 }, { type: 'dropout', rate: 0.3 }, { type: 'conv2d', filters: 8 }] as unknown as ProbeReport['settings']['layers'];
  expect(judgeName(probe, 'classifier')).toBe('Linear probe');
  expect(judgeName({ ...probe, settings: { ...probe.settings, layers } }, 'classifier')).toBe('Classifier (dense 64, dropout, conv2d 8)');
  expect(judgeName({ ...probe, settings: { ...probe.settings, neighbors: 1 } }, 'neighbors')).toBe('Nearest neighbour');
});

it('draws training beside validation for one run, validation alone for several', () => {
  const probe = report([subject('codes', [0.5, 0.8]), subject('pixels', [0.6])]);
  const names = new Map([['a', 'a'], ['b', 'b']]);
  expect(probeFigure([run('a', probe)], 'accuracy', names).series.map(s => s.name)).toEqual(['Codes, validation', 'Codes, train', 'Pixels, validation', 'Pixels, train']);
  const several = probeFigure([run('a', probe), run('b', probe)], 'loss', names);
  expect(several.series.map(s => s.name)).toEqual(['a: codes', 'a: pixels', 'b: codes', 'b: pixels']);
  expect(several.series[0]!.y).toEqual([0.6000000000000001, 0.30000000000000004]);
  expect(new Set(several.series.map(s => s.style)).size).toBe(4);
});

it('counts the time of nearest neighbours with that of classifiers', () => {
  const seconds = (change: Partial<SubjectReport>) => subject('codes', [0.5], { seconds: 12, ...change });
  expect(secondsOf(report([seconds({}), seconds({ neighbors: { ...result(0.7), k: 5, seconds: 250 } })]))).toBe(274);
});
