// `npm run parity`: twenty steps of every sample on every engine of this machine and in Keras; writes docs/PARITY.md and
// docs/parity.json. Each engine has a process of its own, so that a driver that fails takes no other's numbers with it.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { ScriptError, cacheFolder, main, root, run } from '../../scripts/lib/process.mjs';
import { preparePython } from '../../scripts/lib/python.mjs';
import { prepareTensorflow } from '../../scripts/lib/tensorflow.mjs';
import { softwareGpu } from '../../scripts/lib/tools.mjs';

const usage = `npm run parity [-- options]

  --keras         trains the samples in Keras too and keeps its losses in test/parity/golden/samples.json; then checks that
                  exported scripts of all samples compute the same (a virtual environment in .cache/, made by pip); without it the numbers kept there are compared with
  --python FILE   the Python with Keras, in place of that environment
  --only NAMES    samples with commas ("systems/janet-50,systems/janet-50@1000"): a new one is added, all other rows stay as they are
  --gpu WHICH     samples for WebGPU, "all" or names with commas; all where there is a GPU, a few where software stands in for one
  --help          this text`;

/** Half a minute of processor time each by the driver in software. */
const few = 'beyond/spherical,conv-mirror,janet-50,quickstart,systems/dae-batchnorm,types/convolutional,types/variational';

const devices = ['cpu', 'wasm', 'tensorflow', 'webgpu'];
const program = join(root, 'out/parity.mjs');

/** Standard output into a file, in one piece. */
async function capture(command, args, file) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve, reject) => {
    child.on('error', error => reject(new ScriptError(`${command} did not start: ${error.message}`)));
    child.on('close', resolve);
  });
  const out = child.stdout.pipe(createWriteStream(file));
  const code = await ended;
  await finished(out);
  if (code !== 0) throw new ScriptError(`${[command, ...args].join(' ')} ended with exit code ${code}; its output is above.`);
}

async function keras(python, folder, only) {
  const courses = join(folder, 'courses');
  if (await run(process.execPath, [program, 'export', courses, ...only]) !== 0) throw new ScriptError('The samples could not be exported.');
  for (const dtype of ['float32', 'float64']) {
    console.log(`Keras, ${dtype} …`);
    await capture(python, ['test/parity/make_samples.py', courses, dtype], join(folder, `keras-${dtype}.json`));
  }
  await rm(courses, { recursive: true });
  if (await run(process.execPath, [program, 'keep', folder, ...only]) !== 0) throw new ScriptError('The losses of Keras could not be kept.');
}

await main(async () => {
  const { values: options } = parseArgs({ options: { keras: { type: 'boolean' }, python: { type: 'string' }, only: { type: 'string' }, gpu: { type: 'string' }, help: { type: 'boolean' } } });
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const only = options.only === undefined ? [] : [options.only];
  const folder = join(cacheFolder, only.length === 0 ? 'parity' : 'parity-only');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await build({ entryPoints: [join(root, 'test/parity/main.ts')], outfile: program, bundle: true, packages: 'external', platform: 'node', format: 'esm', logLevel: 'error' });
  if (options.keras || options.python !== undefined) {
    const python = await preparePython(['tensorflow-cpu', 'keras'], options.python);
    await keras(python, folder, only);
    process.env.AECONF_KERAS = python;
    if (await run('npx', ['vitest', 'run', 'test/parity/script.test.ts']) !== 0) throw new ScriptError('An exported script computes something else.');
  }

  const driver = process.env.VK_ICD_FILENAMES ?? await softwareGpu();
  if (driver !== undefined) process.env.VK_ICD_FILENAMES = driver;
  // Full batches would take the driver in software minutes.
  const fewOfThese = only[0]?.split(',').filter(name => !name.includes('@')).join(',') ?? few;
  const onGpu = options.gpu ?? (driver === undefined ? 'all' : fewOfThese);
  if (process.env.AECONF_TENSORFLOW === undefined) {
    const { folder: found, why } = await prepareTensorflow();
    if (found === undefined) console.log(`Without TensorFlow: ${why}`);
    else process.env.AECONF_TENSORFLOW = found;
  }
  for (const device of devices) {
    console.log(`${device} …`);
    const names = device === 'webgpu' && onGpu !== 'all' ? [onGpu] : only;
    if (await run(process.execPath, [program, 'train', device, folder, ...names]) !== 0) console.log(`${device} did not come to an end; the table says so.`);
  }
  console.log('one rounding …');
  if (await run(process.execPath, [program, 'move', folder, ...only]) !== 0) throw new ScriptError('What one rounding does could not be measured.');
  return run(process.execPath, [program, 'report', folder, ...only]);
});
