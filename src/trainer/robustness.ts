// How models answer noise of a kind at several strengths, be it one they were trained on or not: scores over all judged
// samples and pictures of a few. The noise of a sample comes from the first run's seed and the sample's position, so models
// that are compared see the very same pixels.
import { arrange } from '../analysis/arrange.ts';
import { mse } from '../analysis/metrics.ts';
import { encodePng } from '../analysis/png.ts';
import { reconstructionGrid } from '../analysis/pictures.ts';
import type { Picture } from '../analysis/canvas.ts';
import { StudioError, unreachable } from '../core/errors.ts';
import { hashText, RandomStream } from '../core/random.ts';
import { sizeOf, tensor } from '../core/tensor.ts';
import { exceeds, rangeOfSplit, rangeText } from '../data/range.ts';
import { splitKind } from '../data/rows.ts';
import type { Session } from '../engine/engine.ts';
import { sampleMetric } from '../graph/metrics.ts';
import * as ops from '../graph/ops.ts';
import type { Port, Program } from '../graph/program.ts';
import { ROBUSTNESS_FOLDER, spreadOf, type RobustnessReport, type Scores, type StrengthReport } from '../runs/robustness.ts';
import type { CorruptionSpec, MetricName, RobustnessSpec } from '../spec/schema.ts';
import { Breath } from './breath.ts';
import { CompiledPrograms } from './compiled.ts';
import { evaluationBatch, Evaluator, scaled, takeSamples, type Reconstructed, type Samples } from './evaluate.ts';
import { buildExperiment, type Experiment } from './experiment.ts';
import { meaningfulMetrics } from './meaningful.ts';
import type { OpenedRun, TrainedModel } from './opened-run.ts';
import { fromOwn, ownScaleOf, toOwn, type OwnScale } from './own-scale.ts';
import { judgedSplit } from './views.ts';

export interface TestedModel {
  readonly trained: TrainedModel;
  /** With the model's weights in it. */
  readonly session: Session;
}

export interface RobustnessResult {
  readonly report: RobustnessReport;
  /** PNG files by their paths relative to the run folder. */
  readonly pictures: ReadonlyMap<string, Uint8Array>;
}

/** The number of a corruption that its strength is. */
export function strengthKey(type: CorruptionSpec['type']): 'amount' | 'stddev' | 'size' {
  switch (type) {
    case 'gaussian': return 'stddev';
    case 'uniform': case 'saltAndPepper': case 'masking': return 'amount';
    case 'occlusion': return 'size';
    default: return unreachable(type);
  }
}

/** The same corruption at another strength. @throws StudioError('usage') for a strength that the kind cannot have. */
export function atStrength(corruption: CorruptionSpec, strength: number): CorruptionSpec {
  if (corruption.type === 'occlusion') {
    if (!Number.isInteger(strength)) throw new StudioError('usage', `The strength of an occlusion is the height and width of its block in whole pixels, not ${strength}.`);
    return { ...corruption, size: [strength, strength] };
  }
  if (corruption.type === 'gaussian') return { ...corruption, stddev: strength };
  if (corruption.type !== 'uniform' && strength > 1) throw new StudioError('usage', `The strength of ${corruption.type} is a share of the pixels, at most 1, not ${strength}. Write 0.5 for 50 %.`);
  return { ...corruption, amount: strength };
}

/**
 * Tests models with one kind of noise on the data of the first. Noise is not cut to [0, 1] where the samples do not lie there: that would
 * cost more of them than the noise does, and say nothing about it.
 * @param others are given the first run's samples, which must have the shape theirs had; each in the numbers it was trained on, while errors are
 *   told in those of the first.
 * @throws StudioError('usage') when a model cannot take the data or a strength makes no sense.
 */
