// What each layer of a run makes of one of its kept samples: the program computes it, as `aeconf activations` does, and hands over a file.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { StudioError } from '../core/errors.ts';
import { distributionOf } from '../model/weights.ts';
import type { CheckpointName, LayerActivations } from '../protocol/messages.ts';
import { readTensors } from '../runs/reader.ts';
import type { Safetensors } from '../runs/safetensors.ts';
import { ask, type Program } from './program.ts';

export interface ActivationsWish {
  readonly sample: number;
  readonly checkpoint: CheckpointName;
  readonly signal: AbortSignal;
}

/** @throws StudioError with the program's own reason and words; 'cancelled' after `signal`. */
export async function readActivations(program: Program, folder: string, { sample, checkpoint, signal }: ActivationsWish): Promise<LayerActivations> {
  const place = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'aeconf-activations-'));
  try {
    const file = path.join(place, 'layers.safetensors');
    await ask(program, ['activations', folder, '--sample', String(sample), '--checkpoint', checkpoint, '--out', file], { signal });
    return toPage(await readTensors(file));
  } finally {
    await fs.promises.rm(place, { recursive: true, force: true });
  }
}

/** What such a file holds, for the page. */
export function toPage({ tensors, metadata }: Safetensors): LayerActivations {
  const floats = (name: string): Float32Array => {
    const data = tensors[name]?.data;
    if (data instanceof Float32Array) return data.slice();
    throw new StudioError('internal', `The activations hold no "${name}".`);
  };
  const { label } = metadata;
  return {
    epoch: Number(metadata['epoch']), sample: Number(metadata['sample']), count: Number(metadata['samples']), ...(label === undefined ? {} : { label }),
    original: floats('original'), ...(tensors['corrupted'] === undefined ? {} : { corrupted: floats('corrupted') }), reconstruction: floats('reconstruction'),
    layers: Object.entries(tensors).filter(([name]) => name.includes('/')).map(([key, { shape }]) => {
      const values = floats(key);
      return { key, shape, values, distribution: distributionOf(values) };
    }),
  };
}
