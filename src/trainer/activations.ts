// What each layer of a trained model makes of one of the samples that its run keeps for pictures. Needs the run folder only, not the data.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { StudioError } from '../core/errors.ts';
import { sizeOf, tensor, type HostTensor } from '../core/tensor.ts';
import { buildModel } from '../model/build.ts';
import { keyOf, type ModelLayerType } from '../model/model.ts';
import { distributionOf, type Distribution } from '../model/weights.ts';
import { runFiles } from '../runs/events.ts';
import { readTensors } from '../runs/reader.ts';
import type { CheckpointKind } from './checkpoint.ts';
import { scaled } from './evaluate.ts';
import { cpuSession, openModel, type OpenRunOptions } from './opened-run.ts';

export interface ActivationsOptions extends OpenRunOptions {
  /** Which of the kept samples, from 0. */
  readonly sample: number;
  readonly threads?: number;
}

export interface LayerActivation {
  /** "encoder/dense", as in the summary with the part before it. */
  readonly key: string;
  readonly type: ModelLayerType;
  /** float32, the shape of the layer's output. */
  readonly output: HostTensor;
  readonly distribution: Distribution;
}

export interface Activations {
  /** What the user calls the run now. */
  readonly name: string;
  readonly checkpoint: CheckpointKind;
  readonly epoch: number;
  readonly sample: number;
  /** Kept samples. */
  readonly count: number;
  /** Place of the sample in its split. */
  readonly index: number;
  readonly label?: string;
  /** In model scale. */
  readonly original: HostTensor;
  /** What the encoder saw, where that is corrupted. */
  readonly corrupted?: HostTensor;
  /** In the order they are applied, encoder first. */
  readonly layers: readonly LayerActivation[];
  readonly reconstruction: HostTensor;
}

/** @throws StudioError('run') without checkpoint or kept samples, 'usage' when there is no such sample. */
export async function activationsOf(folder: string, { sample, threads, ...options }: ActivationsOptions): Promise<Activations> {
  const { info, name, spec, checkpoint, position, programs, state } = await openModel(folder, options);
  const where = path.join(folder, runFiles.pictureSamples);
  if (!fs.existsSync(where)) throw new StudioError('run', `${where} is missing: a run keeps samples when its training begins. Train on with "aeconf resume ${info.id}".`);
  const { tensors, metadata } = await readTensors(where);
  const kept = tensors['original'];
  const count = kept?.shape[0] ?? 0;
  const { shape, classNames } = info.dataset;
  const features = sizeOf(shape);
  if (kept === undefined || kept.data instanceof Int32Array || kept.data.length !== count * features) throw new StudioError('run', `${where} does not fit the model of the run; it is damaged.`);
  if (sample >= count) throw new StudioError('usage', `The run keeps ${count} samples, 0 to ${count - 1}; there is no sample ${sample}.`);
  const rowOf = (values: HostTensor['data']) => values.subarray(sample * features, (sample + 1) * features);
  const scale = Number(metadata['scale'] ?? (kept.data instanceof Uint8Array ? 1 / 255 : 1));
  const original = scaled(rowOf(kept.data) as Uint8Array | Float32Array, scale);
  const noisy = tensors['corrupted'];
  const input = noisy === undefined ? original : Float32Array.from(rowOf(noisy.data));
  const label = tensors['labels']?.data[sample];

  const session = await cpuSession(threads);
  try {
    await session.setState(state);
    const program = programs.activations(1);
    const compiled = await session.compile(program);
    const port = program.inputs[0]!.name;
    const outputs = await compiled.run({ [port]: tensor(input, [1, features]) });
    const layers = buildModel(spec, shape).layers.map((layer): LayerActivation => {
      const output = tensor(Float32Array.from(outputs[keyOf(layer)]!.data), layer.outputShape);
      return { key: keyOf(layer), type: layer.spec.type, output, distribution: distributionOf(output.data) };
    });
    return {
      name, checkpoint, epoch: position.epoch, sample, count, index: tensors['index']?.data[sample] ?? sample,
      ...(label === undefined ? {} : { label: classNames?.[label] ?? String(label) }),
      original: tensor(original, shape), ...(noisy === undefined ? {} : { corrupted: tensor(input, shape) }),
      layers, reconstruction: tensor(layers.at(-1)?.output.data as Float32Array | undefined ?? input, shape),
    };
  } finally {
    await session.dispose();
  }
}

/** All of it by name: "original", "corrupted" where there is noise, the layers, "reconstruction". */
export function activationTensors({ original, corrupted, layers, reconstruction }: Activations): Record<string, HostTensor> {
  return {
    original, ...(corrupted === undefined ? {} : { corrupted }),
    ...Object.fromEntries(layers.map(({ key, output }) => [key, output])), reconstruction,
  };
}
