// Reports of runs as trainers leave them: whole ones, damaged ones, live ones, and ones written by somebody who means harm.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tensor } from '../core/tensor.ts';
import { encodePng } from '../analysis/png.ts';
import { newPicture } from '../analysis/canvas.ts';
import { runFiles, type RunInfo } from '../runs/events.ts';
import { writeEvaluation } from '../runs/evaluation.ts';
import { noteRun, renameRun, starRun, tagRun } from '../runs/notes.ts';
import { writeProbe, type Classification } from '../runs/probe.ts';
import { spreadOf, writeRobustness } from '../runs/robustness.ts';
import { scalars } from '../runs/testing.ts';
import { RunWriter, type NewRunInfo, type StatusUpdate } from '../runs/writer.ts';
import { thisProcess } from '../runs/process.ts';
import { loadSpec } from '../spec/load.ts';
import { reportOf } from './document.ts';
import { all, factsOf, parseHtml, sectionOf, tableOf, textOf, type Element } from './testing.ts';

let base: string;
beforeEach(() => { base = fs.mkdtempSync(path.join(os.tmpdir(), 'handout-')); });
afterEach(() => fs.rmSync(base, { recursive: true, force: true }));

const config = (more = ''): string => `{
  // digits <b>drawn</b> by hand
  "data": { "type": "glyphs", "train": 100, "test": 20 },
  "encoder": [{ "type": "flatten" }, { "type": "dense", "units": 8, "activation": "relu" }],
  "latent": { "type": "plain", "units": 2 },
  "training": { "epochs": 3, "batchSize": 50, "loss": "mse", "metrics": ["mse", "psnr"] }${more}
}
`;

interface Asked {
  readonly name?: string;
  readonly text?: string;
  readonly overrides?: Readonly<Record<string, unknown>>;
  readonly status?: Partial<StatusUpdate>;
  readonly info?: Partial<NewRunInfo>;
  readonly alert?: string;
}

/** A run that has begun. */
async function begin({ name = 'digits', text = config(), overrides = {}, status = {}, info = {} }: Asked = {}): Promise<RunWriter> {
  const { spec } = loadSpec(text, 'digits.aeconf', overrides);
  return RunWriter.create(base, {
    config: text, resolvedConfig: spec, status: { state: 'training', epoch: 0, step: 0, epochs: 3, ...status },
    info: {
      name, configPath: '/home/somebody/secret/digits.aeconf', specHash: 'abc', seed: 11, device: { id: 'cpu', name: 'A processor' }, versions: { aeconf: '1.2.3', node: 'v24.0.0' }, overrides,
      dataset: { name: 'glyphs', shape: [28, 28, 1], train: 100, validation: 20, classNames: ['zero', 'one'] },
      model: { latentShape: [2], parameters: 12_345, trainable: 12_345 }, epochs: 3, stepsPerEpoch: 2, ...info,
    },
  });
}

const losses = [[0.2, 0.25], [0.1, 0.11], [0.05, 0.125]] as const;

