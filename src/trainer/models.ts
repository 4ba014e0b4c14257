// The ONNX files of a run. They are refreshed while it trains, for the pages that decode, but never so often that training
// would feel it, and always at the end.
import type { ModelPrograms, State } from '../graph/program.ts';
import { runFiles } from '../runs/events.ts';
import { epochMetadata } from '../runs/model-epoch.ts';
import type { RunWriter } from '../runs/writer.ts';
import type { Breath } from './breath.ts';

/** At most this share of the time goes into exporting; writing, and clearing away what it leaves, takes about as much again. */
const SHARE = 0.02;
/** Milliseconds between two exports of models that are quickly made: nobody looks at a page more often. */
const SHORTEST = 2000;

export const modelFiles = { encoder: runFiles.encoder, decoder: runFiles.decoder, autoencoder: runFiles.autoencoder } as const;

export class ModelFiles {
  private cost = 0;
  private last = -Infinity;

  constructor(private readonly programs: ModelPrograms, private readonly writer: RunWriter, private readonly breath: Breath) {}

  /** Whether it is time again. */
  get due(): boolean {
    return performance.now() - this.last >= Math.max(SHORTEST, this.cost / SHARE);
  }

  /** @param epoch whose weights these are. @throws StudioError('run') when the disk refuses. */
  async write(state: State, epoch: number): Promise<void> {
    let cost = 0;
    for (const which of ['encoder', 'decoder', 'autoencoder'] as const) {
      const start = performance.now();
      const bytes = this.programs.exportOnnx(which, state);
      cost += performance.now() - start;
      await this.writer.file(modelFiles[which], [bytes, epochMetadata(epoch)]);
      await this.breath.take();
    }
    this.cost = cost;
    this.last = performance.now();
  }
}
