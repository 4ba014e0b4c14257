// The ONNX files of a run. They are refreshed while it trains, for the pages that decode, but never so often that training
// would feel it, and always at the end.
import type { ModelPrograms, State } from '../graph/program.ts';
import { columnsJson, type RunColumns } from '../runs/columns.ts';
import { runFiles } from '../runs/events.ts';
import { epochMetadata, modelMetadata } from '../runs/model-epoch.ts';
import type { RunWriter } from '../runs/writer.ts';
import type { Breath } from './breath.ts';

/** At most this share of the time goes into exporting; writing, and clearing away what it leaves, takes about as much again. */
const SHARE = 0.02;
/** Milliseconds between two exports of models that are quickly made: nobody looks at a page more often. */
const SHORTEST = 2000;

export const modelFiles = { encoder: runFiles.encoder, decoder: runFiles.decoder, autoencoder: runFiles.autoencoder } as const;

/**
 * A model as the pieces of a file, which says the epoch of its weights. Where columns have names or were normalised, its metadata
 * "autoencoder.columns" tells: it takes and gives normalised numbers.
 */
export function exportModel(programs: ModelPrograms, which: keyof typeof modelFiles, state: State, { epoch, columns }: { readonly epoch: number; readonly columns: RunColumns | undefined }): Uint8Array[] {
  return [programs.exportOnnx(which, state), epochMetadata(epoch), ...(columns === undefined ? [] : [modelMetadata('autoencoder.columns', columnsJson(columns))])];
}

export class ModelFiles {
  private cost = 0;
  private last = -Infinity;

  constructor(
    private readonly programs: ModelPrograms, private readonly writer: RunWriter, private readonly breath: Breath,
    private readonly columns?: RunColumns,
  ) {}

  /** Whether it is time again. */
  get due(): boolean {
    return performance.now() - this.last >= Math.max(SHORTEST, this.cost / SHARE);
  }

  /** @param epoch whose weights these are. @throws StudioError('run') when the disk refuses. */
  async write(state: State, epoch: number): Promise<void> {
    let cost = 0;
    for (const which of ['encoder', 'decoder', 'autoencoder'] as const) {
      const start = performance.now();
      const pieces = exportModel(this.programs, which, state, { epoch, columns: this.columns });
      cost += performance.now() - start;
      await this.writer.file(modelFiles[which], pieces);
      await this.breath.take();
    }
    this.cost = cost;
    this.last = performance.now();
  }
}
