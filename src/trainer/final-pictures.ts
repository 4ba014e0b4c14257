// Pictures of the result, for people without a viewer: reconstructions of a few samples and, for a latent of two
// dimensions, the plane of codes decoded.
import { encodePng } from '../analysis/png.ts';
import { manifoldGrid, reconstructionBlocks, reconstructionGrid, type ReconstructedSamples } from '../analysis/pictures.ts';
import { runFiles } from '../runs/events.ts';
import type { RunWriter } from '../runs/writer.ts';
import { picturedPositions, scaled, spreadPositions, takeSamples, type Evaluator, type Samples } from './evaluate.ts';
import type { Experiment } from './experiment.ts';
import { judgedSplit } from './views.ts';

/** Relative to the run folder. */
export const finalPictures = { reconstructions: 'pictures/reconstructions.png', manifold: runFiles.manifold } as const;

/** Samples from which the extent of a latent plane is read. */
const EXTENT_SAMPLES = 2000;

/** @throws StudioError('run') when the disk refuses. */
export async function writeFinalPictures(experiment: Experiment, evaluator: Evaluator, writer: Pick<RunWriter, 'file'>): Promise<void> {
  await writer.file(finalPictures.reconstructions, await reconstructionsPng(experiment, evaluator, experiment.spec.views.samples));
  if (experiment.codeSize === 2) await writer.file(finalPictures.manifold, await manifoldPng(experiment, evaluator));
}

/** How samples are laid out: `views.layout` of the spec. */
export type Layout = Experiment['spec']['views']['layout'];

/** `count` samples of what the model is judged on, with their reconstructions, as a PNG. */
export async function reconstructionsPng(experiment: Experiment, evaluator: Evaluator, count: number, layout: Layout = experiment.spec.views.layout): Promise<Uint8Array> {
  const split = judgedSplit(experiment);
  const samples = takeSamples(experiment, split, picturedPositions(experiment.spec, count, split.count));
  const { reconstruction, code, error } = await evaluator.reconstruct(samples);
  return reconstructionsIn(layout, { ...shownSamples(experiment, samples), reconstruction, code, error });
}

export function reconstructionsIn(layout: Layout, samples: ReconstructedSamples): Uint8Array {
  return encodePng(layout === 'grid' ? reconstructionBlocks(samples) : reconstructionGrid(samples));
}

function shownSamples({ dataset, model }: Experiment, { count, values, corrupted, labels }: Samples): Omit<ReconstructedSamples, 'reconstruction'> {
  return {
    shape: dataset.shape, latentShape: model.latentShape, count,
    original: scaled(values, dataset.scale),
    ...(corrupted ? { corrupted } : {}),
    ...(labels ? { labels: Array.from(labels, label => dataset.classNames?.[label] ?? String(label)) } : {}),
  };
}

async function manifoldPng(experiment: Experiment, evaluator: Evaluator): Promise<Uint8Array> {
  const [x, y] = await latentExtent(experiment, evaluator);
  return encodePng(await manifoldGrid(codes => evaluator.decode(codes), { shape: experiment.dataset.shape, x, y }));
}

type Range = readonly [number, number];

/** Where the codes lie: [0, 1]² for a sigmoid, else the middle 98 % of the samples' codes in each dimension. */
export async function latentExtent(experiment: Experiment, evaluator: Evaluator): Promise<readonly [Range, Range]> {
  const last = experiment.model.layers.filter(({ part }) => part !== 'decoder').at(-1)?.spec;
  if (last && 'activation' in last && last.activation.type === 'sigmoid') return [[0, 1], [0, 1]];
  const split = judgedSplit(experiment);
  const { code } = await evaluator.locate(takeSamples(experiment, split, spreadPositions(EXTENT_SAMPLES, split.count)));
  const range = (dimension: 0 | 1): Range => {
    const values = code.filter((_, i) => i % 2 === dimension).sort();
    return [values[Math.floor(0.01 * (values.length - 1))]!, values[Math.ceil(0.99 * (values.length - 1))]!];
  };
  return [range(0), range(1)];
}
