import { describe, expect, it } from 'vitest';
import { RandomStream } from '../core/random.ts';
import { diagnose, type Diagnosable, type Finding, type FindingKind, type KnownSpec } from './diagnosis.ts';
import type { RunInfo, ScalarValues } from './events.ts';
import { RunSeries } from './series.ts';
import { newRun, scalars } from './testing.ts';

type Curve = (epoch: number) => number;

/** A multiplicative wavering, the same for a seed. */
function noisy(curve: Curve, deviation: number, seed: number): Curve {
  const random = new RandomStream(seed, 'sampling');
  const factors = Array.from({ length: 2001 }, () => 1 + deviation * random.normal());
  return epoch => curve(epoch) * factors[epoch]!;
}
const fall = (from: number, to: number, pace: number): Curve => epoch => to + (from - to) * Math.exp(-epoch / pace);

interface Plan {
  readonly epochs: number;
  /** Epochs done, if not all. */
  readonly done?: number;
  readonly train: Curve;
  readonly validation?: Curve;
  readonly values?: (epoch: number) => ScalarValues;
  readonly spec?: KnownSpec;
  readonly info?: Partial<RunInfo>;
  readonly state?: Diagnosable['state'];
  readonly model?: number;
  readonly idle?: number;
}

function run({ epochs, done = epochs, train, validation, values, spec = {}, info = {}, state = 'finished', model, idle }: Plan): Diagnosable {
  const series = new RunSeries();
  for (let epoch = 1; epoch <= done; epoch++) {
    series.apply([scalars(epoch, 'train', { loss: train(epoch) })]);
    if (validation !== undefined) series.apply([scalars(epoch, 'validation', { loss: validation(epoch), ...values?.(epoch) })]);
    if (idle !== undefined) series.apply([{ type: 'latent', time: 0, epoch, step: 10 * epoch, file: 'f', idle }]);
  }
  return { series, spec: { latent: { type: 'plain' } as KnownSpec['latent'] & object, ...spec }, info: { ...newRun('a').info, format: 1, id: 'a', created: 0, ...info }, state, epoch: done, epochs, ...(model === undefined ? {} : { model }) };
}
const kinds = (plan: Plan): FindingKind[] => diagnose(run(plan)).map(({ kind }) => kind);
const only = (plan: Plan, kind: FindingKind): Finding => {
  const found = diagnose(run(plan)).find(finding => finding.kind === kind);
  expect(found, kinds(plan).join()).toBeDefined();
  return found!;
};
const adam = (learningRate: number) => ({ optimizer: { type: 'adam', learningRate: { type: 'constant', learningRate, warmupEpochs: 0 } } }) as unknown as KnownSpec['training'] & object;
const baseline = (mse: number, mean: number): Partial<RunInfo> => ({ baseline: { kind: 'pca', components: 2, mse, mean } });

