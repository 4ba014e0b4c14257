// A model as a picture wants it: every layer with its shape, what it learns, how its parameters come about, and what acts on it (noise,
// penalties, the kind of latent). Pure, from the same trace as the inlay hints, so that a picture can follow the text as it is typed.
import { formatShape, sizeOf } from '../core/tensor.ts';
import type { Diagnostic, SpecPath } from '../spec/diagnostics.ts';
import { locate, parseText } from '../spec/parse.ts';
import type { LatentSpec, PenaltySpec, Spec } from '../spec/schema.ts';
import { examine } from './check.ts';
import { keyOf, type Model, type ModelLayer, type ModelLayerType, type Part, type Shape } from './model.ts';
import { decayingKernels, penalizedLayer } from './penalties.ts';
import { countParameters, formatCount, summarize, type Counts } from './summary.ts';

export interface DiagramFact {
  readonly name: string;
  readonly value: string;
}

/** Something that acts on a layer, or on the whole model. */
export interface DiagramNote {
  readonly kind: 'corruption' | 'penalty' | 'latent' | 'loss' | 'start';
  /** A few letters beside the layer: "saltAndPepper 0.1". */
  readonly label: string;
  /** A sentence. */
  readonly text: string;
}

export interface DiagramLayer {
  /** Unique: "encoder/dense_1"; "input" for the sample. */
  readonly key: string;
  readonly part: Part | 'input';
  readonly name: string;
  readonly type: ModelLayerType | 'input';
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** As the spec says it: "leakyRelu (slope 0.3)". Absent for none, and for linear. */
  readonly activation?: string;
  readonly parameters: Counts;
  /** It has weights and none of them is trained. */
  readonly frozen: boolean;
  /** How the parameters come about: "(784 + 1) × 144 = 113,040"; absent where there are none. */
  readonly counting?: string;
  readonly facts: readonly DiagramFact[];
  readonly notes: readonly DiagramNote[];
  /** Leaves every number where it is, or only thins or bends it: drawn beside the layer that it belongs to. */
  readonly companion: boolean;
  /** For a companion: "dropout 0.2". */
  readonly short: string;
}

export interface Diagram {
  readonly title: string;
  /** The sample first. */
  readonly layers: readonly DiagramLayer[];
  /** Key of the layer whose output is the code. */
  readonly code: string;
  readonly latent: LatentSpec['type'];
  readonly inputShape: Shape;
  readonly latentShape: Shape;
  readonly encoder: Counts;
  readonly decoder: Counts;
  readonly whole: Counts;
  /** "784 numbers → 32: 24.5× fewer". */
  readonly compression: string;
  /** What concerns all of it: the loss, weight decay, where weights come from. */
  readonly notes: readonly DiagramNote[];
}

/** Where each layer of a diagram stands in the spec, by key. A mirrored layer stands where its original does. */
export type LayerPaths = ReadonlyMap<string, SpecPath>;

export interface DiagramReading {
  /** Absent with an error, or as long as the shape of the data is not known. */
  readonly diagram?: Diagram;
  readonly paths?: LayerPaths;
  /** The first error of the text. */
  readonly error?: Diagnostic;
}

/** Reads a config. `inputShape` is that of the data where the text does not tell it. Never throws for what the text says. */
export function readDiagram(text: string, file: string, title: string, inputShape?: Shape): DiagramReading {
  const { diagnostics, resolved, traced } = examine(text, file, inputShape === undefined ? {} : { inputShape });
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (error !== undefined) return { error };
  if (resolved === undefined || traced?.model === undefined) return {};
  return diagramOf(resolved, traced.model, title);
}

