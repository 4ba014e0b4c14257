// `aeconf preview FILE` and `aeconf preview --dataset NAME`: what the data is like, before anything is trained.
import * as path from 'node:path';
import { configFolders } from '../../core/config-folders.ts';
import { StudioError } from '../../core/errors.ts';
import { namedSets } from '../../data/named-sets.ts';
import { previewFiles, writePreview } from '../../runs/data-preview.ts';
import { nearest } from '../../spec/diagnostics.ts';
import { loadSpec, requireSpec } from '../../spec/load.ts';
import type { Spec } from '../../spec/schema.ts';
import { readConfigText } from '../../trainer/config.ts';
import { previewData } from '../../trainer/preview.ts';
import type { CheckedText } from '../../trainer/preview-findings.ts';
import type { Arguments } from '../arguments.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { overridesOf } from '../overrides.ts';
import { readingDisplay } from '../reading.ts';
import { ignoreRuns, runsFolderFor } from '../workspace.ts';
import { columnsOfPreview, previewText } from './preview-text.ts';

export const preview: Handler = async ({ args, terminal, json, signal }) => {
  const subject = await subjectOf(args);
  const { name, spec, config } = subject;
  const baseFolders = config === undefined ? [process.cwd()] : configFolders(config.path);
  const reading = readingDisplay(terminal);
  const className = args.text('class');
  const wanted = args.integer('samples');
  const made = await previewData(spec, {
    baseFolders, dataFolders: args.all('data'), signal, onProgress: reading.onProgress, download: !args.flag('no-download'),
    split: args.choice('split', ['train', 'validation']) ?? 'train', draw: args.integer('draw', 0) ?? 0,
    ...(className === undefined ? {} : { className }),
    ...(wanted === undefined ? {} : { wanted }),
    ...(config === undefined ? {} : { config }),
    ...(subject.note === undefined ? {} : { notes: [subject.note] }),
  }).finally(() => reading.erase());
  // Whoever has cancelled may have taken the folder away.
  if (signal.aborted) throw new StudioError('cancelled', 'Looking at the data was cancelled.');
  const folder = folderFor(args, baseFolders[0]!, name, json);
  if (folder !== undefined) await writePreview(folder, made.report, made.tensors, made.pictures);
  const columns = columnsOfPreview(made.report, made.tensors.features);
  terminal.out(json
    ? `${JSON.stringify({ ...made.report, ...(columns === undefined ? {} : { columns }), ...(folder === undefined ? {} : { folder }) })}\n`
    : previewText(made.report, columns, folder === undefined ? [] : [previewFiles.picture, ...(made.pictures.mean === undefined ? [] : [previewFiles.mean])].map(file => path.join(folder, file))));
  return exitCodes.ok.code;
};

interface Subject {
  readonly name: string;
  readonly spec: Spec;
  /** Absent for a named set. */
  readonly config?: CheckedText;
  readonly note?: string;
}

/** @throws StudioError('usage') when it is not clear what to look at, 'spec' when the file is not valid. */
async function subjectOf(args: Arguments): Promise<Subject> {
  const [file] = args.positionals;
  const dataset = args.text('dataset');
  if ((file === undefined) === (dataset === undefined)) throw new StudioError('usage', 'Say what to look at: an .aeconf file, or --dataset with the name of a set ("aeconf datasets" lists them).');
  const overrides = overridesOf(args);
  if (file !== undefined) {
    const text = await readConfigText(file);
    // Whether the layers fit is told beside the data: it can be looked at all the same.
    return { name: path.basename(file).replace(/\.aeconf$/, ''), spec: requireSpec(loadSpec(text, file, overrides)), config: { text, path: file, overrides } };
  }
  return namedSubject(dataset!, overrides);
}

/** Faces are many and large; some of them, made small, show what they are like. */
const FACES = { size: [64, 64], limit: 1000 };

function namedSubject(name: string, overrides: Readonly<Record<string, unknown>>): Subject {
  const known = ['glyphs', ...Object.keys(namedSets)];
  if (!known.includes(name)) {
    const near = nearest(name, known);
    throw new StudioError('usage', `There is no data set "${name}".${near === undefined ? '' : ` Did you mean ${near}?`} There are ${known.join(', ')}; for your own data give an .aeconf file that names it.`);
  }
  const faces = name === 'lfw';
  const text = JSON.stringify({ data: { type: name, ...(faces ? FACES : {}) }, encoder: [{ type: 'flatten' }], latent: { type: 'plain', units: 2 } });
  return {
    name, spec: requireSpec(loadSpec(text, `--dataset ${name}`, overrides)),
    ...(faces ? { note: `Of all pictures the first ${FACES.limit.toLocaleString('en-US')} are shown here, at ${FACES.size.join('×')}. In a config, "size" and "limit" in "data" say what is used.` } : {}),
  };
}

function folderFor(args: Arguments, baseFolder: string, name: string, json: boolean): string | undefined {
  const out = args.text('out');
  if (out !== undefined) return path.resolve(out);
  if (json) return undefined;
  const runsFolder = runsFolderFor(baseFolder, undefined);
  ignoreRuns(runsFolder);
  return path.join(path.dirname(runsFolder), 'previews', name);
}