describe('overfitting', () => {
  const train = fall(0.1, 0.005, 8);
  const validation: Curve = epoch => fall(0.1, 0.03, 4)(epoch) + 0.0002 * Math.max(0, epoch - 12);

  it('is told with the lowest epoch and by how much the loss has risen since, and what keeps the weights', () => {
    const { epoch, text, level, cure } = only({ epochs: 60, train, validation }, 'overfitting');
    const values = Array.from({ length: 60 }, (_, i) => validation(i + 1));
    const lowest = values.indexOf(Math.min(...values)) + 1;
    const now = values.slice(-5).reduce((a, b) => a + b) / 5;
    expect(epoch).toBe(lowest);
    expect(level).toBe('problem');
    expect(text).toContain(`in epoch ${lowest} (${Number(validation(lowest).toPrecision(4))}) and has risen by ${Math.round(100 * (now / validation(lowest) - 1))} % since (${Number(now.toPrecision(4))}, mean of 5 epochs)`);
    expect(cure).toMatchObject({ command: 'openConfig', text: expect.stringContaining('"earlyStopping"') as string });
  });

  it('is no problem yet where the rise is small, and none where early stopping has kept the best weights', () => {
    const slight: Curve = epoch => fall(0.1, 0.03, 4)(epoch) + 0.00005 * Math.max(0, epoch - 12);
    expect(only({ epochs: 60, train, validation: slight }, 'overfitting').level).toBe('note');
    const stopping = { earlyStopping: { monitor: 'validationLoss' as const, patience: 5, minDelta: 0, restoreBest: true } };
    const found = diagnose(run({ epochs: 100, done: 60, train, validation, spec: { training: stopping } }));
    expect(found.map(({ kind }) => kind)).toEqual(['stoppedEarly']);
    expect(found[0]!.text).toMatch(/after epoch 60 of 100.*weights of that epoch are the result/);
  });

  it('is not seen in a flat curve that wavers, however it wavers, nor where the training loss rises as well', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const found = kinds({ epochs: 40, train: noisy(fall(0.1, 0.02, 5), 0.01, seed), validation: noisy(fall(0.1, 0.03, 5), 0.03, 1000 + seed) });
      expect(found, `seed ${seed}`).not.toContain('overfitting');
      expect(found, `seed ${seed}`).not.toContain('stillLearning');
      expect(found, `seed ${seed}`).not.toContain('diverging');
      expect(found, `seed ${seed}`).not.toContain('jumping');
      expect(found, `seed ${seed}`).not.toContain('slow');
    }
    const rising: Curve = epoch => 0.02 + 0.0005 * epoch;
    expect(kinds({ epochs: 40, train: rising, validation: rising })).not.toContain('overfitting');
  });

  it('is seen through noise', () => {
    for (let seed = 1; seed <= 20; seed++) {
      expect(kinds({ epochs: 60, train: noisy(train, 0.01, seed), validation: noisy(validation, 0.01, 1000 + seed) }), `seed ${seed}`).toContain('overfitting');
    }
  });

  it('is a gap where the validation loss stays and the training loss goes on', () => {
    const { text, level } = only({ epochs: 60, train, validation: fall(0.1, 0.03, 4) }, 'gap');
    expect(text).toMatch(/\(0\.03, mean of 5 epochs\) is (5|5\.\d|6) times the training loss \(0\.005\d*\) and falls no further/);
    expect(level).toBe('problem');
    expect(only({ epochs: 60, train: fall(0.1, 0.015, 8), validation: fall(0.1, 0.03, 4) }, 'gap').level).toBe('note');
    expect(kinds({ epochs: 60, train: fall(0.1, 0.025, 4), validation: fall(0.1, 0.03, 4) })).not.toContain('gap');
  });
});

describe('the end of a training', () => {
  it('is told when the loss still falls there, with a way to go on', () => {
    const course: Curve = epoch => 0.05 / Math.sqrt(epoch);
    const { text, cure, epoch } = only({ epochs: 50, train: course, validation: course }, 'stillLearning');
    const mean = (last: number) => [0, 1, 2, 3, 4].reduce((sum, i) => sum + course(last - i), 0) / 5;
    expect(text).toContain(`fell by ${Number((100 * (1 - mean(50) / mean(45))).toPrecision(2))} % over the last 5 epochs (from ${Number(mean(45).toPrecision(4))} to ${Number(mean(50).toPrecision(4))}, means of 5 epochs)`);
    expect(cure?.command).toBe('resume');
    // As recorded: it wavers by half of what it falls in an epoch.
    const recorded = [0.0709, 0.0668, 0.0637, 0.0609, 0.0597, 0.05854, 0.05791, 0.05727, 0.05642, 0.05575];
    expect(only({ epochs: 10, train: at => recorded[at - 1]!, validation: at => recorded[at - 1]! }, 'stillLearning').text).toContain('fell by 1.2 % over the last epoch (from 0.05642 to 0.05575).');
    expect(epoch).toBe(50);
    expect(kinds({ epochs: 100, done: 50, state: 'training', train: course, validation: course })).not.toContain('stillLearning');
    expect(only({ epochs: 100, done: 50, state: 'stopped', train: course }, 'stillLearning').cure?.text).toBe('Resume it: 50 epochs to go.');
  });

  it('was reached earlier where early stopping would have ended it: simulated by its own rule', () => {
    const course = fall(0.1, 0.02, 3);
    const { text, epoch, cure } = only({ epochs: 60, train: course, validation: course }, 'learnedOut');
    const { patience, minDelta } = JSON.parse(`{${/"earlyStopping".*\}/.exec(cure!.text)![0]}}`).earlyStopping as { patience: number; minDelta: number };
    let [best, wait, stopped] = [Infinity, 0, 0];
    for (let at = 1; wait < patience; at++) {
      stopped = at;
      if (course(at) < best - minDelta) [best, wait] = [course(at), 0];
      else wait++;
    }
    expect(text).toContain(`after epoch ${stopped}, ${60 - stopped} epochs ago`);
    expect(epoch).toBe(stopped - patience);
    expect(text).toContain(`been ${Number((100 * (1 - course(60) / course(epoch))).toPrecision(2))} % lower at most`);
    expect(kinds({ epochs: 60, train: course, validation: course, spec: { training: { earlyStopping: { monitor: 'validationLoss', patience: 50, minDelta: 0, restoreBest: true } } } })).not.toContain('learnedOut');
  });

  it('is neither where the loss creeps on', () => {
    const creeping: Curve = epoch => 0.02 + 0.02 / epoch;
    expect(kinds({ epochs: 30, train: creeping, validation: creeping })).not.toContain('learnedOut');
  });
});