export function diagramOf(spec: Spec, model: Model, title: string): { readonly diagram: Diagram; readonly paths: LayerPaths } {
  const { inputShape, latentShape, layers } = model;
  const code = layers.findLast(({ part }) => part === 'encoder' || part === 'latent');
  const codeKey = code === undefined ? 'input' : keyOf(code);
  const penalties = spec.penalties.map(penalty => placedPenalty(penalty, model, codeKey));
  const input: DiagramLayer = {
    key: 'input', part: 'input', name: 'input', type: 'input', inputShape, outputShape: inputShape, parameters: countParameters([]), frozen: false, facts: [],
    notes: spec.corruption.map(corruption => ({ kind: 'corruption', label: corruptionLabel(corruption), text: `Noise on the input while training: ${worded(corruption)}. The target stays clean.` })),
    companion: false, short: '',
  };
  const drawn = layers.map((layer): DiagramLayer => {
    const key = keyOf(layer);
    const own = penalties.flatMap(({ keys, note }) => (keys.includes(key) ? [note] : []));
    return { ...layerOf(layer), notes: [...(key === codeKey ? latentNotes(spec.latent, latentShape) : []), ...own] };
  });
  const { encoder, decoder, whole } = summarize(model);
  return {
    diagram: {
      title, layers: [input, ...drawn], code: codeKey, latent: spec.latent.type, inputShape, latentShape, encoder, decoder, whole,
      compression: compressionText(inputShape, latentShape, spec.latent),
      notes: [lossNote(spec), ...penalties.flatMap(({ keys, note }) => (keys.length === 0 ? [note] : [])), ...startNotes(spec)],
    },
    paths: new Map<string, SpecPath>([['input', ['data']], ...layers.map((layer): [string, SpecPath] => [keyOf(layer), layer.specPath])]),
  };
}

// ── Between text and picture ────────────────────────────────────────────────────────────────────────────────────────

export interface TextPlace {
  readonly offset: number;
  readonly length: number;
}

/** Where a layer stands in the text as it is now; undefined when there is nothing at its path any more. */
export function placeOf(text: string, path: SpecPath): TextPlace | undefined {
  const { tree } = parseText(text, '');
  const section = path[0];
  if (tree?.kind !== 'object' || section === undefined || !tree.properties.some(({ key }) => key === section)) return undefined;
  const { offset, length } = locate(tree, path);
  return { offset, length };
}

/** The layers that the text at an offset speaks of: one, or with "mirror" its mirror image, too. */
export function layersAt(text: string, paths: LayerPaths, offset: number): string[] {
  const { tree } = parseText(text, '');
  if (tree?.kind !== 'object') return [];
  const section = tree.properties.find(({ keyPlace, value }) => keyPlace.offset <= offset && offset <= (value === undefined ? keyPlace.offset + keyPlace.length : value.offset + value.length));
  if (section === undefined) return [];
  if (section.key === 'corruption') return paths.has('input') ? ['input'] : [];
  return [...paths].flatMap(([key, path]) => {
    if (path[0] !== section.key) return [];
    if (path.length === 1) return [key];
    const node = locate(tree, path);
    return node.offset <= offset && offset <= node.offset + node.length ? [key] : [];
  });
}

// ── One layer ───────────────────────────────────────────────────────────────────────────────────────────────────────

const companions: ReadonlySet<ModelLayerType> = new Set(['flatten', 'reshape', 'activation', 'dropout', 'batchNormalization', 'topK']);

function layerOf(layer: ModelLayer): DiagramLayer {
  const { part, name, spec, inputShape, outputShape } = layer;
  const parameters = countParameters(layer.parameters);
  const counting = countingOf(layer);
  const activation = 'activation' in spec && spec.activation.type !== 'linear' ? worded(spec.activation) : undefined;
  return {
    key: keyOf(layer), part, name, type: spec.type, inputShape, outputShape, ...(activation === undefined ? {} : { activation }), parameters,
    frozen: parameters.total > 0 && parameters.trainable === 0 && layer.parameters.some(({ statistic }) => !statistic),
    ...(counting === undefined ? {} : { counting }), facts: factsOf(layer), notes: [],
    // An image that comes out of a vector is something to see.
    companion: companions.has(spec.type) && !(spec.type === 'reshape' && outputShape.length === 3), short: shortOf(layer),
  };
}

