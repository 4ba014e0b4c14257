// Asking the program what data is like. It writes into a folder of its own, which is read at once and taken away.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { StudioError } from '../core/errors.ts';
import type { DataContent, DataFeatures, DataSamples, PreviewDraw } from '../protocol/messages.ts';
import { previewFiles, readPreview } from '../runs/data-preview.ts';
import { readTensors } from '../runs/reader.ts';
import type { Safetensors } from '../runs/safetensors.ts';
import type { DataSubject } from './data-subject.ts';
import { ask } from './program.ts';
import { allDataFolders, dataFoldersOf, workspaceOf } from './settings.ts';
import type { Studio } from './studio.ts';
import { requireTrust } from './trust.ts';

export const previewNeedsTrust = 'Looking at data needs a trusted workspace: it reads the files that a config names.';

export interface PreviewWish extends PreviewDraw {
  /** Whether the user agreed to a download. */
  readonly download: boolean;
  readonly signal: AbortSignal;
  readonly onMessage: (line: string) => void;
}

/** @throws StudioError with the program's own reason and words; 'usage' without trust in the workspace, 'cancelled' after `signal`. */
export async function previewOf({ program, log }: Pick<Studio, 'program' | 'log'>, subject: DataSubject, { split, draw, className, download, signal, onMessage }: PreviewWish): Promise<DataContent> {
  requireTrust(previewNeedsTrust);
  const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'aeconf-preview-'));
  try {
    const file = 'config' in subject ? vscode.Uri.file(subject.config) : undefined;
    const words = [
      'preview', ...('config' in subject ? [subject.config] : ['--dataset', subject.dataset]), '--split', split, '--draw', String(draw),
      ...(className === undefined ? [] : [`--class=${className}`]),
      ...(file === undefined ? allDataFolders() : dataFoldersOf(file)).flatMap(data => ['--data', data]),
      ...(download ? [] : ['--no-download']), '--out', folder,
    ];
    log.info(`aeconf ${words.join(' ')}`);
    await ask(program, words, { signal, onMessage, ...(file === undefined ? {} : { cwd: workspaceOf(file) }) });
    return await readContent(folder);
  } finally {
    await fs.promises.rm(folder, { recursive: true, force: true });
  }
}

async function readContent(folder: string): Promise<DataContent> {
  const [preview, samples, features] = await Promise.all([readPreview(folder), readTensors(path.join(folder, previewFiles.samples)), readTensors(path.join(folder, previewFiles.features))]);
  return { preview, samples: samplesOf(preview.samples, samples), features: featuresOf(features) };
}

function samplesOf({ split, draw, className, count }: PreviewDraw & { readonly count: number }, file: Safetensors): DataSamples {
  const general = tensorOf(file, 'general', Uint8Array);
  return {
    split, draw, ...(className === undefined ? {} : { className }), count,
    general: general.reduce((sum, value) => sum + value, 0),
    original: tensorOf(file, 'original', Float32Array),
    ...(file.tensors['corrupted'] === undefined ? {} : { corrupted: tensorOf(file, 'corrupted', Float32Array) }),
    ...(file.tensors['label'] === undefined ? {} : { labels: tensorOf(file, 'label', Int32Array) }),
    index: tensorOf(file, 'index', Int32Array),
  };
}

function featuresOf(file: Safetensors): DataFeatures {
  const values = (name: string): Float32Array => tensorOf(file, name, Float32Array);
  return {
    mean: values('mean'), stddev: values('stddev'), min: values('min'), max: values('max'),
    ...(file.tensors['histograms'] === undefined ? {} : { histograms: tensorOf(file, 'histograms', Int32Array) }),
  };
}

/** A copy, so that a message carries its own numbers and not the whole file. */
function tensorOf<T extends Float32Array | Int32Array | Uint8Array>(file: Safetensors, name: string, type: abstract new (...args: never[]) => T): T {
  const data = file.tensors[name]?.data;
  if (data instanceof type) return data.slice() as T;
  throw new StudioError('internal', `\`aeconf preview\` wrote no "${name}" of the type that is expected.`);
}
