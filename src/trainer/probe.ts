// How good is a representation? The same classifier is trained on codes and on pixels (and on reconstructions), linear when it
// has no layers (G. Alain and Y. Bengio, "Understanding Intermediate Layers Using Linear Classifier Probes", 2017), with a
// k-nearest-neighbour vote beside it. What was found goes into the run folder, epoch by epoch.
import * as path from 'node:path';
import { messageOf, StudioError } from '../core/errors.ts';
import { buildClassifier, type ProbeSubject } from '../model/classifier.ts';
import { countParameters } from '../model/summary.ts';
import { runFiles } from '../runs/events.ts';
import { thisProcess } from '../runs/process.ts';
import { writeProbe, type Classification, type ProbeEpoch, type ProbeReport, type SubjectReport } from '../runs/probe.ts';
import type { ProbeSpec } from '../spec/schema.ts';
import { checkedConfig, readConfigText } from './config.ts';
import { nearestNeighbors } from './knn.ts';
import { cpuSession, type OpenedRun } from './opened-run.ts';
import { Classifier, type Material } from './probe-classifier.ts';
import { labelledData, materialOf, type LabelledData } from './probe-material.ts';
import { classificationOf } from './probe-scores.ts';

export interface ProbeOptions {
  /** What is to be other than in the spec's `probe`. */
  readonly changes?: Partial<Pick<ProbeSpec, 'on' | 'layers' | 'epochs' | 'neighbors'>>;
  readonly threads?: number;
  /** Aborting ends the probe; what was found so far stays. */
  readonly signal?: AbortSignal;
  /** Told whenever there is something new. */
  readonly onProgress?: (report: ProbeReport) => void;
}

/**
 * Probes a trained run and keeps the report in its folder.
 * @throws StudioError: 'data' without labels, 'spec' when the layers do not fit, 'run' when a classifier diverges or the disk
 *   refuses, 'cancelled' when aborted.
 */
export async function probe(folder: string, run: OpenedRun, options: ProbeOptions = {}): Promise<ProbeReport> {
  const { seed } = run.spec;
  const data = labelledData(run.experiment);
  const { rebuiltAs: _, ...settings } = await probeSpecOf(folder, run, options.changes);
  const work = new Probe(folder, run, data, options, {
    format: 1, state: 'running', process: await thisProcess(), started: Date.now(), updated: Date.now(),
    checkpoint: run.checkpoint, epoch: run.position.epoch, samples: { train: data.train.count, validation: data.validation.count },
    settings: { ...settings, on: [...new Set(settings.on)], seed }, subjects: [],
  });
  return work.run();
}

/** The probe of the run's spec, or the default one, with these changes; checked like any other spec. */
async function probeSpecOf(folder: string, { experiment }: OpenedRun, changes: ProbeOptions['changes'] = {}): Promise<ProbeSpec> {
  const file = path.join(folder, runFiles.resolvedConfig);
  const text = await readConfigText(file);
  const overrides = { ...(experiment.spec.probe === undefined ? { probe: {} } : {}), ...Object.fromEntries(Object.entries(changes).map(([key, value]) => [`probe.${key}`, value])) };
  return checkedConfig(text, file, overrides, experiment.dataset.shape).spec.probe!;
}

/** Milliseconds between two reports of epochs. */
const REPORTS = 250;
/** Milliseconds after which a report is written again, as a sign of life. */
const HEARTBEAT = 2000;

class Probe {
  private lastReport = -Infinity;

  constructor(
    private readonly folder: string, private readonly opened: OpenedRun, private readonly data: LabelledData,
    private readonly options: ProbeOptions, private report: ProbeReport,
  ) {}

  async run(): Promise<ProbeReport> {
    try {
      for (const on of this.report.settings.on) await this.judge(on);
      const { message: _, ...found } = this.report;
      this.report = found;
      this.tell({ state: 'finished' });
      return this.report;
    } catch (error) {
      const cancelled = error instanceof StudioError && error.reason === 'cancelled';
      try {
        this.tell({ state: cancelled ? 'stopped' : 'failed', message: messageOf(error) });
      } catch (second) {
        // What went wrong first is what counts.
        process.emitWarning(`The report of the probe could not be written: ${messageOf(second)}`);
      }
      throw error;
    }
  }