function shortOf({ spec, outputShape }: ModelLayer): string {
  switch (spec.type) {
    case 'activation': return spec.activation.type;
    case 'dropout': return `dropout ${spec.rate}`;
    case 'batchNormalization': return 'batch norm';
    case 'topK': return `top ${spec.k}`;
    case 'reshape': return formatShape(outputShape);
    default: return spec.type;
  }
}

/** "kernelInitializer" → "Kernel initializer". */
function inWords(key: string): string {
  const words = key.replace(/([a-z])([A-Z0-9])/g, '$1 $2').toLowerCase();
  return words[0]!.toUpperCase() + words.slice(1);
}

/** A setting as people read it: { type: 'leakyRelu', slope: 0.3 } → "leakyRelu (slope 0.3)", [3, 3] → "3×3". */
function worded(value: unknown): string {
  if (Array.isArray(value)) return value.map(worded).join('×');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object' || value === null) return String(value);
  const { type, ...rest } = value as Readonly<Record<string, unknown>>;
  const details = Object.entries(rest).map(([key, entry]) => `${inWords(key).toLowerCase()} ${worded(entry)}`);
  return details.length === 0 ? String(type) : `${String(type)} (${details.join(', ')})`;
}

const untold = new Set(['type', 'name', 'trainable']);

function factsOf({ spec }: ModelLayer): DiagramFact[] {
  return Object.entries(spec).filter(([key, value]) => !untold.has(key) && value !== undefined).map(([key, value]) => ({ name: inWords(key), value: worded(value) }));
}

/** The sum that gives the parameters, in the numbers of the layer. */
function countingOf(layer: ModelLayer): string | undefined {
  const { spec, inputShape, parameters } = layer;
  const { total } = countParameters(parameters);
  if (total === 0) return undefined;
  const is = ` = ${formatCount(total)}`;
  const n = formatCount;
  const plusBias = (weights: string, bias: boolean) => (bias ? `(${weights} + 1)` : weights);
  switch (spec.type) {
    case 'dense': case 'wasserstein': case 'spherical':
      return `${plusBias(n(inputShape[0]!), spec.useBias)} × ${n(spec.units)}${is}`;
    case 'gaussian':
      return `2 × ${plusBias(n(inputShape[0]!), spec.useBias)} × ${n(spec.units)}${is}`;
    case 'conv2d': case 'conv2dTranspose':
      return `${plusBias(`${spec.kernelSize.join(' × ')} × ${n(inputShape[2]!)}`, spec.useBias)} × ${n(spec.filters)}${is}`;
    default:
      return `${parameters.map(({ shape }) => shape.map(n).join(' × ')).join(' + ')}${is}`;
  }
}

// ── What acts on layers ─────────────────────────────────────────────────────────────────────────────────────────────

function corruptionLabel(corruption: Spec['corruption'][number]): string {
  switch (corruption.type) {
    case 'gaussian': return `gaussian ${corruption.stddev}`;
    case 'occlusion': return `occlusion ${corruption.size.join('×')}`;
    default: return `${corruption.type} ${corruption.amount}`;
  }
}

function latentNotes(latent: LatentSpec, shape: Shape): DiagramNote[] {
  const note = (label: string, text: string): DiagramNote[] => [{ kind: 'latent', label, text }];
  switch (latent.type) {
    case 'plain': return [];
    case 'gaussian': {
      const more = latent.importanceSamples > 1 ? ` ${latent.importanceSamples} samples are drawn of each.` : '';
      return note(`mean and variance, β ${latent.beta}`, `A mean and a variance for each number of the code; the decoder sees a sample of that normal distribution.${more} The Kullback-Leibler term holds it near N(0, 1).`);
    }
    case 'quantized': return note(`codebook of ${formatCount(latent.codes)}`, `Every position is replaced by the nearest of ${formatCount(latent.codes)} entries of a codebook; gradients pass it by.`);
    case 'wasserstein': return note('codes like N(0, 1)', `The maximum mean discrepancy draws the distribution of all codes to N(0, 1), with weight ${latent.weight}.`);
    case 'spherical': return note('length 1', `Codes of length one: points on a sphere in ${sizeOf(shape)} dimensions.`);
  }
}

