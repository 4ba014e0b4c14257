// `aeconf evaluate RUN`: every metric that makes sense for a model, whole and class by class, beside principal components;
// for variational models the log-likelihood as well.
import type { Split } from '../../data/dataset.ts';
import { diagnoseRun } from '../../runs/diagnosis.ts';
import { writeEvaluation } from '../../runs/evaluation.ts';
import type { MetricName } from '../../spec/schema.ts';
import { principalBaseline } from '../../trainer/baseline.ts';
import { baselineRefusal } from '../../trainer/compared.ts';
import { spreadPositions } from '../../trainer/evaluate.ts';
import type { Experiment } from '../../trainer/experiment.ts';
import { estimateLogLikelihood, isBinary, requireLikelihood } from '../../trainer/likelihood.ts';
import { meaningfulMetrics } from '../../trainer/meaningful.ts';
import { openRun, type OpenedRun } from '../../trainer/opened-run.ts';
import { judgedSplit } from '../../trainer/views.ts';
import type { Handler } from '../command.ts';
import { countTo } from '../counter.ts';
import { exitCodes } from '../exit-codes.ts';
import { baselineText, formatCount, formatLoss } from '../format.ts';
import { accessOf, checkpointOf } from '../run-options.ts';
import { formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { findRun, runsFolderFor } from '../workspace.ts';

/** One number for each sample under each name: "loss", then the metrics. */
type Measured = ReadonlyMap<string, ArrayLike<number>>;

/** Means over some samples. */
interface Part {
  readonly samples: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export const evaluate: Handler = async ({ args, terminal, json }) => {
  const { folder, id } = await findRun(args.positionals[0]!, runsFolderFor(process.cwd(), args.text('runs')));
  const draws = args.integer('importance-samples');
  const run = await openRun(folder, accessOf(args), checkpointOf(args));
  try {
    const { experiment, position, checkpoint } = run;
    const { dataset, spec } = experiment;
    if (draws !== undefined) requireLikelihood(spec);
    const split = judgedSplit(experiment);
    const names = applicableMetrics(experiment);
    const measured = await measure(run, split, names);
    const likelihood = draws === undefined ? undefined : await likelihoodOf(run, draws, json ? undefined : terminal);
    if (likelihood !== undefined) measured.set('logLikelihood', likelihood.values);

    const whole = partOf(measured, () => true);
    // As many, so that evaluating takes no longer on a large training set than twice that of the validation samples.
    const train = split === dataset.train ? undefined : partOf(await measure(run, dataset.train, names, spreadPositions(split.count, dataset.train.count)), () => true);
    const classes = [...new Set(split.labels ?? [])].sort((a, b) => a - b).map(label => ({
      name: dataset.classNames?.[label] ?? String(label),
      ...partOf(measured, i => split.labels![i] === label),
    }));
    const sorted = Float32Array.from(measured.get('loss')!).sort();
    const median = sorted[Math.floor((sorted.length - 1) / 2)]!;
    const baseline = await baselineOf(run);
    const report = {
      checkpoint, epoch: position.epoch, step: position.step,
      split: split === dataset.train ? 'train' as const : 'validation' as const, lossName: spec.training.loss,
      ...whole, median, worst: sorted.at(-1)!, classes, ...(train === undefined ? {} : { train }),
      ...(likelihood === undefined ? {} : { logLikelihood: { draws: draws!, mean: whole.metrics['logLikelihood']!, standardError: likelihood.standardError, binary: likelihood.binary } }),
    };
    await writeEvaluation(folder, report);
    const facts = {
      id, folder, ...report, findings: await diagnoseRun(folder),
      ...(baseline === undefined ? {} : { baseline }),
      ...(args.flag('samples') ? { perSample: { ...Object.fromEntries([...measured].map(([name, values]) => [name, Array.from(values)])), ...(split.labels ? { label: Array.from(split.labels) } : {}) } } : {}),
    };
    if (json) {
      terminal.out(`${JSON.stringify(facts)}\n`);
      return exitCodes.ok.code;
    }
    terminal.out(`${id}, checkpoint "${checkpoint}" (epoch ${position.epoch}), ${formatCount(whole.samples)} ${facts.split} samples${train === undefined ? '' : `, ${formatCount(train.samples)} ${train.samples < dataset.train.count ? `of ${formatCount(dataset.train.count)} ` : ''}train samples`}\n`);
    terminal.out(`Loss (${spec.training.loss}) ${formatLoss(whole.loss)}, median ${formatLoss(median)}, worst ${formatLoss(facts.worst)}\n`);
    if (spec.corruption.length > 0) terminal.out(`On input corrupted as in training (${spec.corruption.map(({ type }) => type).join(', ')}), against the clean samples\n`);
    if (baseline !== undefined) terminal.out(`${'skipped' in baseline ? baseline.skipped : baselineText({ ...baseline, model: whole.metrics['mse']! })}\n`);
    if (likelihood !== undefined) terminal.out(`Log-likelihood ${whole.metrics['logLikelihood']!.toFixed(2)} nats ± ${likelihood.standardError.toFixed(2)} (standard error), from ${formatCount(draws!)} importance samples each\n`);
    terminal.out(`\n${tableOf([{ name: facts.split, ...whole }, ...(train === undefined ? [] : [{ name: 'train', ...train }]), ...(classes.length > 1 ? classes : [])], [...measured.keys()])}`);
    return exitCodes.ok.code;
  } finally {
    await run.close();
  }
};

/** @param positions of the samples; all of the split when left out. */
async function measure({ evaluator }: OpenedRun, split: Split, names: readonly MetricName[], positions?: Int32Array): Promise<Map<string, ArrayLike<number>>> {
  const losses = await evaluator.losses(split, positions);
  const rows = await evaluator.measure(split, names, positions);
  return new Map<string, ArrayLike<number>>([['loss', losses], ...names.map((name, i) => [name, rows.filter((_, at) => at % names.length === i)] as const)]);
}

/** All metrics that mean something for this model and its data. */
function applicableMetrics(experiment: Experiment): readonly MetricName[] {
  const { dataset, model: { outputActivation: { type } }, spec } = experiment;
  const probabilities = spec.training.loss === 'binaryCrossentropy' || type === 'sigmoid' || type === 'softmax';
  return meaningfulMetrics(['mse', 'mae', ...(probabilities ? ['binaryCrossentropy' as const] : []), 'psnr', 'ssim', 'accuracy', 'binaryAccuracy'], dataset, judgedSplit(experiment));
}

function partOf(measured: Measured, belongs: (sample: number) => boolean): Part {
  let samples = 0;
  const means = [...measured].map(([name, values]): [string, number] => {
    let sum = 0;
    samples = 0;
    for (let i = 0; i < values.length; i++) {
      if (!belongs(i)) continue;
      sum += values[i]!;
      samples++;
    }
    return [name, sum / samples];
  });
  const { loss, ...metrics } = Object.fromEntries(means);
  return { samples, loss: loss!, metrics };
}

type Found = { readonly kind: 'pca'; readonly components: number; readonly mse: number } | { readonly skipped: string };

/** What training found out, else computed now: runs of early versions have none. */
async function baselineOf({ info, experiment, session }: OpenedRun): Promise<Found | undefined> {
  if (info.baseline !== undefined) return { kind: 'pca', components: info.baseline.components, mse: info.baseline.mse };
  if (info.baselineSkipped !== undefined) return { skipped: `No principal components to compare with: ${info.baselineSkipped}` };
  const refusal = baselineRefusal(experiment);
  if (refusal === 'no bottleneck') return undefined;
  if (refusal === 'too wide') return { skipped: 'Principal components of so many wide samples would take too long.' };
  return { kind: 'pca', components: experiment.codeSize, mse: (await principalBaseline(experiment, session)).mse };
}

async function likelihoodOf({ experiment, session }: OpenedRun, draws: number, terminal: Terminal | undefined) {
  const split = judgedSplit(experiment);
  const binary = isBinary(split, experiment.dataset.scale);
  if (!binary) terminal?.err('These pixels are not 0 or 1, so what follows is a bound on the cross-entropy, not a log-likelihood. Train with "binarize": "sample" in data to have one.\n');
  const values = await estimateLogLikelihood(experiment, session, split, { draws, ...(terminal === undefined ? {} : { onProgress: countTo(terminal, 'Log-likelihood') }) });
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { values, binary, standardError: Math.sqrt(variance / values.length) };
}

function tableOf(parts: readonly (Part & { readonly name: string })[], names: readonly string[]): string {
  const cell = (value: number | undefined): string => (value === undefined ? '' : formatLoss(value));
  const rows = parts.map(part => [part.name, formatCount(part.samples), ...names.map(name => cell(name === 'loss' ? part.loss : part.metrics[name]))]);
  return formatTable([['Of', 'Samples', ...names], ...rows], { right: names.map((_, i) => i + 2).concat(1) });
}