export async function testRobustness(first: OpenedRun, others: readonly TestedModel[], test: RobustnessSpec, name: string, onProgress: (done: number, total: number) => void = () => undefined): Promise<RobustnessResult> {
  const { dataset } = first.experiment;
  const { seed } = first.spec;
  const split = judgedSplit(first.experiment);
  const tested: readonly TestedModel[] = [{ trained: first, session: first.session }, ...others];
  for (const { trained: { info } } of others) requireShape(info.id, info.dataset.shape, dataset.shape);
  const range = rangeOfSplit(split, dataset);
  const unclipped = test.corruption.clip && exceeds(range, 0, 1);
  const kind: CorruptionSpec = unclipped ? { ...test.corruption, clip: false } : test.corruption;
  const corruptions = test.strengths.map(strength => atStrength(kind, strength));
  const metrics = meaningfulMetrics(['mse', 'psnr', 'ssim'], dataset, split);
  const positions = new RandomStream(seed, 'sampling', hashText('robustness')).permutation(split.count).slice(0, test.samples);

  const scales = tested.map(({ trained }) => ownScaleOf(trained, first));
  const under = (corruption: readonly CorruptionSpec[], which: number): Answering => {
    const { trained, session } = tested[which]!;
    const experiment = buildExperiment({ ...trained.spec, seed, corruption: [...corruption] }, dataset);
    const own = scales[which];
    return own === undefined ? new InFirstScale(experiment, session) : new InOwnScale(experiment, session, first.session, own);
  };
  const clean: Scores[] = [];
  for (const which of tested.keys()) clean.push(scoresOf(await under([], which).measure(metrics), metrics));

  const pictures = new Map<string, Uint8Array>();
  const strengths: StrengthReport[] = [];
  const sheet: Picture[][] = [];
  for (const [i, corruption] of corruptions.entries()) {
    const strength = test.strengths[i]!;
    const runs: Scores[] = [];
    const grids: Picture[] = [];
    for (const [which, { trained }] of tested.entries()) {
      const answering = under([corruption], which);
      runs.push(scoresOf(await answering.measure(metrics), metrics));
      const title = `${test.corruption.type}, ${strengthKey(corruption.type)} ${strength}${tested.length > 1 ? `: ${trained.name}` : ''}`;
      grids.push(await gridOf(answering, takeSamples(answering.experiment, split, Int32Array.from(positions)), title));
    }
    const { experiment } = under([corruption], 0);
    const picture = `${ROBUSTNESS_FOLDER}/${name}-${strength}.png`;
    pictures.set(picture, encodePng(arrange([grids])));
    sheet.push(grids);
    strengths.push({ strength, corrupted: scoresOf(await compared(experiment, first.session, metrics, ({ corrupted }) => corrupted!), metrics), runs, picture });
    onProgress(i + 1, corruptions.length);
  }
  const notes = [
    ...(unclipped ? [`The samples lie in ${rangeText(range)}, so the noisy input was not cut to [0, 1].`] : []),
    ...tested.flatMap(({ trained }, which) => (scales[which] === undefined ? [] : [`${trained.name} was trained on other numbers for the same columns: it was given its own, and its errors are told in those of ${first.name}.`])),
  ];
  const picture = `${ROBUSTNESS_FOLDER}/${name}.png`;
  pictures.set(picture, encodePng(arrange(sheet)));
  return {
    pictures,
    report: {
      format: 1, name, created: Date.now(), corruption: corruptions[0]!, seed,
      split: split === dataset.train ? 'train' : 'validation', samples: split.count,
      runs: tested.map(({ trained: { info, name: runName, checkpoint, position, spec } }) => ({ id: info.id, name: runName, checkpoint, epoch: position.epoch, denoising: spec.corruption.length > 0 })),
      clean, strengths, picture,
      ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
    },
  };
}

function requireShape(id: string, trained: readonly number[], data: readonly number[]): void {
  if (sizeOf(trained) === sizeOf(data) && trained.join() === data.join()) return;
  throw new StudioError('usage', `The run ${id} was trained on samples of ${trained.join('×')}, these are of ${data.join('×')}. Compare runs of one data set.`);
}

/** A few samples clean, noisy and rebuilt, each with its own loss below it. */
async function gridOf(answering: Answering, samples: Samples, title: string): Promise<Picture> {
  const { dataset, model } = answering.experiment;
  const { reconstruction, error } = await answering.reconstruct(samples);
  return reconstructionGrid({
    shape: dataset.shape, latentShape: model.latentShape, count: samples.count, original: scaled(samples.values, dataset.scale),
    ...(samples.corrupted ? { corrupted: samples.corrupted } : {}), reconstruction, error,
  }, { rows: ['original', 'corrupted', 'reconstruction'], columns: samples.count, cell: 56, title });
}

/** @param measured samples × metrics. */
function scoresOf(measured: Float32Array, metrics: readonly MetricName[]): Scores {
  const spread = (name: MetricName) => spreadOf(measured.filter((_, i) => i % metrics.length === metrics.indexOf(name)));
  return { mse: spread('mse'), ...(metrics.includes('psnr') ? { psnr: spread('psnr') } : {}), ...(metrics.includes('ssim') ? { ssim: spread('ssim') } : {}) };
}

