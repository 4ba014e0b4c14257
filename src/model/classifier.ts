// The classifier of a probe: the layers of `probe.layers` and a last dense layer, one output for each class, whose softmax is
// part of the loss. The same layers have to fit codes and images, so two flattens come by themselves: before a first layer
// that is dense (or none), and before the last one. Everything between is taken literally, as Keras does.
import type { LayerSpec, ProbeSpec, Spec } from '../spec/schema.ts';
import { formatPath, type SpecPath } from '../spec/diagnostics.ts';
import { ModelError, type ModelIssue } from './errors.ts';
import type { PlacedSpec } from './mirror.ts';
import type { ModelLayer, Parameter, Shape } from './model.ts';
import { inWords } from './layers/rule.ts';
import { traceLayers } from './trace.ts';

/** What a classifier can be trained on. */
export type ProbeSubject = ProbeSpec['on'][number];

export interface ClassifierModel {
  /** Of one sample. */
  readonly inputShape: Shape;
  readonly classes: number;
  /** In the order they are applied; the last one gives the logits. */
  readonly layers: readonly ModelLayer[];
  readonly parameters: readonly Parameter[];
}

interface Shapes { readonly inputShape: Shape; readonly latentShape: Shape }

/** Shape of one sample of what is judged; reconstructions have that of the originals. */
export function subjectShape(on: ProbeSubject, { inputShape, latentShape }: Shapes): Shape {
  return on === 'codes' ? latentShape : inputShape;
}

/** @throws ModelError (reason 'spec') saying which layer does not fit and why. */
export function buildClassifier(layers: readonly LayerSpec[], on: ProbeSubject, inputShape: Shape, classes: number): ClassifierModel {
  const { layers: traced, issue } = traceClassifier(layers, on, inputShape, classes);
  if (issue !== undefined) throw new ModelError(issue, `${formatPath(issue.path)}: ${issue.message} ${issue.cure}`);
  return { inputShape, classes, layers: traced, parameters: traced.flatMap(layer => layer.parameters) };
}

/** What of a spec's probe does not fit the shapes of samples and codes; at most one finding for each of `probe.on`. */
export function checkProbe({ probe }: Spec, shapes: Shapes): ModelIssue[] {
  if (probe === undefined) return [];
  const found = [...new Set(probe.on)].flatMap(on => traceClassifier(probe.layers, on, subjectShape(on, shapes), 1).issue ?? []);
  // Pixels and reconstructions have one shape, so what is wrong with both is told once.
  return found.filter((issue, i) => found.findIndex(({ path, code }) => code === issue.code && formatPath(path) === formatPath(issue.path)) === i);
}

function traceClassifier(layers: readonly LayerSpec[], on: ProbeSubject, inputShape: Shape, classes: number): { layers: readonly ModelLayer[]; issue?: ModelIssue } {
  const own: SpecPath = ['probe'];
  const placed: PlacedSpec[] = layers.map((spec, index) => ({ spec, path: ['probe', 'layers', index] }));
  const flatten: PlacedSpec = { spec: { type: 'flatten' }, path: own };
  const logits: PlacedSpec = {
    path: own,
    spec: { type: 'dense', units: classes, activation: { type: 'linear' }, useBias: true, kernelInitializer: { type: 'glorotUniform' }, biasInitializer: { type: 'zeros' }, trainable: true },
  };
  const startsFlat = layers[0] === undefined || layers[0].type === 'dense';
  const body = [...(inputShape.length > 1 && startsFlat ? [flatten] : []), ...placed];
  // The shape before the last layer is known only after a first walk; names are given over the whole list.
  const { shape, issue } = traceLayers('classifier', body, inputShape);
  if (issue !== undefined) return { layers: [], issue: explained(issue, on, inputShape) };
  return traceLayers('classifier', [...body, ...(shape.length > 1 ? [flatten] : []), logits], inputShape);
}

/** Says on what the classifier fails: its layers may well fit the other subjects. */
function explained({ repair, ...issue }: ModelIssue, on: ProbeSubject, shape: Shape): ModelIssue {
  const message = `on ${on} (${inWords(shape)}): ${issue.message}`;
  if (issue.code === 'needs-image' && shape.length === 1) return { ...issue, message, cure: `Leave "${on}" out of probe.on, or begin with layers that take a vector, such as dense.` };
  return { ...issue, message, ...(repair === undefined ? {} : { repair }) };
}
