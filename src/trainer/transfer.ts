// Starting from other weights (`init`): all of them or those of named layers, by the names of the parameters. What is not taken
// over is drawn by the seed as ever; moving averages come with their layer; the optimiser starts anew.
import * as path from 'node:path';
import { configFolders } from '../core/config-folders.ts';
import { StudioError } from '../core/errors.ts';
import { formatShape } from '../core/tensor.ts';
import type { State } from '../graph/program.ts';
import { buildModel } from '../model/build.ts';
import { modelDiagnostics } from '../model/check.ts';
import type { ModelIssue } from '../model/errors.ts';
import type { Model, ModelLayer } from '../model/model.ts';
import { layersOf, refersTo } from '../model/references.ts';
import type { TensorFile } from '../runs/events.ts';
import { looksLikeRun } from '../runs/list.ts';
import { readTensors } from '../runs/reader.ts';
import { formatDiagnostic, type SpecPath } from '../spec/diagnostics.ts';
import { knownInputShape } from '../spec/known-shape.ts';
import { parseText } from '../spec/parse.ts';
import type { InitSpec } from '../spec/schema.ts';
import type { Config } from './config.ts';
import type { Experiment } from './experiment.ts';
import { findWeights, type Surroundings, type WeightFile } from './transfer-source.ts';

const OPTIMIZER = 'optimizer/';

/**
 * Opens the weights that a config starts from; undefined when it starts from none.
 * @throws StudioError('spec') when they are not there, or, where the spec tells the shape of the data, do not fit; StudioError('run')
 *   when the file is damaged.
 */
export async function openTransfer(config: Config, around: Omit<Surroundings, 'baseFolders'>): Promise<Transfer | undefined> {
  const { spec } = config;
  if (spec.init === undefined) return undefined;
  const found = await findWeights(spec.init, { ...around, baseFolders: configFolders(config.path) });
  if ('message' in found) throw specError(config, [{ ...found, path: ['init', 'from'], code: 'unknown-value', severity: 'error' }]);
  const { tensors } = await readTensors(found.file);
  const weights = Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.startsWith(OPTIMIZER)));
  const transfer = new Transfer(config, spec.init, weights, found);
  const shape = knownInputShape(spec.data);
  if (shape !== undefined) transfer.require(buildModel(spec, shape));
  return transfer;
}

/**
 * The same for a run that is to begin anew: its parent is the run it was, whatever its name means by now.
 * @param folder of the run.
 */
export async function reopenTransfer(config: Config, folder: string, parent: string | undefined): Promise<Transfer | undefined> {
  const { init } = config.spec;
  const around = { runsFolder: path.dirname(path.resolve(folder)), except: path.basename(folder) };
  const known = init !== undefined && parent !== undefined && looksLikeRun(path.join(around.runsFolder, parent));
  return openTransfer(known ? { ...config, spec: { ...config.spec, init: { ...init, from: parent } } } : config, around);
}

/** Where the state of a training comes from, when it is not drawn by the seed. */
export interface Beginning {
  state(experiment: Experiment): State;
  /** All that a checkpoint holds, where it comes from one. */
  readonly tensors?: TensorFile;
  /** What there is to say about it. */
  describe?(experiment: Experiment): string;
}

export class Transfer implements Beginning {
  constructor(
    private readonly config: Config,
    private readonly init: InitSpec,
    private readonly weights: TensorFile,
    private readonly source: Omit<WeightFile, 'file'>,
  ) {}

  /** Id of the run the weights come from. */
  get parent(): string | undefined {
    return this.source.run;
  }

  private get label(): string {
    return this.source.label;
  }

  /** @throws StudioError('spec') naming each layer that is missing in the weights or of another shape. */
  require(model: Model): void {
    const issues = this.wanted(model).flatMap(({ layer, path: at }) => this.issuesOf(layer, at));
    if (issues.length === 0) return;
    // Said once: how to do without all that does not fit.
    const [first, ...others] = issues;
    throw specError(this.config, [{ ...first!, cure: `${first!.cure} ${this.leaveOut(model)}` }, ...others]);
  }

  /** The state to start with. */
  state({ model, programs, spec }: Experiment): State {
    this.require(model);
    const names = this.wanted(model).flatMap(({ layer }) => layer.parameters.map(({ name }) => name));
    const drawn = programs.unpack(programs.initialState(spec.seed));
    return programs.start({ ...drawn, ...Object.fromEntries(names.map(name => [name, this.weights[name]!])) });
  }

