// `npm run bench`: how fast the reference models train and how much memory that takes: in the terminal, there with every metric
// measured after each epoch, in VS Code on the same machine without a view, and with all live views open. Prints a table and writes
// out/bench/<date>.json. Speeds stand beside what the machine reaches in a large matrix product.
import { execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { cpus, getPriority, release, setPriority, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ScriptError, main, root, run } from '../scripts/lib/process.mjs';
import { ensureChromium, ensureDependencies, node24 } from '../scripts/lib/tools.mjs';
import { bundleProducts, dataFolder, watchRun, writeConfig } from './measure.mjs';
import { allViews, requireViews, serveWindow } from './window.mjs';

/** `limit` keeps an epoch of the slow model to a few seconds; steps per second do not depend on it. */
const cases = [
  { name: 'JANet-50, batch 1000', sample: 'janet-50', batchSize: 1000 },
  { name: 'JANet-50, batch 128', sample: 'janet-50', batchSize: 128 },
  { name: 'conv-denoise-16, batch 128', sample: 'systems/conv-denoise-16', batchSize: 128, limit: 6400 },
];

const usage = `npm run bench [-- options]

  --only TEXT    only the cases whose name contains TEXT
  --rounds N     measure each N times and take the median (default 3)
  --seconds N    how long each is watched, once it is warm (default 20)
  --no-views     only in the terminal
  --device D     device to train on (default cpu)
  --threads      CPU time by name of thread, not only by process
  --help         this text`;

const percent = share => (share === undefined ? '' : `${(100 * share).toFixed(1)} %`);
const median = values => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function headless(folder, config, data, { device, seconds, threads }) {
  const runs = join(folder, '.autoencoder/runs');
  // The Node of VS Code, so that both sides differ by the views alone.
  const trainer = spawn(await node24(), [join(root, 'dist/aeconf.js'), 'train', config, '--runs', runs, '--device', device,
    ...(data === undefined ? [] : ['--data', data])], { stdio: 'ignore' });
  const ended = new Promise(resolve => trainer.on('exit', resolve));
  const failed = ended.then(code => { throw new ScriptError(`aeconf train ended with exit code ${code}.`); });
  try {
    return await Promise.race([watchRun(runs, { seconds, threads }), failed]);
  } finally {
    trainer.kill('SIGKILL');
    await ended;
  }
}

/** For root Chromium lifts its drawing above everything else, thread by thread; back to where it is for any other user. */
async function lowerPriority(parent) {
  if (process.platform !== 'linux') return;
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const above = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (above !== parent) continue;
    for (const thread of await readdir(`/proc/${name}/task`).catch(() => [])) setPriority(Number(thread), getPriority());
    await lowerPriority(pid);
  }
}

async function inEditor(folder, config, data, { device, seconds, threads }, views) {
  const window = await serveWindow(folder, { config: config.slice(folder.length + 1), views, device, data });
  try {
    const page = await window.open();
    return await watchRun(join(folder, '.autoencoder/runs'), {
      seconds,
      threads,
      ready: async () => {
        // A training is no longer young then, and its views have calmed down (src/webviews/shared/pace.ts).
        await page.waitForTimeout(25_000);
        await requireViews(page, views);
        await lowerPriority(process.pid);
      },
    });
  } finally {
    await window.stop();
  }
}

const allMetrics = ['mse', 'mae', 'binaryCrossentropy', 'psnr', 'ssim', 'accuracy', 'binaryAccuracy'];

/** The ways to train, each by what is measured and the views that are open; without `views` it is the terminal. */
const modes = {
  terminal: { metrics: [] },
  'terminal, all metrics': { metrics: allMetrics },
  'VS Code, no view': { metrics: [], views: [] },
  'all views open': { metrics: [], views: allViews },
};

