// From probe reports to what the page shows: one table of accuracies, the curves of the classifiers, and which result has a matrix.
import type { Classification, ProbeReport, ReportRun, SubjectReport } from '../../protocol/messages.ts';
import type { Figure } from '../figure.ts';
import { percent } from './confusion.ts';

type Subject = SubjectReport['on'];
export type Judge = 'classifier' | 'neighbors';

/** A result that has a confusion matrix. */
export interface Judgement {
  /** Stable over updates: "run/codes/classifier". */
  readonly key: string;
  readonly runId: string;
  readonly on: Subject;
  readonly judge: Judge;
  readonly result: Classification;
}

export const subjectNames: Readonly<Record<Subject, string>> = { codes: 'Codes', pixels: 'Pixels', reconstructions: 'Reconstructions' };

/** What judged, in words: "Classifier (dense 64, dropout)", "Linear probe", "5 nearest neighbours"; `short` without its layers. */
export function judgeName(report: ProbeReport, judge: Judge, short = false): string {
  if (judge === 'neighbors') {
    const k = report.subjects.find(s => s.neighbors !== undefined)?.neighbors?.k ?? report.settings.neighbors;
    return k === 1 ? 'Nearest neighbour' : `${k} nearest neighbours`;
  }
  const layers = report.settings.layers.map(layer => ('units' in layer ? `${layer.type} ${layer.units}` : 'filters' in layer ? `${layer.type} ${layer.filters}` : layer.type));
  return layers.length === 0 ? 'Linear probe' : short ? 'Classifier' : `Classifier (${layers.join(', ')})`;
}

export function judgementsOf(runs: readonly ReportRun[]): readonly Judgement[] {
  return runs.flatMap(({ run, probe }) => (probe?.subjects ?? []).flatMap(subject => [
    ...(subject.result === undefined ? [] : [{ key: `${run.id}/${subject.on}/classifier`, runId: run.id, on: subject.on, judge: 'classifier' as const, result: subject.result }]),
    ...(subject.neighbors === undefined ? [] : [{ key: `${run.id}/${subject.on}/neighbors`, runId: run.id, on: subject.on, judge: 'neighbors' as const, result: subject.neighbors }]),
  ]));
}

/** Spent on all of a probe: classifiers and nearest neighbours. */
export function secondsOf({ subjects }: ProbeReport): number {
  return subjects.reduce((sum, { seconds, neighbors }) => sum + seconds + (neighbors?.seconds ?? 0), 0);
}

/** What a probe is doing, or what its numbers stand for. */
export function probeText(probe: ProbeReport): string {
  const base = `${probe.samples.train.toLocaleString('en')} training and ${probe.samples.validation.toLocaleString('en')} validation samples, ${probe.checkpoint} checkpoint (epoch ${Math.floor(probe.epoch)})`;
  const seconds = secondsOf(probe);
  switch (probe.state) {
    case 'running': return `${probe.message ?? 'Working'}. ${base}.`;
    case 'finished': return `${base}${seconds < 1 ? '' : `, ${Math.round(seconds)} s`}.`;
    default: return `It ${probe.state === 'failed' ? 'failed' : `was ${probe.state}`}${probe.message === undefined ? '' : `: ${probe.message}`} ${base}.`;
  }
}

export interface AccuracyRow {
  readonly runId: string;
  readonly judge: string;
  /** One for each of `columns`; the accuracy so far while a classifier is being trained. */
  readonly cells: readonly { readonly accuracy?: number; readonly running: boolean; readonly best: boolean; readonly key?: string }[];
}

export interface AccuracyTable {
  readonly columns: readonly Subject[];
  readonly rows: readonly AccuracyRow[];
}

/** Accuracies by run and judge (rows) and subject (columns); the best of each row is marked where there are several. */
export function accuracyTable(runs: readonly ReportRun[]): AccuracyTable {
  const order: readonly Subject[] = ['codes', 'pixels', 'reconstructions'];
  const probes = runs.flatMap(({ run, probe }) => (probe === undefined ? [] : [{ run, probe }]));
  const columns = order.filter(on => probes.some(({ probe }) => probe.settings.on.includes(on)));
  const rows = probes.flatMap(({ run, probe }) => (['classifier', 'neighbors'] as const)
    .filter(judge => judge === 'classifier' || probe.subjects.some(s => s.neighbors !== undefined))
    .map((judge): AccuracyRow => {
      const cells = columns.map(on => {
        const subject = probe.subjects.find(s => s.on === on);
        const result = judge === 'classifier' ? subject?.result : subject?.neighbors;
        const latest = judge === 'classifier' ? subject?.curve.at(-1)?.validationAccuracy : undefined;
        const accuracy = result?.accuracy ?? latest;
        return {
          running: result === undefined && accuracy !== undefined && probe.state === 'running',
          ...(accuracy === undefined ? {} : { accuracy }), ...(result === undefined ? {} : { key: `${run.id}/${on}/${judge}` }),
        };
      });
      const known = cells.flatMap(c => c.accuracy ?? []);
      const top = Math.max(...known);
      return { runId: run.id, judge: judgeName(probe, judge), cells: cells.map(c => ({ ...c, best: known.length > 1 && c.accuracy === top })) };
    }));
  return { columns, rows };
}

export type CurveKind = 'accuracy' | 'loss';

/** Validation curves of all classifiers, epoch by epoch; with one run their training curves too. */
export function probeFigure(runs: readonly ReportRun[], kind: CurveKind, names: ReadonlyMap<string, string>): Figure {
  const probes = runs.flatMap(({ run, probe }) => (probe === undefined ? [] : [{ run, probe }]));
  const alone = probes.length === 1;
  let style = 0;
  const series = probes.flatMap(({ run, probe }) => probe.subjects.filter(s => s.curve.length > 0).flatMap(({ on, curve }) => {
    const name = alone ? subjectNames[on] : `${names.get(run.id) ?? run.name}: ${subjectNames[on].toLowerCase()}`;
    const x = curve.map(p => p.epoch);
    const validation = { name: alone ? `${name}, validation` : name, style: style++, x, y: curve.map(p => (kind === 'accuracy' ? p.validationAccuracy : p.validationLoss)) };
    const train = { name: `${name}, train`, style: style, x, y: curve.map(p => (kind === 'accuracy' ? p.trainAccuracy : p.trainLoss)) };
    if (alone) style++;
    return alone ? [validation, train] : [validation];
  }));
  return {
    title: kind === 'accuracy' ? 'Accuracy of the classifiers' : 'Loss of the classifiers', xTitle: 'Epochs', yTitle: kind === 'accuracy' ? 'Accuracy' : 'Categorical cross-entropy',
    series, ...(kind === 'accuracy' ? { formatY: value => percent(value) } : {}),
  };
}
