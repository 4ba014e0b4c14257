// `npm run bench:peers`: how fast reference models train here and in Keras, PyTorch and TensorFlow.js: same models, first weights, data
// in the same order, batch sizes and threads. All contenders of a case stay in memory and train in turns, so that a machine that is
// slower in one minute than in the next treats them alike; what counts is the ratio of neighbouring turns.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { ScriptError, cacheFolder, main, root, run } from '../../scripts/lib/process.mjs';
import { preparePython } from '../../scripts/lib/python.mjs';
import { prepareTensorflow } from '../../scripts/lib/tensorflow.mjs';
import { node24 } from '../../scripts/lib/tools.mjs';
import { bundleProducts } from '../measure.mjs';
import { cases } from './cases.mjs';
import { contend, machineCpu, variantsOf } from './contenders.mjs';
import { keep, writePage } from './report.mjs';

const usage = `npm run bench:peers [-- options]

  --only TEXT       only the cases whose name contains TEXT (or one of several, with commas): ${cases.map(({ name }) => name).join(', ')}
  --against LIST    of keras,torch,tfjs,tensorflow (default: all; tensorflow is our own engine on TensorFlow)
  --turns N         turns of each contender (default 5)
  --seconds N       seconds of a turn, at least (default 2)
  --starts N        starts of each contender, of which the median counts (default 1)
  --threads N       threads of each contender (default: all ${availableParallelism()})
  --tune            first tries Keras with jit_compile, and PyTorch without Adam's fused and without channels_last, and takes what is fastest
  --python FILE     a Python with tensorflow, keras and torch, in place of an environment in .cache/ made by pip
  --no-build        takes dist/ as it is
  --quick           drawn digits, 25,600 samples, turns of 0.2 s; keeps nothing
  --help            this text

Cases that were measured are kept in docs/benchmarks/; docs/BENCHMARKS.md is made of all that lie there.`;

const median = values => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

function dataFolder() {
  return [process.env.AECONF_TEST_DATA, join(root, '../shared/data')].find(folder => folder !== undefined && existsSync(join(folder, 'fashion-mnist')));
}

/** Starts it, lets it take a turn, ends it: once with every variant. */
async function fastestVariant(who, variants, settings) {
  const tried = [];
  for (const variant of variants) {
    const contender = await contend(who, variant, settings());
    try {
      await contender.go(0.5);
      tried.push({ variant, samplesPerSecond: (await contender.go(1)).samplesPerSecond });
    } finally {
      await contender.end();
    }
  }
  return tried.toSorted((a, b) => b.samplesPerSecond - a.samplesPerSecond);
}

/** Which variant is fastest is found out once for a machine and kept in .cache/. */
async function tuned(example, who, settings) {
  const variants = variantsOf(who, example.convolves === true);
  if (variants.length === 1) return { variant: variants[0], tried: [] };
  const file = join(cacheFolder, 'peers', `tuned-${example.name}-${who}.json`);
  if (!existsSync(file)) {
    console.log(`  ${who}: trying ${variants.map(variant => variant.join(' + ') || 'plain').join(', ')}`);
    await mkdir(join(cacheFolder, 'peers'), { recursive: true });
    await writeFile(file, JSON.stringify(await fastestVariant(who, variants, settings)));
  }
  const tried = JSON.parse(await readFile(file, 'utf8'));
  return { variant: tried[0].variant, tried };
}

/** Operations per second of a large product in each library that is there: which of them is the fastest depends on the processor. */
function productsOf({ python, threads, ours }) {
  const others = python === undefined ? [] : ['torch', 'tensorflow'].map(name => [name, Number(execFileSync(python, [join(root, 'bench/peers/peak.py'), name, String(threads)], { encoding: 'utf8', stdio: 'pipe' }))]);
  return Object.fromEntries([['onnxruntime', ours('peak', 'cpu')], ...others]);
}

const larger = (a, b) => Object.fromEntries(Object.entries(a).map(([name, value]) => [name, Math.max(value, b[name])]));

/** A turn, and the share of the processor that everything else on the machine took meanwhile. */
async function turnOf(contender, seconds) {
  const [began, own, all] = [performance.now(), contender.cpu(), machineCpu()];
  const turn = await contender.go(seconds);
  const spent = (performance.now() - began) / 1000;
  const others = Math.max(0, (machineCpu() - all - (contender.cpu() - own)) / (spent * cpus().length));
  return { ...turn, others: Number(others.toFixed(3)) };
}

