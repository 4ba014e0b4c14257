// Exported Keras scripts against ourselves: from the same weights on the same inputs they reconstruct and are evaluated alike, and they
// take the same twenty training steps. All samples where AECONF_KERAS names a Python with Keras (`npm run parity -- --keras` does), one
// and what no sample has where its virtual environment is there.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashText, RandomStream } from '../../src/core/random.ts';
import { tensor, type HostTensor } from '../../src/core/tensor.ts';
import { listDevices, openSession } from '../../src/engine/engines.ts';
import { npz } from '../../src/keras/npz.ts';
import { kerasScript } from '../../src/keras/script.ts';
import { kerasWeights } from '../../src/keras/weights.ts';
import { randomTensor } from '../../src/trainer/evaluate.ts';
import { BATCH, courseNames, courseOf, largestDifference, lossesOn, openCourse, type Course } from './course.ts';
import { readGolden } from './golden.ts';
import { scriptCases } from './script-cases.ts';

const asked = process.env['AECONF_KERAS'];
const python = asked ?? join(process.cwd(), '.cache', 'peers-python', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

interface Ours { readonly loss: number; readonly metrics: Readonly<Record<string, number>>; readonly rates: readonly number[]; readonly losses: readonly number[] }
interface Theirs { readonly reconstruction: number; readonly evaluated: Readonly<Record<string, number>>; readonly losses: readonly number[]; readonly rates: readonly number[] }

/** How far losses of 20 steps are apart where float32 itself is not good to 1e-5 (samples.test.ts). */
const rounding: Readonly<Record<string, number>> = { 'beyond/everything': 1e-3, 'systems/iwae-50': 4e-4, 'systems/faces-lfw': 5e-5 };
const shown: Readonly<Record<string, string>> = { binaryCrossentropy: 'binary_crossentropy', binaryAccuracy: 'binary_accuracy' };

const fileName = (name: string): string => name.replaceAll('/', '--');

const few = ['quickstart'];
const names = courseNames().filter(name => asked !== undefined || few.includes(name));

/** Weights that are nowhere at their start values. @param gain of kernels; with a large one sigmoids saturate. */
function trainedWeights({ weights, spec }: Course, gain: number): Record<string, HostTensor> {
  return Object.fromEntries(Object.entries(weights).map(([name, { shape, data }]) => {
    const random = new RandomStream(spec.seed, 'sampling', hashText(name));
    const role = name.split('/').at(-1)!;
    const positive = role === 'moving_variance' || role === 'gamma' || role === 'uses';
    const moved = Float32Array.from(data, value => (positive ? 0.5 + random.uniform() : (role === 'kernel' ? gain : 1) * value + 0.02 * random.normal()));
    return [name, tensor(moved, shape)];
  }));
}

describe.skipIf(!existsSync(python))('exported Keras scripts (need .cache/peers-python)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aeconf-keras-'));
  const golden = readGolden();
  const ours: Record<string, Ours> = {};
  let theirs: Record<string, Theirs> = {};

  /** Writes a sample's script and numbers for check_script.py; gives what we make of them. */
  async function prepare(course: Course, gain = 1): Promise<Ours> {
    const { spec, model, programs, scale, steps } = course;
    const own = join(folder, fileName(course.name));
    mkdirSync(own);
    const script = kerasScript(spec, model, { title: course.name, trained: 'a test', samples: false, baseFolder: 'samples' });
    writeFileSync(join(own, 'model.py'), script.text);
    const write = (file: string, arrays: Record<string, HostTensor>): void => { writeFileSync(join(own, file), npz(arrays)); };
    write('first.npz', kerasWeights(script.places, course.weights));
    const weights = trainedWeights(course, gain);
    write('weights.npz', kerasWeights(script.places, weights));

    const seen = (value: HostTensor): HostTensor => tensor(Float32Array.from(value.data, number => number * (value.dtype === 'uint8' ? Math.fround(scale) : 1)), value.shape);
    const anneal = spec.latent.type === 'gaussian' ? spec.latent.annealEpochs : 0;
    write('steps.npz', {
      rates: tensor(Float32Array.from(steps, ({ rate }) => rate)), anneal: tensor(Float32Array.of(anneal), []),
      ...Object.fromEntries(steps.flatMap(({ feeds }, step) => Object.entries({ ...feeds, input: feeds['input'] ?? feeds['target']! }).map(([port, value]) =>
        [`${step}/${port === 'target' || port === 'input' ? '' : 'random/'}${port}`, port === 'target' || port === 'input' ? seen(value) : value]))),
    });

    const cpu = (await listDevices({ gpus: false })).find(({ id }) => id === 'cpu')!;
    // Keras's own losses of a sample are on file.
    const losses = golden.losses[course.name]?.float32 ?? await lossesOn(cpu, course);
    const session = await openSession(cpu);
    try {
      await session.setState(programs.start(weights));
      const { target, input } = steps[0]!.feeds;
      const feeds = { target: target!, ...(input ? { input } : {}) };
      const random = Object.fromEntries(programs.evaluationRandom.map(feed => [feed.name, randomTensor(feed, BATCH, spec.seed, 0)]));
      const judged = await (await session.compile(programs.evaluate(BATCH))).run({ ...feeds, ...random });
      const { reconstruction } = await (await session.compile(programs.reconstruct(BATCH))).run(feeds);
      write('check.npz', {
        target: seen(target!), input: seen(input ?? target!), reconstruction: reconstruction!,
        ...Object.fromEntries(Object.entries(random).map(([port, value]) => [`random/${port}`, value])),
      });
      const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
      const { metrics } = spec.training;
      return {
        loss: programs.followed.length === 0 ? mean(judged['loss']!.data) : programs.followed.reduce((sum, { factor }, i) => sum + factor * judged['followed']!.data[i]!, 0),
        metrics: Object.fromEntries(metrics.map((name, column) => [shown[name] ?? name, mean(judged['metrics']!.data.filter((_, i) => i % metrics.length === column))])),
        rates: steps.map(({ rate }) => rate), losses,
      };
    } finally {
      await session.dispose();
    }
  }

  beforeAll(async () => {
    for (const name of names) ours[name] = await prepare(openCourse(name));
    for (const { name, gain, text } of scriptCases) ours[name] = await prepare(courseOf(name, text), gain);
    const { stdout } = await promisify(execFile)(python, ['test/parity/check_script.py', folder], { maxBuffer: 1e8, env: { ...process.env, KERAS_BACKEND: 'tensorflow' } });
    theirs = JSON.parse(stdout) as Record<string, Theirs>;
  }, 1_800_000);
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

  it.each([...names, ...scriptCases.map(({ name }) => name)])('%s', name => {
    const [we, they] = [ours[name]!, theirs[fileName(name)]!];
    expect(they.reconstruction, 'reconstructions').toBeLessThan(1e-5);
    for (const [metric, value] of Object.entries({ loss: we.loss, ...we.metrics })) expect(Math.abs(they.evaluated[metric]! - value), metric).toBeLessThanOrEqual(1e-5 * Math.abs(value));
    expect(they.rates).toHaveLength(we.rates.length);
    expect(Math.max(...they.rates.map((rate, i) => Math.abs(rate - we.rates[i]!))), 'learning rates').toBeLessThan(1e-5 * Math.max(...we.rates));
    expect(largestDifference(they.losses, we.losses), 'losses of 20 steps').toBeLessThan(rounding[name] ?? 1e-5);
  });
});
