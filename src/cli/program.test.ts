// The program from the inside: messages and exit codes of commands that need no process of their own.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runFiles } from '../runs/events.ts';
import { makePlace, removePlace, trainAt, type Place } from '../trainer/testing.ts';
import { version } from '../../package.json';
import { openNpz } from '../data/npz.ts';
import { commands } from './commands.ts';
import { exitCodes } from './exit-codes.ts';
import { overview } from './help.ts';
import { run } from './program.ts';
import { Recorder } from './testing.ts';

async function aeconf(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const terminal = new Recorder();
  const code = await run(words, terminal);
  return { code, out: terminal.stdout, err: terminal.stderr };
}
async function json(...words: string[]): Promise<unknown> {
  const { code, out } = await aeconf(...words, '--json');
  expect(code).toBe(0);
  return JSON.parse(out);
}

let place: Place;
beforeAll(() => { place = makePlace(); });
afterAll(() => { removePlace(place); });

describe('help', () => {
  it('lists every command and every exit code', async () => {
    const { code, out } = await aeconf('help');
    expect(code).toBe(0);
    expect(out).toBe(overview(commands, version));
    expect(overview(commands, '1.2.3')).toMatchSnapshot();
    for (const { code: exit } of Object.values(exitCodes)) expect(out).toMatch(new RegExp(`^  ${exit} `, 'm'));
  });

  it('explains a command', async () => {
    expect((await aeconf('help', 'train')).out).toMatchSnapshot();
    expect((await aeconf('train', '--help')).out).toBe((await aeconf('help', 'train')).out);
  });

  it('tells the version', async () => {
    expect((await aeconf('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('check', () => {
  it('finds nothing in a good file', async () => {
    expect(await aeconf('check', place.configPath)).toMatchObject({ code: 0, out: '' });
  });

  it('tells place and cure, and exits with 3', async () => {
    const file = path.join(place.folder, 'wrong.aeconf');
    fs.writeFileSync(file, '{\n  "data": "glyphs",\n  "encoder": [{ "type": "dense", "unitz": 3 }]\n}\n');
    const { code, out } = await aeconf('check', place.configPath, file);
    expect(code).toBe(exitCodes.spec.code);
    expect(out).toMatch(/wrong\.aeconf:3:\d+: error: .*unitz.*units/);
    const answer = await aeconf('check', file, '--json');
    expect(answer.code).toBe(exitCodes.spec.code);
    expect(JSON.parse(answer.out)).toMatchObject({ files: [{ file, diagnostics: [{ line: 3, severity: 'error' }, {}] }] });
  });

  it('tells what is wrong with the other files when one cannot be read', async () => {
    const file = path.join(place.folder, 'wrong.aeconf');
    fs.writeFileSync(file, '{ "data": "glyphs", "encodr": [] }');
    const { code, out, err } = await aeconf('check', 'nowhere.aeconf', file, place.configPath);
    expect(code).toBe(exitCodes.usage.code);
    expect(out).toMatch(/wrong\.aeconf:1:\d+: error: .*encodr/);
    expect(err).toMatch(/Cannot read nowhere\.aeconf/);
  });

  it('says that a file is missing', async () => {
    expect(await aeconf('check', 'nowhere.aeconf')).toMatchObject({ code: exitCodes.usage.code, err: expect.stringMatching(/Cannot read nowhere\.aeconf: there is no such file/) as string });
  });
});

it('refuses more threads than any processor has', async () => {
  expect(await aeconf('train', place.configPath, '--threads', '9999', '--runs', place.runsFolder)).toMatchObject({ code: exitCodes.usage.code, err: expect.stringMatching(/--threads is at most \d+, not 9999/) as string });
});

describe('summary', () => {
  it('is a table with memory', async () => {
    expect((await aeconf('summary', place.configPath)).out).toMatchSnapshot();
  });

  it('follows --set', async () => {
    expect(await json('summary', place.configPath, '--set', 'latent.units=5')).toMatchObject({ latentShape: [5], inputShape: [28, 28, 1] });
  });

  it.skipIf(process.platform === 'win32')('of a link finds the data beside the file it leads to', async () => {
    const [real, links] = ['real', 'links'].map(name => path.join(place.folder, name)) as [string, string];
    for (const folder of [real, links]) fs.mkdirSync(folder);
    fs.writeFileSync(path.join(real, 'a.aeconf'), '{ "data": { "type": "csv", "path": "table.csv" }, "encoder": [], "latent": { "type": "plain", "units": 1 } }');
    fs.writeFileSync(path.join(real, 'table.csv'), '1,2,3\n4,5,6\n');
    fs.symlinkSync(path.join('..', 'real', 'a.aeconf'), path.join(links, 'a.aeconf'));
    expect(await json('summary', path.join(links, 'a.aeconf'))).toMatchObject({ inputShape: [3] });
  });

  it('says which path --set cannot set', async () => {
    const { code, err } = await aeconf('summary', place.configPath, '--set', 'training.epoch=5');
    expect(code).toBe(exitCodes.spec.code);
    expect(err).toMatch(/--set training\.epoch=5: error: .*Did you mean "training\.epochs"/);
  });
});

it('answers in JSON when something goes wrong, too', async () => {
  const { code, out, err } = await aeconf('evaluate', 'nothing', '--runs', place.runsFolder, '--json');
  expect(code).toBe(exitCodes.run.code);
  expect(JSON.parse(out)).toMatchObject({ event: 'error', reason: 'run', message: expect.stringMatching(/no runs in/) as string });
  expect(err).toBe('');
});

it('knows its commands', async () => {
  expect(await aeconf('evalute', 'x')).toMatchObject({ code: exitCodes.usage.code, err: expect.stringMatching(/Did you mean evaluate\?/) as string });
});

it('prints the schema, the data sets and the devices', async () => {
  expect(await json('schema')).toMatchObject({ title: 'Autoencoder experiment' });
  expect(await json('datasets')).toMatchObject({ datasets: [{ name: 'glyphs', state: 'built-in' }, {}, {}, {}] });
  const { devices } = await json('devices') as { devices: { id: string; available: boolean }[] };
  expect(devices.find(({ id }) => id === 'cpu')?.available).toBe(true);
}, 60_000);

describe('a run', () => {
  let id: string;
  let folder: string;
  let validationLoss: number | undefined;
  const on = (...words: string[]) => [...words, '--runs', place.runsFolder];
  beforeAll(async () => {
    ({ id, folder, validationLoss } = await trainAt(place, { overrides: { 'training.epochs': 2 } }));
  });

  it('is listed', async () => {
    expect(await json(...on('runs'))).toMatchObject({ runs: [{ id, name: 'tiny', state: 'finished' }] });
    expect((await aeconf(...on('runs'))).out).toMatch(/tiny +training\.epochs=2 +finished +2\/2/);
  });

  it('is evaluated to the loss it ended with, class by class', async () => {
    const facts = await json(...on('evaluate', 'last')) as { loss: number; samples: number; classes: { samples: number }[] };
    expect(facts).toMatchObject({ id, checkpoint: 'last', epoch: 2, split: 'validation', lossName: 'mse', samples: 60, findings: expect.any(Array) as object[] });
    expect(facts.loss).toBe(validationLoss);
    expect(facts.classes).toHaveLength(10);
    expect(facts.classes.reduce((sum, { samples }) => sum + samples, 0)).toBe(60);
  });

  it('is measured in everything that makes sense for it, beside principal components', async () => {
    interface Measured { loss: number; metrics: Record<string, number>; samples: number }
    const facts = await json(...on('evaluate', 'last', '--samples')) as Measured & { train: Measured; classes: Measured[]; baseline: object; perSample: Record<string, number[]> };
    const names = ['mse', 'mae', 'binaryCrossentropy', 'psnr', 'ssim', 'accuracy', 'binaryAccuracy'];
    expect(Object.keys(facts.metrics)).toEqual(names);
    expect(facts.metrics['mse']).toBeCloseTo(facts.loss, 6);
    for (const name of names) {
      const whole = facts.classes.reduce((sum, part) => sum + part.samples * part.metrics[name]!, 0) / 60;
      expect(facts.metrics[name], name).toBeCloseTo(whole, 6);
      expect(facts.perSample[name], name).toHaveLength(60);
    }
    expect(facts.perSample['label']).toHaveLength(60);
    expect(facts.train.samples).toBe(60);
    expect(Object.keys(facts.train.metrics)).toEqual(names);
    expect(facts.train.loss).not.toBe(facts.loss);
    expect(facts.baseline).toMatchObject({ kind: 'pca', components: 2, mse: expect.any(Number) as number });
    const { out } = await aeconf(...on('evaluate', 'last'));
    expect(out).toMatch(/^PCA with 2 components: mse 0\.\d+; the model: 0\.\d+, (not )?better than principal components$/m);
    expect(out).toMatch(/, 60 validation samples, 60 of 200 train samples\n/);
    expect(out).toMatch(/^On input corrupted as in training \(gaussian, masking\), against the clean samples$/m);
    expect(out).toMatch(/^Of +Samples +loss +mse +mae +binaryCrossentropy +psnr +ssim.*\nvalidation +60 .*\ntrain +60 .*\n0 +\d/m);
    expect(await aeconf(...on('evaluate', 'last', '--importance-samples', '5'))).toMatchObject({ code: exitCodes.usage.code, err: expect.stringMatching(/needs a gaussian latent/) as string });
  });

  it('is not measured in what means nothing for its values', async () => {
    const table = makePlace('{ "data": { "type": "csv", "path": "table.csv" }, "encoder": [], "latent": { "type": "plain", "units": 1 }, "training": { "epochs": 1 } }');
    try {
      fs.writeFileSync(path.join(table.folder, 'table.csv'), Array.from({ length: 40 }, (_, i) => `${50.5 + i},${150 - i},${90 + (i % 7)}`).join('\n'));
      const { folder: run } = await trainAt(table);
      const facts = await json('evaluate', run) as { metrics: object; train: { samples: number; metrics: object } };
      expect([facts.metrics, facts.train.metrics].map(Object.keys)).toEqual([['mse', 'mae', 'accuracy'], ['mse', 'mae', 'accuracy']]);
      expect(facts.train.samples).toBe(4);
      const { out } = await aeconf('robustness', run, '--corruption', '{"type":"gaussian","clip":false}', '--strengths', '5');
      expect(out).toMatch(/^stddev +input mse +tiny mse$/m);
    } finally {
      removePlace(table);
    }
  });

  it('is tested with noise, of options where its spec has none', async () => {
    expect(await aeconf(...on('robustness', 'last'))).toMatchObject({ code: exitCodes.usage.code, err: expect.stringMatching(/has no "robustness".*--corruption uniform --strengths/) as string });
    const noise = ['--corruption', '{"type":"gaussian","mean":0.5}', '--strengths', '0.1,0.5'];
    const { reports } = await json(...on('robustness', 'last', ...noise, '--samples', '3', '--against', id)) as { reports: { name: string; runs: object[]; strengths: { strength: number; picture: string }[] }[] };
    expect(reports).toMatchObject([{ name: 'gaussian-against-tiny', samples: 60, corruption: { type: 'gaussian', mean: 0.5, stddev: 0.1, clip: true }, strengths: [{ strength: 0.1 }, { strength: 0.5 }] }]);
    expect(reports[0]!.runs).toHaveLength(2);
    for (const { picture } of reports[0]!.strengths) expect(fs.existsSync(path.join(folder, picture)), picture).toBe(true);
    expect(fs.existsSync(path.join(folder, 'robustness/gaussian-against-tiny.json'))).toBe(true);
    const { out } = await aeconf(...on('robustness', 'last', '--corruption', 'occlusion', '--strengths', '4,8'));
    expect(out).toMatch(/^occlusion on 60 validation samples/);
    expect(out).toMatch(/^size +input mse +psnr +ssim +tiny mse +psnr +ssim$/m);
    for (const [words, message] of [
      [['--corruption', 'gausian', '--strengths', '1'], /gausian/], [['--corruption', 'uniform'], /needs --strengths/],
      [['--corruption', 'uniform', '--strengths', '0.1,x'], /not "0\.1,x"/], [['--strengths', '0.1'], /trained with 2 kinds/],
      [['--corruption', 'masking', '--strengths', '0.5,2'], /at most 1, not 2/],
    ] as const) {
      const { code, err } = await aeconf(...on('robustness', 'last', ...words));
      expect(code, words.join(' ')).not.toBe(0);
      expect(err).toMatch(message);
    }
  });

  it('makes new samples', async () => {
    const made = await json(...on('generate', 'last', '--method', 'uniform', '--count', '5', '--seed', '2')) as { file: string; codes: number[][] };
    expect(made).toMatchObject({ id, method: 'uniform', seed: 2, file: path.join(folder, 'generated/uniform-2.png') });
    expect(made.codes.map(code => code.length)).toEqual([2, 2, 2, 2, 2]);
    expect([...fs.readFileSync(made.file).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    const out = path.join(place.folder, 'mixture.png');
    expect((await aeconf(...on('generate', 'last', '--count', '2', '--components', '3', '--out', out))).out).toMatch(/^From 3 Gaussians .*\n {2}1 {2}\(.*\)\n {2}2 {2}\(.*\)\n.*mixture\.png\n$/);
    expect(await aeconf(...on('generate', 'last', '--method', 'prior'))).toMatchObject({ code: exitCodes.usage.code, err: expect.stringMatching(/--method mixture/) as string });
  });

  it('adds and subtracts codes', async () => {
    interface Sum { readonly file: string; readonly note: string; readonly codes: [[number, number]] }
    const sum = async (text: string): Promise<Sum> => await json(...on('generate', 'last', '--arithmetic', text)) as Sum;
    const [a, b, c] = [await sum('#3'), await sum('#40'), await sum('#7')].map(({ codes }) => codes[0]) as [[number, number], [number, number], [number, number]];
    const made = await sum('#3 - #40 + 0.5 * #7');
    made.codes[0].forEach((value, d) => { expect(value).toBeCloseTo(a[d]! - b[d]! + 0.5 * c[d]!, 5); });
    expect(made.file).toBe(path.join(folder, 'generated/arithmetic.png'));
    expect(made.note).toMatch(/^sample 3 − sample 40 \+ 0\.5 × sample 7; the nearest other one is sample \d+ \(\d\)$/);
    const [zero, one, both] = [await sum('mean(0)'), await sum('mean(1)'), await sum('mean(0) - mean(1) + #3')];
    both.codes[0].forEach((value, d) => { expect(value).toBeCloseTo(zero.codes[0][d]! - one.codes[0][d]! + a[d]!, 5); });
    const out = path.join(place.folder, 'sum.png');
    expect((await aeconf(...on('generate', 'last', '--arithmetic', '#3 - mean(1)', '--out', out))).out).toMatch(/^Sample 3 − mean of 1; the nearest[^\n]*\n {2}= {2}\([^\n]*\)\n.*sum\.png\n$/);
    expect([...fs.readFileSync(out).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    for (const [text, why] of [['#60', /no sample #60.*#0 to #59/], ['mean(x)', /no class "x".*0, 1, 2/], ['#1 +', /cannot be read/]] as const) {
      expect(await aeconf(...on('generate', 'last', '--arithmetic', text))).toMatchObject({ code: exitCodes.usage.code, err: expect.stringMatching(why) as string });
    }
    expect(await aeconf(...on('generate', 'last', '--arithmetic', '#1', '--count', '3'))).toMatchObject({ code: exitCodes.usage.code, err: expect.stringMatching(/--count says nothing/) as string });
  }, 120_000);

  it('is pictured, from the model and from what it kept', async () => {
    const out = path.join(place.folder, 'grid.png');
    expect(await json(...on('reconstruct', 'tiny', '--out', out, '--samples', '3'))).toEqual({ id, file: out, baseline: { components: 2, mse: expect.any(Number) as number, model: expect.any(Number) as number } });
    expect([...fs.readFileSync(out).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    expect(await json(...on('reconstruct', 'last', '--epoch', '1'))).toMatchObject({ id, file: path.join(folder, 'pictures/epoch-0001.png') });
    expect(await aeconf(...on('reconstruct', 'last', '--epoch', '9'))).toMatchObject({ code: exitCodes.run.code, err: expect.stringMatching(/no picture of epoch 9.*epochs 1 to 2/) as string });
  });

  it('tells what its layers make of a sample, as table, arrays and picture', async () => {
    interface Told { readonly layers: { readonly layer: string; readonly min: number; readonly max: number; readonly zeros: number }[] }
    const npz = path.join(place.folder, 'layers.npz');
    const told = await json(...on('activations', 'last', '--sample', '2', '--out', npz)) as Told;
    expect(told).toMatchObject({ id, checkpoint: 'last', epoch: 2, sample: 2, samples: 6, label: expect.any(String) as string, file: npz });
    const names = ['encoder/flatten', 'encoder/dense', 'encoder/batch_normalization', 'encoder/dropout', 'latent/latent', 'decoder/dense', 'decoder/batch_normalization', 'decoder/dense_1', 'decoder/reshape'];
    expect(told.layers.map(({ layer }) => layer)).toEqual(names);
    const archive = await openNpz(npz);
    expect(archive.names).toEqual(['original', 'corrupted', ...names, 'reconstruction']);
    const { data, shape } = await archive.read('encoder/dense');
    archive.close();
    expect(shape).toEqual([24]);
    expect(told.layers[1]).toMatchObject({ min: Math.min(...data), max: Math.max(...data), zeros: [...data].filter(value => value === 0).length / 24 });
    const { out } = await aeconf(...on('activations', 'last', '--checkpoint', 'best'));
    expect(out).toMatch(/^tiny, checkpoint "best" \(epoch \d\): sample 0 of the 6 it keeps \(\d\)\nLayer +Type +Output shape +min +max +mean +at zero\n/);
    expect(out).toMatch(/^encoder\/dense +dense +24 +0\.000 +\S+ +\S+ +\d+\.\d %$/m);
    const png = path.join(place.folder, 'layers.png');
    expect((await aeconf(...on('activations', 'last', '--out', png))).out).toMatch(/\n.*layers\.png\n$/);
    expect([...fs.readFileSync(png).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    expect(await aeconf(...on('activations', 'last', '--sample', '6'))).toMatchObject({ code: exitCodes.usage.code, err: expect.stringMatching(/keeps 6 samples, 0 to 5/) as string });
    expect(await aeconf(...on('activations', 'last', '--out', 'layers.csv'))).toMatchObject({ code: exitCodes.usage.code, err: expect.stringMatching(/\.npz, \.safetensors or \.png, not layers\.csv/) as string });
  });

  it('is told in one file, alone or beside others', async () => {
    const file = path.join(place.folder, 'handed in', 'report.html');
    expect(await aeconf(...on('report', 'last', '--out', file))).toEqual({ code: 0, out: `${file}\n`, err: '' });
    const text = fs.readFileSync(file, 'utf8');
    expect(text).toMatch(/^<!DOCTYPE html>[^]*\/\/ a test[^]*<h2>Latent space<\/h2>[^]*alt="Images decoded from a grid of codes"[^]*<h2>How to repeat it<\/h2>[^]*<\/html>\n$/);
    const other = await trainAt(place, { overrides: { 'training.epochs': 1 } });
    const both = path.join(place.folder, 'both.html');
    expect(await json(...on('report', folder, other.id, id, '--out', both))).toEqual({ file: both, bytes: fs.statSync(both).size, runs: [id, other.id] });
    expect(fs.readFileSync(both, 'utf8')).toContain('<h1>2 runs compared</h1>');
    fs.rmSync(other.folder, { recursive: true });
    expect(await aeconf(...on('report', 'last', '--out', place.folder))).toMatchObject({ code: exitCodes.run.code, err: expect.stringContaining('it is a folder. Give the name of a file in it') as string });
    expect((await aeconf(...on('report'))).code).toBe(exitCodes.usage.code);
    expect(await aeconf(...on('report', 'nothing'))).toMatchObject({ code: exitCodes.run.code, err: expect.stringContaining('There is no run "nothing"') as string });
  }, 60_000);

  it('is exported as the models it kept', async () => {
    const out = path.join(place.folder, 'onnx');
    await json(...on('export', id, '--out', out));
    for (const [file, kept] of [['encoder.onnx', runFiles.encoder], ['decoder.onnx', runFiles.decoder], ['autoencoder.onnx', runFiles.autoencoder]] as const) {
      expect(Buffer.compare(fs.readFileSync(path.join(out, file)), fs.readFileSync(path.join(folder, kept))), file).toBe(0);
    }
  });

  it('is exported as a Keras script, with its weights and the samples it shows', async () => {
    const out = path.join(place.folder, 'keras');
    const files = [path.join(out, 'model.py'), path.join(out, 'weights.npz')];
    expect(await json(...on('export', id, '--keras', '--out', out))).toEqual({ id, folder: out, checkpoint: 'last', epoch: 2, files });
    expect(fs.readdirSync(out).sort()).toEqual(['model.py', 'weights.npz']);
    expect(fs.readFileSync(files[0]!, 'utf8')).toContain(`those of the run ${id} after epoch 2.`);
    const archive = await openNpz(files[1]!);
    const shapes = Object.fromEntries(await Promise.all(archive.names.map(async name => [name, (await archive.read(name)).shape] as const)));
    archive.close();
    expect(shapes).toMatchObject({ 'encoder/dense/kernel': [784, 24], 'encoder/batch_normalization/moving_variance': [24], 'encoder/latent/bias': [2], samples: [6, 28, 28, 1], inputs: [6, 28, 28, 1] });
    expect(Object.keys(shapes)).toHaveLength(8 + 8 + 2);
  });

  it('is not needed for a script of its config', async () => {
    const out = path.join(place.folder, 'untrained');
    expect(await json('export', place.configPath, '--keras', '--out', out, '--set', 'latent.units=5')).toEqual({ config: place.configPath, folder: out, files: [path.join(out, 'model.py')] });
    expect(fs.readFileSync(path.join(out, 'model.py'), 'utf8')).toMatch(/Dense\(5, name="latent"\)/);
    expect(fs.readdirSync(out)).toEqual(['model.py']);
    expect(await aeconf('export', place.configPath)).toMatchObject({ code: exitCodes.usage.code, err: expect.stringMatching(/is a config, which has no weights.*--keras/) as string });
    expect(await aeconf(...on('export', id, '--set', 'latent.units=5'))).toMatchObject({ code: exitCodes.usage.code, err: expect.stringMatching(/--set is for "aeconf export FILE\.aeconf --keras"/) as string });
    expect(await aeconf('export', place.configPath, '--keras', '--set', 'pretraining="layerwise"')).toMatchObject({ code: exitCodes.spec.code, err: expect.stringMatching(/"pretraining" cannot be written/) as string });
  });

  it('is named, noted, tagged, starred', async () => {
    await json(...on('rename', 'last', 'first try'));
    await json(...on('note', 'last', 'too few epochs'));
    await json(...on('star', 'last'));
    expect(await json(...on('runs'))).toMatchObject({ runs: [{ name: 'first try', notes: { note: 'too few epochs', star: true } }] });
    expect((await aeconf(...on('tag', 'last', '#baseline', 'handed in', 'baseline'))).out).toBe(`${id}: #baseline #handed in\n`);
    expect(await json(...on('runs', '--tag', 'baseline', '--tag', '#handed in'))).toMatchObject({ runs: [{ notes: { tags: ['baseline', 'handed in'] } }] });
    expect((await aeconf(...on('runs', '--tag', 'base'))).out).toMatch(/^No runs with #base in /);
    expect((await aeconf(...on('runs'))).out).toMatch(/ Tags .*\n.* #baseline #handed in /);
    expect((await aeconf(...on('tag', 'last'))).out).toBe(`${id} has no tags.\n`);
    await json(...on('star', 'last', '--off'));
    expect((await aeconf(...on('rename', 'last'))).out).toBe(`${id} is called "tiny".\n`);
  });

  it('cannot be stopped when it is over', async () => {
    expect(await aeconf(...on('stop', 'last'))).toMatchObject({ code: exitCodes.run.code, err: expect.stringMatching(/Cannot stop the run .*finished/) as string });
  });

  it('is deleted', async () => {
    await json(...on('delete', id));
    expect(fs.existsSync(folder)).toBe(false);
  });
});
