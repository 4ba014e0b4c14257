// What the views show of a training: reconstructions of a few fixed samples and codes of many, epoch by epoch.
import { tensor, type HostTensor } from '../core/tensor.ts';
import type { Split } from '../data/dataset.ts';
import type { State } from '../graph/program.ts';
import { runFiles, type TensorFile } from '../runs/events.ts';
import type { RunWriter } from '../runs/writer.ts';
import { picturedPositions, spreadPositions, takeSamples, type Evaluator, type Samples } from './evaluate.ts';
import type { Experiment } from './experiment.ts';
import { idleUnits } from './idle-units.ts';

/** Files of one epoch, computed but not yet written. */
export interface ViewFiles {
  readonly picture: { readonly file: string; readonly tensors: TensorFile };
  /** `idle` as the event has it. */
  readonly latent: { readonly file: string; readonly tensors: TensorFile; readonly idle?: number };
}

/** What the model is judged on; the training samples when nothing was set aside. */
export function judgedSplit({ dataset }: Pick<Experiment, 'dataset'>): Split {
  return dataset.validation.count > 0 ? dataset.validation : dataset.train;
}

/** The entries of a quantised latent's codebook: entries × numbers of each. */
export function codebookOf({ model, programs }: Pick<Experiment, 'model' | 'programs'>, state: State): HostTensor | undefined {
  const codebook = model.parameters.find(({ role }) => role === 'codebook');
  return codebook && programs.unpack(state)[codebook.name];
}

export class Views {
  private readonly pictured: Samples;
  private readonly encoded: Samples;

  constructor(private readonly experiment: Experiment, private readonly evaluator: Evaluator) {
    const split = judgedSplit(experiment);
    const { samples, latentSamples } = experiment.spec.views;
    this.pictured = takeSamples(experiment, split, picturedPositions(experiment.spec, samples, split.count));
    this.encoded = takeSamples(experiment, split, spreadPositions(latentSamples, split.count));
  }

  /** Writes which samples are shown, once for a run. @throws StudioError('run') when the disk refuses. */
  async writeSamples(writer: RunWriter): Promise<void> {
    // A stored value times `scale` is on the scale of the model and of the reconstructions.
    const metadata = { scale: String(this.experiment.dataset.scale) };
    const { layout } = this.experiment.spec.views;
    const { corrupted } = this.pictured;
    const corruptedTensor = corrupted ? { corrupted: tensor(corrupted, [this.pictured.count, this.experiment.features]) } : {};
    await writer.tensors(runFiles.pictureSamples, { ...this.sampleTensors(this.pictured), ...corruptedTensor }, { ...metadata, layout });
    await writer.tensors(runFiles.latentSamples, this.sampleTensors(this.encoded), metadata);
  }

  /** Whether this epoch (from 1) is shown: the first, every n-th and the last. */
  wants(epoch: number, last: boolean): boolean {
    return epoch === 1 || last || epoch % this.experiment.spec.views.every === 0;
  }

  async compute(epoch: number): Promise<ViewFiles> {
    const { features, codeSize } = this.experiment;
    const pictured = await this.evaluator.reconstruct(this.pictured);
    const encoded = await this.evaluator.locate(this.encoded);
    const idle = idleUnits(encoded.code, this.experiment);
    return {
      picture: {
        file: runFiles.picture(epoch),
        tensors: {
          reconstruction: tensor(pictured.reconstruction, [this.pictured.count, features]),
          code: tensor(pictured.code, [this.pictured.count, codeSize]),
          error: tensor(pictured.error),
        },
      },
      latent: {
        file: runFiles.latent(epoch),
        tensors: { code: tensor(encoded.code, [this.encoded.count, codeSize]), error: tensor(encoded.error) },
        ...(idle === undefined ? {} : { idle }),
      },
    };
  }

  private sampleTensors({ count, positions, values, labels }: Samples): TensorFile {
    return {
      original: tensor(values, [count, this.experiment.features]),
      ...(labels ? { labels: tensor(labels) } : {}),
      index: tensor(positions),
    };
  }
}