  /** What was taken over, for the log and the run: "Starts from the run x: encoder/dense, latent/latent. Frozen: encoder/dense." */
  describe({ model }: Pick<Experiment, 'model'>): string {
    const withWeights = model.layers.filter(({ parameters }) => parameters.length > 0);
    const taken = new Set(this.wanted(model).map(({ layer }) => layer));
    const drawn = withWeights.filter(layer => !taken.has(layer));
    const frozen = withWeights.filter(layer => this.init.freeze.some(reference => refersTo(reference, layer)));
    const unlearned = frozen.filter(layer => !taken.has(layer));
    return [
      `Starts from the weights of ${this.label}${drawn.length === 0 ? '' : ` in ${names(withWeights.filter(layer => taken.has(layer)))}`}.`,
      ...(this.source.note === undefined ? [] : [this.source.note]),
      ...(drawn.length === 0 ? [] : [`Drawn anew: ${names(drawn)}.`]),
      ...(frozen.length === 0 ? [] : [`Frozen: ${names(frozen)}.`]),
      ...(unlearned.length === 0 ? [] : [`${names(unlearned)} ${unlearned.length === 1 ? 'is' : 'are'} frozen as drawn by the seed; take over weights for ${unlearned.length === 1 ? 'it' : 'them'} by init.layers.`]),
    ].join(' ');
  }

  /** Layers with weights that are to be taken over, and what in the spec asks for each. */
  private wanted(model: Model): { readonly layer: ModelLayer; readonly path: SpecPath }[] {
    const places = new Map<ModelLayer, SpecPath>();
    if (this.init.layers === undefined) for (const layer of model.layers) places.set(layer, ['init', 'from']);
    for (const [k, reference] of (this.init.layers ?? []).entries()) {
      for (const layer of layersOf(reference, model.layers)) if (!places.has(layer)) places.set(layer, ['init', 'layers', k]);
    }
    return [...places].filter(([{ parameters }]) => parameters.length > 0).map(([layer, at]) => ({ layer, path: at }));
  }

  private fits({ parameters }: ModelLayer): boolean {
    return parameters.every(({ name, shape }) => {
      const tensor = this.weights[name];
      return tensor?.dtype === 'float32' && formatShape(tensor.shape) === formatShape(shape);
    });
  }

  private issuesOf(layer: ModelLayer, at: SpecPath): ModelIssue[] {
    if (this.fits(layer)) return [];
    const found = layer.parameters.filter(({ name }) => this.weights[name] !== undefined);
    const own = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
    const issue = { path: at, severity: 'error' } as const;
    if (found.length < layer.parameters.length) {
      const missing = layer.parameters.filter(parameter => !found.includes(parameter)).map(({ name }) => own(name));
      const known = [...new Set(Object.keys(this.weights).map(name => name.slice(0, name.lastIndexOf('/'))))].sort((a, b) => orderOf(a) - orderOf(b));
      return [{
        ...issue, code: 'unknown-value',
        message: `${this.label} ${found.length === 0 ? `has no layer "${fullName(layer)}"` : `has no ${missing.join(', ')} in its layer "${fullName(layer)}"`}.`,
        cure: `Its layers are ${known.map(name => `"${name}"`).join(', ')}. Give the layer the name it has there.`,
      }];
    }
    const wrong = found.filter(({ name, shape }) => this.weights[name]!.dtype !== 'float32' || formatShape(this.weights[name]!.shape) !== formatShape(shape));
    const shapes = wrong.map(({ name, shape }) => `${own(name)} ${formatShape(this.weights[name]!.shape)} there, ${formatShape(shape)} here`);
    return [{ ...issue, code: 'size-mismatch', message: `"${fullName(layer)}" does not fit ${this.label}: ${shapes.join('; ')}.`, cure: `${this.sizeOf(layer)}.` }];
  }

  /** How the layer would get the size it has in the weights. */
  private sizeOf(layer: ModelLayer): string {
    const key = 'filters' in layer.spec ? 'filters' : 'units';
    const bias = layer.parameters.find(({ role }) => role === 'bias' || role === 'meanBias');
    const there = bias && this.weights[bias.name]?.shape[0];
    const mirrored = layer.part === 'decoder' && layer.specPath[0] !== 'decoder';
    if (there === undefined || there === bias!.shape[0] || mirrored) return 'Give the layers before it the sizes they have there';
    return `Give it "${key}": ${there} as there`;
  }

  /** The setting that takes over everything but what does not fit. */
  private leaveOut({ layers }: Model): string {
    const fitting = layers.filter(layer => layer.parameters.length > 0 && this.fits(layer));
    return fitting.length === 0 ? 'No other layer fits; remove "init" to start from scratch.' : `Or take over only what fits: "layers": [${fitting.map(layer => `"${fullName(layer)}"`).join(', ')}].`;
  }
}

/** Files list their tensors by name; a model goes from encoder to decoder. */
function orderOf(name: string): number {
  return ['encoder', 'latent', 'decoder'].indexOf(name.split('/')[0]!);
}

function fullName({ part, name }: ModelLayer): string {
  return `${part}/${name}`;
}

function names(layers: readonly ModelLayer[]): string {
  return layers.map(fullName).join(', ');
}

/** Findings as the checker would tell them, with their places in the file. */
function specError({ text, path: file }: Config, issues: readonly ModelIssue[]): StudioError {
  const { tree } = parseText(text, file);
  const diagnostics = modelDiagnostics(issues, tree!, { text, file });
  return new StudioError('spec', diagnostics.map(formatDiagnostic).join('\n'), { details: diagnostics });
}