describe('the learning rate', () => {
  it('is too large where the training loss rises for good, and nothing else is said then', () => {
    const course: Curve = epoch => (epoch < 6 ? 0.1 / epoch : 0.02 * (epoch - 4));
    const [finding, ...others] = diagnose(run({ epochs: 20, train: course, validation: course, spec: { training: adam(0.05) } }));
    expect(finding).toMatchObject({ kind: 'diverging', level: 'problem', epoch: 5, cure: { command: 'openConfig' } });
    expect(finding!.cure!.text).toContain('now 0.05; try 0.005');
    expect(others).toEqual([]);
  });

  it('is too large where it jumps up again and again', () => {
    const { text, epoch } = only({ epochs: 30, train: epoch => (epoch % 5 === 0 ? 2 : 1) * fall(0.5, 0.1, 3)(epoch) }, 'jumping');
    expect(text).toContain('rose by more than 25 % from one epoch to the next 6 times, last in epoch 30');
    expect(epoch).toBe(30);
    // Of a fit that is nearly perfect the last digits jump.
    expect(kinds({ epochs: 30, train: epoch => (epoch % 5 === 0 ? 2 : 1) * fall(0.5, 0.0001, 1)(epoch) })).not.toContain('jumping');
  });

  it('is too small where the loss falls evenly and by little', () => {
    const slow: Plan = { epochs: 20, train: epoch => 0.23 - 0.001 * epoch, validation: epoch => 0.23 - 0.001 * epoch, spec: { training: adam(1e-6) }, info: baseline(0.05, 0.07), model: 0.2 };
    const found = diagnose(run(slow));
    expect(found[0]).toMatchObject({ kind: 'slow', cure: { text: expect.stringContaining('now 1.00e-6); try 1.00e-5') as string } });
    expect(found.map(({ kind }) => kind)).toEqual(['slow', 'principalComponents']);
    const adadelta = { training: { optimizer: { type: 'adadelta', learningRate: { type: 'constant', learningRate: 0.001, warmupEpochs: 0 } } } } as unknown as KnownSpec;
    expect(only({ ...slow, spec: adadelta }, 'slow').cure!.text).toContain('try 1.');
    expect(kinds({ ...slow, model: 0.04 })).not.toContain('slow');
    expect(kinds({ ...slow, train: fall(0.23, 0.05, 6) })).not.toContain('slow');
  });
});

describe('a training loss above the validation loss', () => {
  const plan: Plan = { epochs: 30, train: fall(0.1, 0.03, 4), validation: fall(0.09, 0.025, 4) };

  it('is explained by what is at work only while training', () => {
    const spec = { encoder: [{ type: 'dropout', rate: 0.2 }, { type: 'batchNormalization' }] } as unknown as KnownSpec;
    const { text, level } = only({ ...plan, spec }, 'trainAbove');
    expect(text).toMatch(/\(0\.03\d*, mean of 3 epochs\) is 20 % above the validation loss \(0\.025\d*\)\. That is as it should be: dropout .*; batch normalisation/);
    expect(level).toBe('note');
  });

  it('is explained by the time of measuring while the loss falls fast, and else by the samples', () => {
    expect(only({ ...plan, epochs: 8, train: epoch => 0.1 * 0.85 ** epoch, validation: epoch => 0.1 * 0.85 ** (epoch + 0.5) }, 'trainAbove').text).toContain('a mean over the epoch');
    expect(only(plan, 'trainAbove').text).toContain('easier ones');
    expect(kinds({ ...plan, validation: fall(0.1, 0.0295, 4) })).not.toContain('trainAbove');
  });
});