  private readonly goOn = (): void => {
    if (this.options.signal?.aborted) throw new StudioError('cancelled', 'The probe was stopped. What it found so far is kept.');
    if (performance.now() - this.lastReport >= HEARTBEAT) this.tell({});
  };

  private tell(change: Partial<ProbeReport>): void {
    this.report = { ...this.report, ...change, updated: Date.now() };
    this.lastReport = performance.now();
    writeProbe(this.folder, this.report);
    this.options.onProgress?.(this.report);
  }

  /** New facts of the subject that is being judged, which is the last one. */
  private note(subject: SubjectReport, message: string, always = false): void {
    const subjects = [...this.report.subjects.filter(({ on }) => on !== subject.on), subject];
    if (always || performance.now() - this.lastReport >= REPORTS) this.tell({ subjects, message });
    else this.report = { ...this.report, subjects, message };
  }

  private async judge(on: ProbeSubject): Promise<void> {
    const { experiment, evaluator } = this.opened;
    const { layers, neighbors } = this.report.settings;
    this.goOn();
    if (on !== 'pixels') this.tell({ message: `Computing ${on} of ${(this.data.train.count + this.data.validation.count).toLocaleString('en-US')} samples` });
    const material = await materialOf(on, this.data, experiment, evaluator, this.goOn);
    const model = buildClassifier(layers, on, material.shape, this.data.classNames.length);
    const started: SubjectReport = { on, shape: material.shape, parameters: countParameters(model.parameters), curve: [], seconds: 0 };
    const classifier = await Classifier.open(model, material, this.report.settings, { threads: this.options.threads });
    let judged: SubjectReport;
    try {
      judged = await this.train(classifier, material, started);
    } finally {
      await classifier.close();
    }
    if (neighbors > 0) await this.vote(material, judged, neighbors);
  }

  private async train(classifier: Classifier, material: Material, started: SubjectReport): Promise<SubjectReport> {
    const { epochs } = this.report.settings;
    const start = performance.now();
    const curve: ProbeEpoch[] = [];
    const now = (): SubjectReport => ({ ...started, curve: [...curve], seconds: seconds(start) });
    const message = (epoch: number): string => `Classifier on ${started.on}, epoch ${epoch} of ${epochs}`;
    this.note(now(), message(1), true);
    for await (const point of classifier.train(material, this.goOn)) {
      curve.push(point);
      this.note(now(), message(Math.min(epochs, point.epoch + 1)));
    }
    const { predicted } = await classifier.judge(material.validation);
    const best = curve.reduce((a, b) => (b.validationAccuracy > a.validationAccuracy ? b : a));
    const result = classificationOf(material.validation.labels, predicted, this.data.classNames);
    const judged: SubjectReport = { ...now(), result, best: { epoch: best.epoch, accuracy: best.validationAccuracy } };
    this.note(judged, `Classifier on ${started.on}: ${inPercent(result)} right`, true);
    return judged;
  }

  private async vote({ train, validation, scale }: Material, judged: SubjectReport, k: number): Promise<void> {
    const start = performance.now();
    this.note(judged, `${k} nearest neighbours among ${judged.on}`, true);
    const session = await cpuSession(this.options.threads);
    try {
      const predicted = await nearestNeighbors(session, { samples: train, scale }, validation, k, this.goOn);
      const found = classificationOf(validation.labels, predicted, this.data.classNames);
      this.note({ ...judged, neighbors: { k, ...found, seconds: seconds(start) } }, `${k} nearest neighbours among ${judged.on}: ${inPercent(found)} right`, true);
    } finally {
      await session.dispose();
    }
  }
}

function inPercent({ accuracy }: Classification): string {
  return `${(100 * accuracy).toFixed(2)} %`;
}

/** Since a moment of `performance.now()`, to the millisecond. */
function seconds(start: number): number {
  return Math.round(performance.now() - start) / 1000;
}
