// What rows are written with: figures as text, curves as pictures, and the reports that aeconf leaves in run folders.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { lineChart } from '../../src/analysis/chart.ts';
import { encodePng } from '../../src/analysis/png.ts';
import { MEASURED_SAMPLES } from '../../src/core/measured.ts';
import { finalPictures } from '../../src/trainer/final-pictures.ts';
import type { RobustnessReport } from '../../src/runs/robustness.ts';
import type { Lab, TrainedRun } from './lab.ts';
import type { Finding, Picture } from './row.ts';

export type { Lab, TrainedRun } from './lab.ts';
export type { Finding, Outcome, Picture, Row, System } from './row.ts';

/** Four digits; a dash for what is not known. */
export function figure(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '—';
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(4)));
}

export function percent(share: number | undefined): string {
  return share === undefined ? '—' : `${(100 * share).toFixed(1)} %`;
}

/** Samples of a split that metrics and digits rebuilt as others are measured on after an epoch: "2,000 validation samples". */
export function measuredSamples({ info: { dataset } }: TrainedRun, split: 'train' | 'validation'): string {
  return `${Math.min(MEASURED_SAMPLES, dataset[split]).toLocaleString('en-US')} ${split === 'train' ? 'training' : split} samples`;
}

/** That a training gets anywhere: the loss on the validation samples after its first epoch and at the end. */
export function falls(run: TrainedRun, name = ''): Finding {
  const losses = run.curve('validation');
  const [first, last] = [losses[0]!, losses.at(-1)!];
  return { what: `${name === '' ? '' : `${name}: `}validation loss after epoch 1 and after epoch ${losses.length}`, reported: 'falls', measured: `${figure(first)} → ${figure(last)}`, holds: last < first };
}

/**
 * Errors of a run on noisy samples, strength by strength, beside those of the samples themselves. From `better` on it has to be nearer to the
 * clean ones; a quick training at the strongest noise only, or not at all.
 */
export function againstNoise({ strengths }: RobustnessReport, label: (strength: number) => string, better: number, quickly = true): Finding[] {
  const noise = strengths.map(({ corrupted }) => corrupted.mse.mean);
  const rises: Finding = { what: 'MSE of the noisy pictures, from the weakest noise to the strongest', reported: 'rises', measured: noise.map(figure).join(', '), holds: noise.every((error, i) => error > (noise[i - 1] ?? 0)) };
  return [...strengths.map(({ strength, corrupted, runs }, i): Finding => ({
    what: label(strength), reported: `${figure(corrupted.mse.mean)} (the noisy picture itself)`, measured: `${figure(runs[0]!.mse.mean)} ± ${figure(runs[0]!.mse.stddev)}`,
    ...(strength < better ? {} : { holds: runs[0]!.mse.mean < corrupted.mse.mean, ...(quickly && i === strengths.length - 1 ? {} : { atFullSize: true as const }) }),
  })), rises];
}

/** Epochs that were trained. */
export function epochsOf(run: TrainedRun): number {
  return run.curve('train').length;
}

export function finalPicture(run: TrainedRun, which: keyof typeof finalPictures, caption: string): Picture {
  return { file: path.join(run.folder, finalPictures[which]), caption };
}

/** The picture of reconstructions at the end. */
export function reconstructionsOf(run: TrainedRun): Picture {
  return finalPicture(run, 'reconstructions', `${run.info.name}: original, code, reconstruction, difference`);
}

/** Reconstructions of the same samples as they were after an epoch. */
export async function reconstructionsAt(lab: Lab, run: TrainedRun, epoch: number, caption: string): Promise<Picture> {
  const { file } = await lab.ask<{ file: string }>('reconstruct', run.id, '--epoch', String(epoch));
  return { file, caption };
}

/** A curve of each run on one chart: validation where there is more than one run, training beside it for a single one. */
export async function curves(lab: Lab, name: string, runs: readonly { readonly run: TrainedRun; readonly name: string }[], yLabel: string, value = 'loss'): Promise<Picture> {
  const points = (ys: readonly number[]) => ys.map((y, i) => [i + 1, y] as const);
  const series = runs.length > 1
    ? runs.map(({ run, name: label }) => ({ name: label, points: points(run.curve('validation', value)) }))
    : (['train', 'validation'] as const).map(split => ({ name: split, points: points(runs[0]!.run.curve(split, value)) }));
  const baseline = runs.length === 1 && value === 'loss' && yLabel === 'MSE' ? runs[0]!.run.info.baseline : undefined;
  const picture = lineChart(series, {
    xLabel: 'epoch', yLabel: runs.length > 1 ? `validation ${yLabel}` : yLabel,
    ...(baseline === undefined ? {} : { levels: [{ y: baseline.mse, text: `${baseline.components} principal components` }] }),
  });
  const file = path.join(lab.options.folder, 'charts', `${name}.png`);
  await fs.promises.mkdir(path.dirname(file), { recursive: true });
  await fs.promises.writeFile(file, encodePng(picture));
  return { file, caption: runs.length > 1 ? 'Validation curves' : 'Training and validation' };
}

/**
 * Tests a run with the noise of its spec, beside another run where one is given.
 * @returns the report on that kind of noise, its picture of all strengths, and the folder its other pictures are relative to
 */
export async function robustness(lab: Lab, run: TrainedRun, kind: string, against?: TrainedRun): Promise<[RobustnessReport, string, string]> {
  await lab.ask('robustness', run.id, ...(against ? ['--against', against.id] : []), ...lab.dataOptions());
  const folder = path.join(run.folder, 'robustness');
  const reports = fs.readdirSync(folder).filter(name => name.endsWith('.json')).map(name => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')) as RobustnessReport);
  const report = reports.filter(({ corruption, runs }) => corruption.type === kind && runs.length === (against ? 2 : 1)).sort((a, b) => b.created - a.created)[0];
  if (report === undefined) throw new Error(`${run.id} has no report on ${kind} noise.`);
  return [report, path.join(run.folder, report.picture), run.folder];
}

/** The chart of a sweep that this lab has run, and its knee in words. */
export async function sweepChartOf(lab: Lab, sample: string): Promise<{ file: string; knee: string }> {
  const { chart, report } = await lab.sweepReport(sample);
  const row = report.rows.find(({ index }) => index === report.knee);
  return { file: chart, knee: row === undefined ? '—' : `${Object.values(row.values).join(', ')} (error ${figure(row.error)}, tolerance ${percent(report.tolerance)})` };
}