async function measure(example, who, { options, common }) {
  const folder = await mkdtemp(join(tmpdir(), 'aeconf-peers-'));
  const contenders = new Map();
  let runs = 0;
  const settings = () => ({ ...common, folder, batchSize: example.batchSize, runs: join(folder, `runs-${runs++}`) });
  try {
    const wish = { sample: example.sample, batchSize: example.batchSize, folder, ...(options.quick ? { limit: 25_600 } : { limit: example.limit, data: dataFolder() }) };
    if (await run(process.execPath, [join(root, 'out/peers-prepare.mjs'), JSON.stringify(wish)]) !== 0) throw new ScriptError(`${example.name} could not be prepared.`);
    const { flops, samples, validation } = JSON.parse(await readFile(join(folder, 'case.json'), 'utf8'));
    const results = {};
    for (const name of who) {
      try {
        const { variant, tried } = options.quick || !options.tune ? { variant: variantsOf(name, example.convolves === true)[0], tried: [] } : await tuned(example, name, settings);
        const firsts = [];
        for (let start = 0; start < options.starts; start++) {
          await contenders.get(name)?.end();
          const contender = await contend(name, variant, settings());
          contenders.set(name, contender);
          firsts.push(contender.first);
        }
        results[name] = { variant, tried, firsts, turns: [] };
        console.log(`  ${name}${variant.length > 0 ? ` (${variant.join(', ')})` : ''}: first epoch after ${firsts.map(({ seconds }) => seconds.toFixed(1)).join(', ')} s, loss ${firsts[0].loss}`);
        await contenders.get(name).go(options.quick ? 0.1 : 0.5);
      } catch (error) {
        // Not every model can be said in every framework; the others are measured all the same.
        if (name === 'ours' || options.quick) throw error;
        const lines = error.message.trim().split('\n');
        results[name] = { failed: lines.findLast(line => /Error: /.test(line)) ?? lines.at(-1) };
        console.log(`  ${name}: ${results[name].failed}`);
        await contenders.get(name)?.end();
        contenders.delete(name);
      }
    }
    const before = productsOf(common);
    for (let turn = 0; turn < options.turns; turn++) {
      for (const [name, contender] of contenders) results[name].turns.push(await turnOf(contender, options.seconds));
    }
    const products = larger(before, productsOf(common));
    for (const [name, contender] of contenders) results[name].peakMiB = contender.peak();
    return { flops, samples, validation, results, products };
  } finally {
    for (const contender of contenders.values()) await contender.end();
    await rm(folder, { recursive: true, force: true });
  }
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' }, against: { type: 'string', default: 'keras,torch,tfjs,tensorflow' }, turns: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' }, starts: { type: 'string', default: '1' }, threads: { type: 'string', default: String(availableParallelism()) },
      python: { type: 'string' }, quick: { type: 'boolean', default: false }, tune: { type: 'boolean', default: false }, 'no-build': { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const numbers = Object.fromEntries(['turns', 'seconds', 'starts', 'threads'].map(name => {
    const value = Number(values[name]);
    if (!(value > 0) || (name !== 'seconds' && !Number.isInteger(value))) throw new ScriptError(`--${name} ${values[name]} is not a number of ${name}.`);
    return [name, value];
  }));
  const against = values.against.split(',').filter(name => name !== '');
  const strange = against.find(name => !['keras', 'torch', 'tfjs', 'tensorflow'].includes(name));
  if (strange !== undefined) throw new ScriptError(`--against knows keras, torch, tfjs and tensorflow, not "${strange}".`);
  const chosen = cases.filter(({ name }) => values.only.split(',').some(part => name.includes(part)));
  if (chosen.length === 0) throw new ScriptError(`No case contains "${values.only}"; there are: ${cases.map(({ name }) => name).join(', ')}.`);
  return { ...values, ...numbers, ...(values.quick ? { seconds: 0.2, turns: 2, starts: 1 } : {}), against, chosen };
}

await main(async () => {
  if (process.platform !== 'linux') throw new ScriptError('The benchmark reads memory and processor time from /proc, so it runs on Linux only.');
  const options = readOptions();
  if (options === undefined) {
    console.log(usage);
    return 0;
  }
  const wants = name => options.against.includes(name);
  const python = wants('keras') || wants('torch') ? await preparePython(['tensorflow-cpu', 'keras', 'torch'], options.python) : undefined;
  let tensorflow = process.env.AECONF_TENSORFLOW;
  if ((wants('tfjs') || wants('tensorflow')) && tensorflow === undefined) {
    const prepared = await prepareTensorflow();
    tensorflow = prepared.folder;
    if (tensorflow === undefined) console.log(`Without tfjs-node: ${prepared.why}`);
  }
  const built = options['no-build'] ? 0 : await run(process.execPath, [join(root, 'scripts/build.mjs'), '--production'], { quiet: true });
  if (built !== 0) return built;
  await build({ entryPoints: [join(root, 'bench/peers/prepare.ts')], outfile: join(root, 'out/peers-prepare.mjs'), bundle: true, packages: 'external', platform: 'node', format: 'esm', logLevel: 'error' });
  const who = ['ours', ...(wants('keras') ? ['keras'] : []), ...(wants('torch') ? ['torch'] : []),
    ...(wants('tensorflow') && tensorflow !== undefined ? ['ours on TensorFlow'] : []), ...(wants('tfjs') && tensorflow !== undefined ? ['tfjs'] : [])];
  const ours = await bundleProducts();
  const facts = {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim(),
    command: `npm run bench:peers -- ${process.argv.slice(2).filter((arg, i, all) => arg !== '--python' && all[i - 1] !== '--python').join(' ')}`.trim(),
    machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} threads, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}, Node ${process.version}, ours as VS Code starts it: ${execFileSync(await node24(), ['--version'], { encoding: 'utf8' }).trim()}`,
    threads: options.threads, data: options.quick || dataFolder() === undefined ? 'drawn digits' : 'the real sets', turns: options.turns, seconds: options.seconds,
  };
  for (const example of options.chosen) {
    console.log(`${example.title}`);
    const result = await measure(example, who, { options, common: { threads: options.threads, python, tensorflow, ours, data: options.quick ? undefined : dataFolder() } });
    for (const [name, { turns = [] }] of Object.entries(result.results)) {
      if (turns.length > 0) console.log(`  ${name}: ${Math.round(median(turns.map(turn => turn.samplesPerSecond)))} samples/s`);
    }
    if (options.quick) continue;
    await keep(example, { ...facts, ...result });
    await writePage();
  }
  return 0;
});
