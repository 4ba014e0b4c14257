// How models answer noise of a kind at several strengths, be it one they were trained on or not: scores over all judged
// samples and pictures of a few. The noise of a sample comes from the first run's seed and the sample's position, so models
// that are compared see the very same pixels.
import { arrange } from '../analysis/arrange.ts';
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
import { evaluationBatch, Evaluator, scaled, takeSamples, type Samples } from './evaluate.ts';
import { buildExperiment, type Experiment } from './experiment.ts';
import { meaningfulMetrics } from './meaningful.ts';
import type { OpenedRun, TrainedModel } from './opened-run.ts';
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
 * @param others are given the first run's samples, which must have the shape theirs had.
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

  const under = (corruption: readonly CorruptionSpec[], { trained, session }: TestedModel): { experiment: Experiment; evaluator: Evaluator } => {
    const experiment = buildExperiment({ ...trained.spec, seed, corruption: [...corruption] }, dataset);
    return { experiment, evaluator: new Evaluator(experiment, new CompiledPrograms(session, experiment.programs)) };
  };
  const clean: Scores[] = [];
  for (const model of tested) clean.push(scoresOf(await under([], model).evaluator.measure(split, metrics), metrics));

  const pictures = new Map<string, Uint8Array>();
  const strengths: StrengthReport[] = [];
  const sheet: Picture[][] = [];
  for (const [i, corruption] of corruptions.entries()) {
    const strength = test.strengths[i]!;
    const runs: Scores[] = [];
    const grids: Picture[] = [];
    for (const model of tested) {
      const { experiment, evaluator } = under([corruption], model);
      runs.push(scoresOf(await evaluator.measure(split, metrics), metrics));
      const title = `${test.corruption.type}, ${strengthKey(corruption.type)} ${strength}${tested.length > 1 ? `: ${model.trained.info.name}` : ''}`;
      grids.push(await gridOf(experiment, evaluator, takeSamples(experiment, split, Int32Array.from(positions)), title));
    }
    const { experiment } = under([corruption], tested[0]!);
    const picture = `${ROBUSTNESS_FOLDER}/${name}-${strength}.png`;
    pictures.set(picture, encodePng(arrange([grids])));
    sheet.push(grids);
    strengths.push({ strength, corrupted: scoresOf(await compareInput(experiment, first.session, metrics), metrics), runs, picture });
    onProgress(i + 1, corruptions.length);
  }
  const picture = `${ROBUSTNESS_FOLDER}/${name}.png`;
  pictures.set(picture, encodePng(arrange(sheet)));
  return {
    pictures,
    report: {
      format: 1, name, created: Date.now(), corruption: corruptions[0]!, seed,
      split: split === dataset.train ? 'train' : 'validation', samples: split.count,
      runs: tested.map(({ trained: { info, checkpoint, position, spec } }) => ({ id: info.id, name: info.name, checkpoint, epoch: position.epoch, denoising: spec.corruption.length > 0 })),
      clean, strengths, picture,
      ...(unclipped ? { note: `The samples lie in ${rangeText(range)}, so the noisy input was not cut to [0, 1].` } : {}),
    },
  };
}

function requireShape(id: string, trained: readonly number[], data: readonly number[]): void {
  if (sizeOf(trained) === sizeOf(data) && trained.join() === data.join()) return;
  throw new StudioError('usage', `The run ${id} was trained on samples of ${trained.join('×')}, these are of ${data.join('×')}. Compare runs of one data set.`);
}

/** A few samples clean, noisy and rebuilt, each with its own loss below it. */
async function gridOf({ dataset, model }: Experiment, evaluator: Evaluator, samples: Samples, title: string): Promise<Picture> {
  const { reconstruction, error } = await evaluator.reconstruct(samples);
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

/** The noisy input against the clean samples: samples × metrics. */
async function compareInput(experiment: Experiment, session: Session, metrics: readonly MetricName[]): Promise<Float32Array> {
  const split = judgedSplit(experiment);
  const { features } = experiment;
  const batch = evaluationBatch(experiment);
  const measured = new Float32Array(split.count * metrics.length);
  const breath = new Breath();
  for (const [from, to, size] of pieces(split.count, batch)) {
    const compiled = await session.compile(comparison(experiment, size, metrics));
    try {
      for (let first = from; first < to; first += size) {
        const { values, corrupted } = takeSamples(experiment, split, Int32Array.from({ length: size }, (_, i) => first + i));
        const shape = [size, features];
        const results = await compiled.run({ target: tensor(values, shape), input: tensor(corrupted!, shape) });
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