/** Three epochs, the second the best one, with all that a trainer leaves. */
async function finished(asked: Asked = {}): Promise<RunWriter> {
  const writer = await begin(asked);
  await writer.tensors(runFiles.pictureSamples, { original: tensor(new Uint8Array(2 * 784).fill(128), [2, 784]), labels: tensor(Int32Array.of(0, 1)), index: tensor(Int32Array.of(3, 4)) }, { scale: String(1 / 255) });
  await writer.tensors(runFiles.latentSamples, { original: tensor(new Uint8Array(4 * 784), [4, 784]), labels: tensor(Int32Array.of(0, 1, 0, 1)), index: tensor(Int32Array.of(0, 1, 2, 3)) }, { scale: String(1 / 255) });
  for (const [i, [train, validation]] of losses.entries()) {
    const epoch = i + 1;
    writer.event(scalars(epoch, 'train', { loss: train, mse: train, psnr: 10 + epoch }));
    writer.event(scalars(epoch, 'validation', { loss: validation, mse: validation, psnr: 9.5 + epoch }));
    await writer.tensors(runFiles.picture(epoch), { reconstruction: tensor(new Float32Array(2 * 784).fill(epoch / 10), [2, 784]), code: tensor(Float32Array.of(epoch, -epoch, 0.5, 0.25), [2, 2]), error: tensor(Float32Array.of(0.01 * epoch, 0.02 * epoch)) });
    await writer.tensors(runFiles.latent(epoch), { code: tensor(Float32Array.of(0, 0, 1, 1, 2, 0, 3, 1), [4, 2]), error: tensor(new Float32Array(4)) });
    writer.event({ type: 'picture', file: runFiles.picture(epoch), time: 1, epoch, step: 2 * epoch });
    writer.event({ type: 'latent', file: runFiles.latent(epoch), time: 1, epoch, step: 2 * epoch });
  }
  await writer.checkpoint('last', {}, {});
  await writer.checkpoint('best', {}, {});
  writer.event({ type: 'alert', level: 'warning', message: asked.alert ?? 'The data is < 0.', time: 1, epoch: 1, step: 2 });
  writer.updateInfo({ baseline: { kind: 'pca', components: 2, mse: 0.2, model: 0.125, levels: { loss: 0.2, mse: 0.2 } } });
  writer.status({ state: 'finished', epoch: 3, step: 6, epochs: 3, elapsed: 65, samplesPerSecond: 1234.4, trainLoss: 0.05, validationLoss: 0.125, bestValidationLoss: 0.11, bestEpoch: 2, bestLoss: 0.11, ...asked.status });
  writer.close();
  return writer;
}

function everything(element: Element): readonly Element[] {
  return element.children.flatMap(child => (typeof child === 'string' ? [] : [child, ...everything(child)]));
}

