// Which settings change what a loss measures, so that trainings that differ in them cannot be ranked by it. Whatever is not known to
// leave the loss alone counts as changing it: a weight that is new to the language must not make a wrong winner.
import { parsePath } from '../spec/paths.ts';

/**
 * What is another one where a setting differs:
 * 'loss': how reconstructions are judged, so that only a measure of its own ("mse") compares them;
 * 'samples': what is reconstructed, so that nothing does;
 * 'training samples': what is learned from, and where the validation samples are a share of those, what is judged, too.
 */
export type Change = 'loss' | 'samples' | 'training samples';

/** Parts of a spec that have no part in the loss: what is trained, how, and what is looked at. */
const free = new Set(['$schema', 'name', 'description', 'seed', 'corruption', 'defaults', 'encoder', 'decoder', 'init', 'pretraining', 'probe', 'robustness', 'sweep', 'views']);
/** The same within parts that have some. */
const freeWithin: Readonly<Record<string, ReadonlySet<string>>> = {
  latent: new Set(['units', 'activation', 'useBias', 'kernelInitializer', 'biasInitializer', 'trainable', 'codes', 'dimension', 'decay', 'revivalThreshold']),
  training: new Set(['epochs', 'batchSize', 'metrics', 'optimizer', 'shuffle', 'earlyStopping']),
  data: new Set(['memory', 'labels', 'testLabels']),
};
const trainingSamples = new Set(['limit', 'train']);

/** What a difference at a path of the spec ("latent.beta", "penalties[0].weight") changes; undefined where losses stay comparable. */
export function changeOf(path: string): Change | undefined {
  const [part, key] = parsePath(path).map(String);
  if (part === undefined || free.has(part)) return undefined;
  if (key !== undefined && freeWithin[part]?.has(key)) return undefined;
  if (part !== 'data') return 'loss';
  return key !== undefined && trainingSamples.has(key) ? 'training samples' : 'samples';
}