/** A model under one corruption, as it is judged: in the numbers of the first. */
interface Answering {
  readonly experiment: Experiment;
  /** Of all judged samples: samples × metrics. */
  measure(metrics: readonly MetricName[]): Promise<Float32Array>;
  reconstruct(samples: Samples): Promise<Pick<Reconstructed, 'reconstruction' | 'error'>>;
}

class InFirstScale implements Answering {
  private readonly evaluator: Evaluator;

  constructor(readonly experiment: Experiment, session: Session) {
    this.evaluator = new Evaluator(experiment, new CompiledPrograms(session, experiment.programs));
  }

  measure(metrics: readonly MetricName[]): Promise<Float32Array> {
    return this.evaluator.measure(judgedSplit(this.experiment), metrics);
  }

  reconstruct(samples: Samples): Promise<Reconstructed> {
    return this.evaluator.reconstruct(samples);
  }
}

class InOwnScale implements Answering {
  private readonly evaluator: Evaluator;

  constructor(readonly experiment: Experiment, session: Session, private readonly judge: Session, private readonly scale: OwnScale) {
    // It takes whatever it is given, noise and all, as float32.
    const none = { count: 0, values: new Float32Array(0) };
    const own = buildExperiment({ ...experiment.spec, corruption: [] }, { ...experiment.dataset, scale: 1, train: none, validation: none });
    this.evaluator = new Evaluator(own, new CompiledPrograms(session, own.programs));
  }

  measure(metrics: readonly MetricName[]): Promise<Float32Array> {
    return compared(this.experiment, this.judge, metrics, samples => this.answer(samples));
  }

  /** The error is the mean squared one: the model's own loss is of other numbers. */
  async reconstruct(samples: Samples): Promise<Pick<Reconstructed, 'reconstruction' | 'error'>> {
    const { dataset: { scale }, features } = this.experiment;
    const [reconstruction, original] = [await this.answer(samples), scaled(samples.values, scale)];
    const error = Float32Array.from({ length: samples.count }, (_, i) => mse(original.subarray(i * features, (i + 1) * features), reconstruction.subarray(i * features, (i + 1) * features)));
    return { reconstruction, error };
  }

  private async answer({ count, positions, values, corrupted }: Samples): Promise<Float32Array> {
    const given = toOwn(corrupted ?? scaled(values, this.experiment.dataset.scale), this.scale);
    return fromOwn((await this.evaluator.reconstruct({ count, positions, values: given })).reconstruction, this.scale);
  }
}

/** What was made of the samples, or of their noisy input, against the clean ones: samples × metrics. */
async function compared(experiment: Experiment, session: Session, metrics: readonly MetricName[], made: (samples: Samples) => Float32Array | Promise<Float32Array>): Promise<Float32Array> {
  const split = judgedSplit(experiment);
  const { features } = experiment;
  const batch = evaluationBatch(experiment);
  const measured = new Float32Array(split.count * metrics.length);
  const breath = new Breath();
  for (const [from, to, size] of pieces(split.count, batch)) {
    const compiled = await session.compile(comparison(experiment, size, metrics));
    try {
      for (let first = from; first < to; first += size) {
        const samples = takeSamples(experiment, split, Int32Array.from({ length: size }, (_, i) => first + i));
        const shape = [size, features];
        const results = await compiled.run({ target: tensor(samples.values, shape), input: tensor(await made(samples), shape) });
        measured.set(results['metrics']!.data, first * metrics.length);
        await breath.take();
      }
    } finally {
      await compiled.dispose();
    }
  }
  return measured;
}

/** Full batches, then what is left: [from, to, size of each]. */
function pieces(count: number, batch: number): (readonly [number, number, number])[] {
  const full = Math.floor(count / batch) * batch;
  return [[0, full, batch] as const, [full, count, count - full] as const].filter(([from, to]) => to > from);
}

function comparison({ dataset, features }: Experiment, size: number, metrics: readonly MetricName[]): Program {
  const shape = [size, features];
  const dtype = splitKind(dataset.train);
  const ports: Port[] = [{ name: 'target', dtype, shape }, { name: 'input', dtype: 'float32', shape }];
  const target = ops.cast(ops.input('target', shape, dtype), 'float32', dataset.scale);
  const input = ops.input('input', shape);
  const columns = metrics.map(name => ops.reshape(sampleMetric(name, target, input, dataset.shape), [size, 1]));
  return { name: `comparison of ${size}`, inputs: ports, state: [], updates: [], outputs: [{ name: 'metrics', value: ops.concat(columns, 1) }] };
}