describe('beside models that need no training', () => {
  const flat: Plan = { epochs: 30, train: () => 0.067, validation: () => 0.067 };
  const spec = { encoder: [{ type: 'dense', units: 3, activation: { type: 'relu' } }], training: adam(10) } as unknown as KnownSpec;

  it('nothing was learned by what answers with the mean, and only that is said', () => {
    const [finding, ...others] = diagnose(run({ ...flat, spec, info: baseline(0.04, 0.0672), model: 0.067 }));
    expect(finding).toMatchObject({ kind: 'meanPicture', level: 'problem', title: 'Nothing learned' });
    expect(finding!.text).toContain('(mse 0.067) is only 0.3 % below that');
    expect(finding!.cure!.text).toMatch(/dead.*now 10\)/);
    expect(others).toEqual([]);
    expect(only({ ...flat, epochs: 2, spec, info: baseline(0.04, 0.0672), model: 0.068 }, 'meanPicture')).toMatchObject({ title: 'Nothing learned yet', cure: { command: 'resume' }, text: expect.stringContaining('is not below that') as string });
    expect(kinds({ ...flat, spec, info: baseline(0.04, 0.0672), model: 0.06 })).not.toContain('meanPicture');
    expect(kinds({ ...flat, spec: { ...spec, training: { ...spec.training, loss: 'mae' } }, info: baseline(0.04, 0.0672), model: 0.08 })).not.toContain('meanPicture');
  });

  it('names what the run itself warns of as the cause', () => {
    expect(diagnose({ ...run({ ...flat, spec, info: baseline(0.04, 0.0672), model: 0.067 }), warning: 'The output ends at 1, the data at 255.' })[0]!.cure!.text).toBe('The output ends at 1, the data at 255.');
  });

  it('is told in the words that every room uses', () => {
    expect(only({ ...flat, info: baseline(0.04, 0.0672), model: 0.03 }, 'principalComponents')).toMatchObject({ level: 'good', title: 'Better than principal components', text: 'PCA with 2 components: mse 0.04; the model: 0.03, better than principal components.' });
    expect(only({ ...flat, info: baseline(0.04, 0.0672), model: 0.05 }, 'principalComponents')).toMatchObject({ level: 'note', cure: { command: 'openConfig' } });
    expect(only({ ...flat, train: epoch => 0.1 / epoch, validation: epoch => 0.1 / epoch, info: baseline(0.04, 0.0672), model: 0.05 }, 'principalComponents')).not.toHaveProperty('cure');
    expect(kinds({ ...flat, info: baseline(1e-14, 0.0672), model: 0.05 })).not.toContain('principalComponents');
  });
});

