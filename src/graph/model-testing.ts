// Small whole models for tests, evaluated in float64.
import { RandomStream } from '../core/random.ts';
import { sizeOf } from '../core/tensor.ts';
import { buildModel } from '../model/build.ts';
import { loadSpec } from '../spec/load.ts';
import { buildPrograms } from './programs.ts';
import type { ModelPrograms, Program, State } from './program.ts';
import { evaluate, type Feeds } from './reference.ts';

export const SHAPE = [6, 5, 2];
export const BATCH = 3;

/** Programs of a spec with these parts, trained by plain descent at rate 1. */
export function programsOf(parts: object, shape: readonly number[] = SHAPE): ModelPrograms {
  const text = JSON.stringify({ data: 'glyphs', training: { optimizer: { type: 'sgd', learningRate: 1 } }, ...parts });
  const { spec, diagnostics } = loadSpec(text, 'test.aeconf');
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new Error(`${error.path}: ${error.message}`);
  return buildPrograms(buildModel(spec!, shape), spec!, { data: { dtype: 'float32', scale: 1 } });
}

/** State near a fresh one and random numbers for every port. */
export function feedsOf(programs: ModelPrograms, program: Program, state: State): Record<string, Float64Array> {
  const random = new RandomStream(3, 'sampling');
  const feeds: Record<string, Float64Array> = {};
  for (const [name, { data }] of Object.entries(state)) feeds[name] = Float64Array.from(data, x => x + 0.1 * random.normal());
  for (const { name, shape } of program.inputs) {
    const feed = programs.random.find(candidate => candidate.name === name);
    const draw = (): number => (feed?.kind === 'keep' ? Number(random.uniform() < 0.7) : feed?.kind === 'normal' ? random.normal() : random.uniform());
    feeds[name] = Float64Array.from({ length: sizeOf(shape) }, draw);
  }
  // Rate, and annealing where there is any.
  feeds['hyper'] = Float64Array.of(1, 0.7).slice(0, program.inputs.find(({ name }) => name === 'hyper')?.shape[0] ?? 1);
  // A variance is positive.
  if (feeds['statistics']) feeds['statistics'] = feeds['statistics'].map(x => Math.abs(x) + 0.5);
  return feeds;
}

/** Largest difference between one step of plain descent at rate 1 and finite differences, over up to `probes` weights of each vector. */
export function gradientError(programs: ModelPrograms, probes = 25): number {
  const program = programs.trainStep(BATCH);
  const feeds = feedsOf(programs, program, programs.initialState(1));
  const loss = (): number => evaluate([program.outputs[0]!.value], feeds as Feeds)[0]![0]!;
  let worst = 0;
  for (const { name, value } of program.updates.filter(update => update.name.startsWith('weights/'))) {
    const after = evaluate([value], feeds)[0]!;
    const weights = feeds[name]!;
    const stride = Math.max(1, Math.floor(weights.length / probes));
    const scale = Math.max(1e-3, ...after.map((x, i) => Math.abs(weights[i]! - x)));
    for (let i = 0; i < weights.length; i += stride) {
      const before = weights[i]!;
      const h = 1e-5;
      weights[i] = before + h;
      const above = loss();
      weights[i] = before - h;
      const below = loss();
      weights[i] = before;
      worst = Math.max(worst, Math.abs((above - below) / (2 * h) - (before - after[i]!)) / scale);
    }
  }
  return worst;
}