async function measure(example, mode, how, data) {
  const folder = await mkdtemp(join(tmpdir(), 'aeconf-bench-'));
  try {
    const { metrics, views } = modes[mode];
    const config = await writeConfig(folder, example, metrics, data !== undefined);
    const flops = how.products('step', config);
    // Right before each training, because a machine may be slower in one minute than in the next.
    const peak = how.device === 'auto' ? undefined : how.products('peak', how.device);
    const watched = views === undefined ? await headless(folder, config, data, how) : await inEditor(folder, config, data, how, views);
    return { ...watched, ...(peak === undefined ? {} : { peakFlops: peak, shareOfPeak: watched.stepsPerSecond * flops / peak }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main(async () => {
  const { values: options } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '20' },
      'no-views': { type: 'boolean', default: false },
      device: { type: 'string', default: 'cpu' },
      threads: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const rounds = Number(options.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new ScriptError(`--rounds ${options.rounds} is not a number of rounds.`);
  const seconds = Number(options.seconds);
  if (!(seconds >= 1)) throw new ScriptError(`--seconds ${options.seconds} is not a number of seconds.`);
  const chosen = cases.filter(example => example.name.includes(options.only));
  if (chosen.length === 0) throw new ScriptError(`No case contains "${options.only}"; there are: ${cases.map(example => example.name).join('; ')}.`);

  await ensureDependencies();
  const built = await run(process.execPath, [join(root, 'scripts/build.mjs'), '--production']);
  if (built !== 0) return built;
  const views = !options['no-views'];
  const how = { device: options.device, seconds, threads: options.threads, products: await bundleProducts() };
  if (views) await ensureChromium();
  const data = dataFolder();
  const report = {
    date: new Date().toISOString(),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim(),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown', threads: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()} ${process.arch}`, node: process.version,
    },
    device: options.device,
    data: data === undefined ? 'drawn digits (glyphs), 60,000 + 10,000 of 28×28×1, in place of the real sets' : 'Fashion-MNIST and MNIST',
    rounds,
    secondsEach: seconds,
    results: [],
  };
  console.log(`${report.machine.cpu}, ${report.machine.threads} threads, ${report.machine.memoryGiB} GiB, ${report.machine.system}, Node ${report.machine.node}`);
  console.log(`Data: ${report.data}. Device: ${report.device}. Median of ${rounds}.\n`);

  for (const example of chosen) {
    const rows = Object.fromEntries(Object.keys(modes).filter(mode => views || modes[mode].views === undefined).map(mode => [mode, []]));
    // Turn by turn, so that a machine that warms up or slows down treats both alike.
    for (let round = 0; round < rounds; round++) {
      for (const mode of Object.keys(rows)) rows[mode].push(await measure(example, mode, how, data));
    }
    for (const mode of Object.keys(rows)) {
      const of = key => median(rows[mode].map(row => row[key]));
      const parts = [...new Set(rows[mode].flatMap(row => Object.keys(row.cpuPerSecond)))];
      const cpuPerSecond = Object.fromEntries(parts.map(part => [part, median(rows[mode].map(row => row.cpuPerSecond[part] ?? 0))]));
      const cpuPerEpoch = rows[mode].every(row => row.cpuPerEpoch !== undefined) ? { cpuPerEpoch: of('cpuPerEpoch') } : {};
      const share = options.device === 'auto' ? {} : { peakFlops: of('peakFlops'), shareOfPeak: of('shareOfPeak') };
      report.results.push({ case: example.name, mode, cpuPerSecond, ...cpuPerEpoch, ...share, stepsPerSecond: of('stepsPerSecond'), secondsPerEpoch: of('secondsPerEpoch'), peakMiB: of('peakMiB'), rounds: rows[mode] });
    }
    // Round by round, because a machine may be slower in one minute than in the next.
    const [alone, ...others] = report.results.filter(result => result.case === example.name);
    const more = (other, key) => median(other.rounds.map((row, i) => row[key] / alone.rounds[i][key] - 1));
    for (const other of others) {
      other.slowdown = more(other, 'secondsPerEpoch');
      if (other.cpuPerEpoch !== undefined) other.moreCpu = more(other, 'cpuPerEpoch');
    }
  }

  console.table(Object.fromEntries(report.results.map(result => [`${result.case}, ${result.mode}`, {
    'steps/s': Number(result.stepsPerSecond.toFixed(1)),
    's/epoch': Number(result.secondsPerEpoch.toFixed(3)),
    'CPU s/epoch': result.cpuPerEpoch === undefined ? '' : Number(result.cpuPerEpoch.toFixed(3)),
    'peak GFLOP/s': result.peakFlops === undefined ? '' : Math.round(result.peakFlops / 1e9),
    'share of peak': percent(result.shareOfPeak),
    'peak MiB': Math.round(result.peakMiB),
    'slower by': percent(result.slowdown),
    'more CPU': percent(result.moreCpu),
  }])));
  for (const result of report.results.filter(each => modes[each.mode].views !== undefined)) {
    console.log(`\nCPU time in milliseconds a second: ${result.case}, ${result.mode}`);
    const spent = Object.entries(result.cpuPerSecond).map(([part, each]) => [part, Math.round(1000 * each)]).filter(([, each]) => each > 0);
    console.table(Object.fromEntries(spent.toSorted((a, b) => b[1] - a[1]).slice(0, 16).map(([part, each]) => [part, { 'ms of CPU': each }])));
  }
  const folder = join(root, 'out/bench');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${report.date.slice(0, 19).replaceAll(':', '-')}.json`);
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`Written to ${file.slice(root.length)}`);
  return 0;
});