async function report(...writers: readonly { readonly folder: string }[]): Promise<Element> {
  const text = await reportOf(writers.map(({ folder }) => folder), { version: '1.2.3', now: Date.UTC(2026, 10, 29, 12) });
  const document = parseHtml(text);
  // Nothing from elsewhere, and nothing that runs.
  const elements = everything(document);
  expect(elements.filter(({ name }) => ['script', 'link', 'iframe', 'object', 'embed', 'base', 'form'].includes(name))).toEqual([]);
  expect(all(document, 'style').map(textOf).join('')).not.toMatch(/url\(|@import/);
  const attributes = elements.flatMap(element => Object.entries(element.attributes));
  expect(attributes.filter(([name]) => name.startsWith('on'))).toEqual([]);
  for (const [, address] of attributes.filter(([name]) => name === 'src' || name === 'href')) expect(address).toMatch(/^(?:data:image\/png;base64,|#run-\d+$)/);
  return document;
}

describe('the report of one run', () => {
  it('tells what was asked for, of what, and what came of it', async () => {
    const writer = await finished({ overrides: { 'training.batchSize': 25 } });
    await starRun(writer.folder, true);
    await tagRun(writer.folder, ['course', 'week 3']);
    await noteRun(writer.folder, 'The second epoch is enough.');
    const document = await report(writer);
    expect(all(document, 'title').map(textOf)).toEqual(['digits']);
    expect(textOf(all(document, 'h1')[0]!)).toBe('★ digits');
    expect(all(all(document, 'header')[0]!, 'li').map(textOf)).toEqual(['course', 'week 3']);
    expect(textOf(all(document, 'blockquote')[0]!)).toBe('The second epoch is enough.');
    expect(factsOf(all(document, 'header')[0]!)).toMatchObject({ 'Best loss': '0.1100 on validation samples, epoch 2', Code: '2 numbers for 784: 392 times fewer', Parameters: '12,345', 'Training took': '1:05 (minutes : seconds)', 'Beside principal components': 'better than principal components' });

    const asked = sectionOf(document, 'What was asked for');
    expect(textOf(all(asked, 'pre')[0]!)).toBe(config().trimEnd());
    expect(all(all(asked, 'pre')[0]!, 'i').map(textOf)).toEqual(['// digits <b>drawn</b> by hand']);
    expect(tableOf(asked, 'Set otherwise')).toEqual([['Setting', 'Value'], ['training.batchSize', '25']]);
    expect(factsOf(sectionOf(document, 'Data'))).toMatchObject({ 'Data set': 'glyphs', 'Training samples': '100', 'Validation samples': '20', Classes: '2: zero, one', 'Corruption of the input': 'none' });
    const layers = tableOf(sectionOf(document, 'Model'), 'The layers');
    expect(layers.slice(1, 5)).toEqual([['', 'input', '', '28×28×1', ''], ['encoder', 'flatten', 'flatten', '784', '0'], ['', 'dense', 'dense', '8', '6,280'], ['latent', 'latent', 'dense', '2', '18']]);
    expect(layers.at(-1)).toEqual(['', 'Whole', '', '', '13,378']);
    expect(factsOf(sectionOf(document, 'Training'))).toMatchObject({ Seed: '11', Device: 'A processor', Epochs: '3 of 3, 2 steps each', 'Samples a batch': '25', Speed: '1,234 samples a second', Versions: 'aeconf 1.2.3, node v24.0.0' });
  });

  it('has the numbers of the best and of the last epoch, and its curves with both', async () => {
    const training = sectionOf(await report(await finished()), 'Training');
    expect(tableOf(training, 'The numbers')).toEqual([
      ['Value', 'best epoch (2)train', 'best epoch (2)validation', 'last epoch (3)train', 'last epoch (3)validation'],
      ['loss', '0.1000', '0.1100', '0.05000', '0.1250'],
      ['mse', '0.1000', '0.1100', '0.05000', '0.1250'],
      ['psnr', '12', '11.50', '13', '12.50'],
    ]);
    const [large, ...small] = all(training, 'figure');
    expect(all(large!, 'svg')[0]!.attributes['aria-label']).toBe('Loss by epoch. train from 0.2000 at 1 to 0.05000 at 3, validation from 0.2500 at 1 to 0.1250 at 3. best: epoch 2, 0.1100. PCA, 2 components: 0.200.');
    expect(small.map(figure => textOf(all(figure, 'figcaption')[0]!))).toEqual(['mse.', 'psnr.']);
  });

  it('shows reconstructions and codes of the best epoch', async () => {
    const document = await report(await finished());
    const samples = sectionOf(document, 'Reconstructions');
    expect(textOf(all(samples, 'figcaption')[0]!)).toContain('after epoch 2, the best one');
    const rows = all(samples, 'tr').map(row => row.children.filter((child): child is Element => typeof child !== 'string'));
    expect(rows.map(([head]) => textOf(head!).split('−')[0])).toEqual(['', 'original', 'code', 'reconstruction', 'difference', 'loss']);
    expect(rows[0]!.slice(1).map(textOf)).toEqual(['zero', 'one']);
    expect(rows[2]!.slice(1).map(textOf)).toEqual(['2.00−2.00', '0.500.25']);
    expect(rows[5]!.slice(1).map(textOf)).toEqual(['0.02', '0.04']);
    expect(all(samples, 'img')).toHaveLength(6);
    expect(all(samples, 'img')[0]!.attributes).toMatchObject({ alt: 'original of sample 1', width: '56', height: '56' });
    const latent = sectionOf(document, 'Latent space');
    expect(textOf(all(latent, 'figcaption')[0]!)).toMatch(/codes of 4 samples after epoch 2.*two numbers.*class/);
    // Two classes of two samples each, further right and higher up as their codes are.
    const dots = all(latent, 'path').map(({ attributes }) => [...attributes['d']!.matchAll(/M([\d.]+) ([\d.]+)h0/g)].map(([, x, y]) => [Number(x), Number(y)] as const));
    const [[zero, two], [one, three]] = dots as unknown as readonly (readonly (readonly [number, number])[])[] as [[[number, number], [number, number]], [[number, number], [number, number]]];
    expect(one[0] - zero[0]).toBeCloseTo(three[0] - two[0], 0);
    expect(two[0]).toBeGreaterThan(one[0]);
    expect(zero[1]).toBe(two[1]);
    expect(zero[1]).toBeGreaterThan(one[1]);
  });

  it('says where the pictures of the best epoch were not kept', async () => {
    const writer = await finished();
    const events = path.join(writer.folder, runFiles.events);
    fs.writeFileSync(events, fs.readFileSync(events, 'utf8').split('\n').filter(text => !/"type":"picture".*"epoch":2/.test(text)).join('\n'));
    expect(textOf(sectionOf(await report(writer), 'Reconstructions'))).toMatch(/after epoch [13], of those kept the nearest to the best one, 2/);
  });

  it('has the verdict beside principal components, in the words of the pages', async () => {
    const text = textOf(sectionOf(await report(await finished()), 'Beside principal components'));
    expect(text).toContain('PCA with 2 components: mse 0.2000; the model: 0.1250, better than principal components.');
    expect(text).toContain('Better than principal components: its mean squared error is 38 % lower.');
  });

  it('says what its curves show, in the words of the loss page, and nothing where there is nothing to say', async () => {
    const told = textOf(sectionOf(await report(await finished()), 'What the curves show'));
    expect(told).toContain('Good: Better than principal components. PCA with 2 components: mse 0.2; the model: 0.125, better than principal components.');
    const begun = await begin({ name: 'begun' });
    begun.close();
    expect(textOf(await report(begun))).not.toContain('What the curves show');
  });

  it('tells what judges found', async () => {
    const writer = await finished();
    const { folder } = writer;
    await writeEvaluation(folder, { checkpoint: 'best', epoch: 2, step: 4, split: 'validation', lossName: 'mse', samples: 20, loss: 0.11, metrics: { mse: 0.11, psnr: 11.5 }, median: 0.1, worst: 0.3, classes: [{ name: 'zero', samples: 12, loss: 0.1, metrics: { mse: 0.1 } }, { name: 'one', samples: 8, loss: 0.12, metrics: {} }] });
    const result: Classification = { accuracy: 0.85, confusion: [[11, 1], [2, 6]], classes: [{ name: 'zero', precision: 0.8462, recall: 0.9167, f1: 0.88, support: 12 }, { name: 'one', precision: 0.857, recall: 0.75, f1: 0.8, support: 8 }] };
    writeProbe(folder, {
      format: 1, state: 'finished', process: await thisProcess(), started: 0, updated: 0, checkpoint: 'best', epoch: 2, samples: { train: 100, validation: 20 },
      settings: { on: ['codes'], layers: [], epochs: 2, batchSize: 32, optimizer: loadSpec(config(), 'a').spec!.training.optimizer, neighbors: 0, seed: 0 },
      subjects: [{ on: 'codes', shape: [2], parameters: { total: 6, trainable: 6, notTrainable: 0 }, curve: [{ epoch: 1, trainLoss: 1, trainAccuracy: 0.5, validationLoss: 1, validationAccuracy: 0.6 }, { epoch: 2, trainLoss: 0.8, trainAccuracy: 0.7, validationLoss: 0.9, validationAccuracy: 0.85 }], result, seconds: 0 }],
    });
    const scores = (mse: number) => ({ mse: spreadOf([mse]) });
    await writeRobustness(folder, {
      format: 1, name: 'gaussian', created: 0, corruption: { type: 'gaussian', mean: 0, stddev: 0.1, clip: true }, seed: 0, split: 'validation', samples: 20, picture: 'robustness/gaussian.png',
      runs: [{ id: writer.id, name: 'digits', checkpoint: 'best', epoch: 2, denoising: false }], clean: [scores(0.11)],
      strengths: [{ strength: 0.1, corrupted: scores(0.01), runs: [scores(0.12)], picture: 'robustness/1.png' }, { strength: 0.2, corrupted: scores(0.04), runs: [scores(0.15)], picture: 'robustness/2.png' }],
    });
    const png = encodePng(newPicture(3, 2));
    fs.writeFileSync(path.join(folder, 'robustness/gaussian.png'), png);
    fs.mkdirSync(path.join(folder, 'generated'));
    fs.writeFileSync(path.join(folder, 'generated/prior-3.png'), png);

    const document = await report(writer);
    expect(textOf(sectionOf(document, 'Evaluation'))).not.toContain('corrupted');
    expect(tableOf(sectionOf(document, 'Evaluation'), 'Means')).toEqual([['', 'Samples', 'loss', 'mse', 'psnr'], ['validation', '20', '0.1100', '0.1100', '11.50']]);
    expect(tableOf(sectionOf(document, 'Evaluation'), 'The same')).toEqual([['', 'Samples', 'loss', 'mse'], ['zero', '12', '0.1000', '0.1000'], ['one', '8', '0.1200', '–']]);
    const probe = sectionOf(document, 'Probe');
    expect(tableOf(probe, 'Accuracy')).toEqual([['Accuracy of', 'Codes'], ['Linear probe', '85.00 %']]);
    expect(tableOf(probe, 'Confusion')).toEqual([['', 'zero', 'one'], ['zero', '11', '1'], ['one', '2', '6']]);
    expect(tableOf(probe, 'Most often')[1]).toEqual(['one', 'zero', '2', '25.0 %']);
    const robustness = sectionOf(document, 'Robustness');
    expect(tableOf(robustness, 'Means')).toEqual([['Strength', 'MSEnoisy input', 'MSErebuilt'], ['0.1', '0.01000', '0.1200'], ['0.2', '0.04000', '0.1500']]);
    const address = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
    expect(all(robustness, 'img')[0]!.attributes['src']).toBe(address);
    expect(all(sectionOf(document, 'Generated samples'), 'img')[0]!.attributes['src']).toBe(address);
    expect(textOf(sectionOf(document, 'What the run said'))).toContain('Warning: The data is < 0.');
  });

  it('says how to repeat it, with what would be read otherwise in quotes, and not where its author keeps files', async () => {
    const writer = await finished({ overrides: { 'training.epochs': 3, name: "it's", 'data.binarize': 'none' }, info: { threads: 2 } });
    const document = await report(writer);
    expect(textOf(all(sectionOf(document, 'How to repeat it'), 'pre')[0]!)).toBe("aeconf train digits.aeconf --device cpu --threads 2 --set training.epochs=3 --set 'name=it'\\''s' --set data.binarize=none");
    expect(textOf(document)).not.toContain('somebody');
  });

  it('lets nobody write HTML into it', async () => {
    const nasty = '</style></pre><script>alert(1)</script><img src=x onerror=alert(2)> "&amp;';
    const text = config(`, "description": ${JSON.stringify(nasty)}`).replace('by hand', nasty);
    const writer = await finished({ name: nasty, text, alert: nasty, info: { dataset: { name: nasty, shape: [28, 28, 1], train: 100, validation: 20, classNames: [nasty, 'one'] }, device: { id: 'cpu', name: nasty }, configPath: `/x/${nasty}.aeconf` } });
    await noteRun(writer.folder, nasty);
    await renameRun(writer.folder, nasty);
    await tagRun(writer.folder, [nasty]);
    const document = await report(writer, await finished());
    expect(all(document, 'script')).toEqual([]);
    expect(textOf(all(document, 'blockquote')[0]!)).toBe(nasty);
    expect(textOf(sectionOf(document, 'What was asked for'))).toContain(`// digits <b>drawn</b> ${nasty}`);
    expect(factsOf(sectionOf(document, 'Data'))['Data set']).toBe(nasty);
    expect(textOf(sectionOf(document, 'What the run said'))).toContain(`Warning: ${nasty}`);
  });
});

describe('a run that has not come to its end', () => {
  it('is told as it stands while it is live', async () => {
    const writer = await begin();
    writer.event(scalars(1, 'train', { loss: 0.2 }));
    writer.status({ state: 'training', epoch: 1.5, step: 3, epochs: 3 });
    const document = await report(writer);
    expect(textOf(all(document, 'header')[0]!)).toMatch(/training, epoch 1 of 3[^]*This run is not over\..*29 November 2026/);
    expect(tableOf(sectionOf(document, 'Training'), 'The numbers')[1]).toEqual(['loss', '0.2000', '–']);
    expect(() => sectionOf(document, 'Reconstructions')).toThrow();
    writer.close();
  });

  it('is told with the reason when it failed before it had data', async () => {
    const writer = await begin({ info: { dataset: { name: 'lfw', shape: [], train: 0, validation: 0 }, model: { latentShape: [], parameters: 0, trainable: 0 } } });
    writer.status({ state: 'failed', epoch: 0, step: 0, epochs: 3, message: 'There is no file faces.zip.' });
    writer.close();
    const document = await report(writer);
    expect(textOf(all(document, 'header')[0]!)).toMatch(/This run failed\. There is no file faces\.zip\.[^]*It has no checkpoint[^]*no epoch was finished/);
    expect(textOf(sectionOf(document, 'Data'))).toContain('The data set lfw was not read');
    expect(textOf(sectionOf(document, 'Training'))).toContain('No epoch was finished, so there are no numbers to tell.');
    expect(all(document, 'figure')).toEqual([]);
  });

  it('says that it was interrupted', async () => {
    const writer = await finished();
    const file = path.join(writer.folder, runFiles.status);
    fs.writeFileSync(file, JSON.stringify({ ...JSON.parse(fs.readFileSync(file, 'utf8')) as object, state: 'training', pid: 2 ** 22 + 1 }));
    expect(textOf(all(await report(writer), 'header')[0]!)).toMatch(/This run was interrupted\. Its process .* ended without a word/);
  });

  it('tells of what is damaged what can be told', async () => {
    const writer = await finished();
    for (const name of [runFiles.picture(2), runFiles.resolvedConfig]) fs.writeFileSync(path.join(writer.folder, name), '{');
    fs.appendFileSync(path.join(writer.folder, runFiles.events), 'nonsense\n');
    fs.rmSync(path.join(writer.folder, runFiles.latentSamples));
    const document = await report(writer);
    const told = textOf(all(document, 'header')[0]!);
    for (const what of ['1 line of events.jsonl', 'epoch-0002.safetensors', 'config.resolved.json is not understood', 'samples.safetensors']) expect(told).toContain(what);
    expect(tableOf(sectionOf(document, 'Training'), 'The numbers')[1]).toEqual(['loss', '0.1000', '0.1100', '0.05000', '0.1250']);
    expect(() => sectionOf(document, 'Latent space')).toThrow();
  });

  it('has no pictures of files that do not belong together', async () => {
    const writer = await finished();
    await writer.tensors(runFiles.picture(2), { reconstruction: tensor(new Float32Array(2 * 784), [2, 784]), code: tensor(new Float32Array(10), [2, 5]) });
    await writer.tensors(runFiles.latentSamples, { labels: tensor(Int32Array.of(0)) });
    const document = await report(writer);
    expect(textOf(all(document, 'header')[0]!)).toMatch(/pictures\/epoch-0002[^]*is damaged[^]*latents\/epoch-0002[^]*is damaged/);
    for (const section of ['Reconstructions', 'Latent space']) expect(() => sectionOf(document, section)).toThrow();
  });

  it('is there even without run.json', async () => {
    const writer = await finished();
    fs.rmSync(path.join(writer.folder, runFiles.info));
    const document = await report(writer);
    expect(textOf(all(document, 'header')[0]!)).toContain('run.json cannot be used: it is missing');
    expect(sectionOf(document, 'What was asked for')).toBeDefined();
  });
});

describe('the report of several runs', () => {
  it('compares them first and names the best one', async () => {
    const [a, b] = [await finished({ name: 'small' }), await finished({ name: 'large', overrides: { 'latent.units': 4 }, status: { bestValidationLoss: 0.09 } })];
    const document = await report(a, b);
    expect(all(document, 'h1').map(textOf)).toEqual(['2 runs compared', 'small', 'large']);
    const results = tableOf(document, 'How each run ended');
    expect(results.slice(0, 4)).toEqual([['', 'small', 'large ★'], ['State', 'finished, epoch 3 of 3', 'finished, epoch 3 of 3'], ['Best validation loss (epoch)', '0.1100 (2)', '0.09000 (2)'], ['Last validation loss', '0.1250', '0.1250']]);
    expect(results.slice(4).map(([name]) => name)).toEqual(['Last training loss', 'Last validation mse', 'Last training mse', 'Last validation psnr', 'Last training psnr', 'Mean squared error', 'that of principal components', 'The model is', 'Parameters', 'Training took']);
    expect(tableOf(document, 'The settings')).toEqual([['Run', 'latent.units'], ['small', '2'], ['large', '4']]);
    expect(all(document, 'article').map(({ attributes }) => attributes['id'])).toEqual(['run-1', 'run-2']);
    expect(all(all(document, 'nav')[0]!, 'a').map(({ attributes }) => attributes['href'])).toEqual(['#run-1', '#run-2']);
  });

  it('turns the table when there are many', async () => {
    const many: RunWriter[] = [];
    for (let i = 0; i < 5; i++) many.push(await finished({ name: `run ${i}`, overrides: { seed: i } }));
    const document = await report(...many);
    const [head, ...rows] = tableOf(document, 'How each run ended');
    expect(head).toEqual(['Run', 'State', 'Best validation loss (epoch)', 'Last validation loss', 'Mean squared error', 'that of principal components', 'The model is', 'Parameters', 'Training took']);
    expect(rows.map(row => row.slice(0, 3))).toEqual(many.map((_, i) => [`run ${i}`, 'finished, epoch 3 of 3', '0.1100 (2)']));
    expect(textOf(document)).not.toContain('★');
    expect(tableOf(document, 'The settings')[1]).toEqual(['run 0', '0']);
  });

  it('sets many settings of many runs in several tables', async () => {
    const many: RunWriter[] = [];
    for (let i = 0; i < 5; i++) many.push(await finished({ name: `run ${i}`, overrides: { seed: i, 'data.train': 100 + i, 'data.seed': i, 'encoder[1].units': 8 + i, 'training.epochs': 3 + i, 'training.batchSize': 50 + i } }));
    const document = await report(...many);
    const [first, second] = [tableOf(document, 'The settings in which the runs differ'), tableOf(document, 'The settings in which the runs differ, continued')];
    expect(first[0]).toEqual(['Setting', 'run 0', 'run 1', 'run 2', 'run 3']);
    expect(second).toEqual([['Setting', 'run 4'], ['seed', '4'], ['data.train', '104'], ['data.seed', '4'], ['encoder[1].units', '12'], ['training.epochs', '7'], ['training.batchSize', '54']]);
  });

  it('names none where losses do not mean the same', async () => {
    const document = await report(await finished(), await finished({ overrides: { 'training.loss': 'mae' }, status: { bestValidationLoss: 0.01 } }));
    expect(textOf(document)).toContain('The losses do not mean the same, so the lowest is not the best: the runs differ in training.loss.');
    expect(textOf(document)).not.toContain('★');
  });

  it('says why runs cannot be compared, and tells of each', async () => {
    const [a, b] = [await finished(), await finished()];
    fs.rmSync(path.join(b.folder, runFiles.resolvedConfig));
    const document = await report(a, b);
    expect(textOf(document)).toContain('The runs could not be compared:');
    expect(all(document, 'article')).toHaveLength(2);
  });
});

it('projects codes of many numbers on their principal components', async () => {
  const writer = await finished({ overrides: { 'latent.units': 3 }, info: { model: { latentShape: [3], parameters: 1, trainable: 1 } } satisfies { model: RunInfo['model'] } });
  await writer.tensors(runFiles.picture(2), { reconstruction: tensor(new Float32Array(2 * 784), [2, 784]), code: tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]) });
  await writer.tensors(runFiles.latent(2), { code: tensor(Float32Array.of(0, 0, 5, 1, 0, 5, 2, 0, 5, 3, 0, 5), [4, 3]), error: tensor(new Float32Array(4)) });
  const latent = sectionOf(await report(writer), 'Latent space');
  expect(textOf(latent)).toContain('the 3 numbers of a code projected on their first two principal components');
  expect(all(latent, 'text').map(textOf)).toContain('first principal component (100 % of the variance)');
});