/** A penalty and the layers it acts on; none when it is about the whole model. */
function placedPenalty(penalty: PenaltySpec, model: Model, codeKey: string): { readonly keys: readonly string[]; readonly note: DiagramNote } {
  const note = (label: string, text: string): DiagramNote => ({ kind: 'penalty', label, text });
  switch (penalty.type) {
    case 'activityL1': case 'klSparsity': {
      const layer = penalizedLayer(penalty.layer, model.layers);
      const target = penalty.type === 'klSparsity' ? `, target ${penalty.target}` : '';
      const what = penalty.type === 'klSparsity' ? `The mean activation of every unit is drawn to ${penalty.target}` : 'The sum of absolute activations is kept small';
      return { keys: [layer === undefined ? codeKey : keyOf(layer)], note: note(`${penalty.type} ${penalty.weight}${target}`, `${what}, with weight ${penalty.weight}.`) };
    }
    case 'contractive':
      return { keys: [codeKey], note: note(`contractive ${penalty.weight}`, `The code shall change little where the input changes little: its Jacobian is kept small, with weight ${penalty.weight}.`) };
    case 'weightDecay': {
      const strength = [...(penalty.l1 > 0 ? [`l1 ${penalty.l1}`] : []), ...(penalty.l2 > 0 ? [`l2 ${penalty.l2}`] : [])].join(', ');
      const kernels = new Set(decayingKernels(penalty, model));
      const keys = penalty.layers === undefined ? [] : model.layers.filter(layer => layer.parameters.some(parameter => kernels.has(parameter))).map(keyOf);
      return { keys, note: note(`weight decay ${strength}`, `${penalty.layers === undefined ? 'All kernels are' : 'The kernel is'} kept small (${strength}).`) };
    }
  }
}

function lossNote({ corruption, training: { loss } }: Spec): DiagramNote {
  return { kind: 'loss', label: loss, text: `The output is compared with the ${corruption.length > 0 ? 'clean ' : ''}input by ${loss}.` };
}

function startNotes({ init, pretraining }: Spec): DiagramNote[] {
  return [
    ...(init === undefined ? [] : [{ kind: 'start', label: `starts from ${init.from}`, text: `Weights come from the run ${init.from}${init.freeze.length === 0 ? '' : `; ${init.freeze.join(', ')} ${init.freeze.length === 1 ? 'stays' : 'stay'} as there`}.` } as const]),
    ...(pretraining === undefined ? [] : [{ kind: 'start', label: `pretraining ${pretraining.type}`, text: `Before training every level is trained by itself (${pretraining.type}).` } as const]),
  ];
}

function compressionText(input: Shape, code: Shape, latent: LatentSpec): string {
  const [before, after] = [sizeOf(input), sizeOf(code)];
  if (latent.type === 'quantized') {
    const entries = after / (latent.dimension ?? code.at(-1)!);
    const bits = entries * Math.log2(latent.codes);
    return `${formatCount(before)} numbers → ${formatCount(entries)} ${entries === 1 ? 'entry' : 'entries'} of a codebook: ${formatCount(Math.ceil(bits))} bits`;
  }
  const ratio = before > after ? `${factor(before / after)}× fewer` : before < after ? `${factor(after / before)}× more` : 'as many';
  return `${formatCount(before)} numbers → ${formatCount(after)}: ${ratio}`;
}

function factor(value: number): string {
  return String(value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}