describe('the code', () => {
  const course = fall(100, 80, 5);
  const model = (latentShape: readonly number[]) => ({ latentShape, parameters: 10, trainable: 10 });
  const gaussian = (change: object = {}) => ({ latent: { type: 'gaussian', units: 4, beta: 2, annealEpochs: 0, freeBits: 0, ...change } }) as unknown as KnownSpec;
  const kl = (...nats: number[]) => (): ScalarValues => Object.fromEntries(nats.map((value, i) => [`kl/${i + 1}`, value]));

  it('of a variational model is in use where it carries nats', () => {
    const plan: Plan = { epochs: 20, train: course, validation: course, spec: gaussian(), info: { model: model([4]) } };
    expect(only({ ...plan, values: kl(1.2, 0.002, 0.4, 0.009) }, 'unusedUnits')).toMatchObject({ level: 'note', title: '2 of 4 dimensions in use', text: expect.stringContaining('2 of the 4 dimensions of the code carry less than 0.01 nats') as string });
    expect(only({ ...plan, values: kl(0.001, 0.002, 0, 0.009), info: { model: model([4]), ...baseline(0.04, 0.067) }, model: 0.068 }, 'collapse')).toMatchObject({ level: 'problem', cure: { text: expect.stringContaining('latent.beta (now 2)') as string } });
    expect(kinds({ ...plan, values: kl(0.001, 0.002, 0, 0.009), info: { model: model([4]), ...baseline(0.04, 0.067) }, model: 0.068 })).toEqual(['collapse']);
    expect(kinds({ ...plan, values: kl(1, 1, 1, 0.2) })).not.toContain('unusedUnits');
    expect(kinds({ ...plan, spec: gaussian({ annealEpochs: 30 }), values: kl(0, 0, 0, 0) })).toEqual([]);
    // Of a large code only some dimensions have a curve.
    expect(only({ ...plan, info: { model: model([100]) }, values: () => ({ activeUnits: 30 }) }, 'unusedUnits').title).toBe('30 of 100 dimensions in use');
  });

  it('of a vector-quantised model is in use by its perplexity, where a batch has pieces enough to tell', () => {
    const spec = (codes: number) => ({ latent: { type: 'quantized', codes, dimension: 4, revivalThreshold: 0.01 }, training: { batchSize: 100 } }) as unknown as KnownSpec;
    const plan: Plan = { epochs: 20, train: course, validation: course, info: { model: model([7, 7, 4]), dataset: { name: 'd', shape: [28, 28, 1], train: 1000, validation: 500 } }, values: () => ({ perplexity: 9.1 }) };
    expect(only({ ...plan, spec: spec(128) }, 'unusedEntries')).toMatchObject({ level: 'note', title: 'About 9 of 128 codebook entries in use' });
    expect(only({ ...plan, spec: spec(128), values: () => ({ perplexity: 1.01 }) }, 'unusedEntries').level).toBe('problem');
    expect(kinds({ ...plan, spec: spec(32) })).not.toContain('unusedEntries');
    expect(kinds({ ...plan, spec: spec(2048) })).not.toContain('unusedEntries');
  });

  it('of any other is in use where it varies, over samples enough to tell', () => {
    const spec = { latent: { type: 'plain', units: 10 }, encoder: [{ type: 'dense', units: 10, activation: { type: 'relu' } }], views: { latentSamples: 2000 } } as unknown as KnownSpec;
    const dataset = { name: 'd', shape: [28, 28, 1], train: 1000, validation: 500 };
    const plan: Plan = { epochs: 20, train: course, validation: course, spec, info: { model: model([10]), dataset }, idle: 3 };
    expect(only(plan, 'unusedUnits')).toMatchObject({ level: 'note', title: '7 of 10 units of the code in use', text: expect.stringContaining('over the 500 samples that were encoded') as string, cure: { text: expect.stringContaining('rectifier') as string } });
    expect(only({ ...plan, idle: 6 }, 'unusedUnits').level).toBe('problem');
    expect(only({ ...plan, idle: 10 }, 'collapse').text).toContain('All 10 units');
    expect(only({ ...plan, info: { model: model([4, 4, 10]), dataset } }, 'unusedUnits').title).toBe('7 of 10 channels of the code in use');
    expect(only({ ...plan, spec: { ...spec, encoder: [{ type: 'topK', k: 2 }] } as KnownSpec }, 'unusedUnits').cure!.text).toMatch(/^TopK teaches only what it keeps/);
    expect(kinds({ ...plan, idle: 0 })).not.toContain('unusedUnits');
    expect(kinds({ ...plan, info: { model: model([10]), dataset: { ...dataset, validation: 100 } } })).not.toContain('unusedUnits');
  });
});

describe('a training that goes on', () => {
  const train = fall(0.1, 0.005, 8);
  const validation: Curve = epoch => fall(0.1, 0.03, 4)(epoch) + 0.0004 * Math.max(0, epoch - 12);
  const at = (done: number) => diagnose(run({ epochs: 100, done, state: 'training', train, validation }));

  it('is left alone at first, and spoken of anew after every twentieth of it', () => {
    expect(at(4)).toEqual([]);
    expect(at(42)).toEqual(at(40));
    expect(at(45)).not.toEqual(at(40));
    expect(at(40)[0]?.kind).toBe('overfitting');
  });

  it('says what matters most first', () => {
    const levels = diagnose(run({ epochs: 60, train, validation, info: baseline(0.04, 0.067), model: 0.035, spec: { encoder: [] } })).map(({ level }) => level);
    expect(levels).toEqual(['problem', 'good']);
  });
});

it('does not judge a loss by epochs in which its terms had other weights', () => {
  const spec = { latent: { type: 'gaussian', units: 2, beta: 1, annealEpochs: 10, freeBits: 0 } } as unknown as KnownSpec;
  expect(kinds({ epochs: 12, train: epoch => (epoch <= 10 ? 50 + 5 * epoch : 100), validation: epoch => (epoch <= 10 ? 50 + 5 * epoch : 100), spec })).toEqual([]);
});

it('says nothing before the first epoch is over', () => {
  expect(kinds({ epochs: 10, done: 0, state: 'stopped', train: () => 1 })).toEqual([]);
});
