// `npm run bench:views`: what the live views take from a training. The window of VS Code with all three views is opened and shut during one
// training, again and again, because a machine may be slower in one minute than in the next: each pair is of the same minute.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ScriptError, main, root, run } from '../scripts/lib/process.mjs';
import { ensureDependencies } from '../scripts/lib/tools.mjs';
import { dataFolder, readEvents, speed, writeConfig } from './measure.mjs';
import { allViews, requireViews, serveWindow } from './window.mjs';

const usage = `npm run bench:views [-- options]

  --rounds N     how often the window is opened and shut (default 6)
  --seconds N    how long each state is watched (default 20)
  --views LIST   of ${allViews.join(',')}, or none: what VS Code takes without them (default all)
  --help         this text`;

/** Seconds until the views of a window have calmed down (src/webviews/shared/pace.ts), and until a shut window has ended. */
const CALM = 38;
const SHUT = 8;

const median = values => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};
const percent = share => `${(100 * share).toFixed(1)} %`;

function runFolder(folder) {
  const runs = join(folder, '.autoencoder/runs');
  const [id] = existsSync(runs) ? readdirSync(runs).filter(name => !name.startsWith('.')) : [];
  if (id === undefined) throw new Error(`No training has begun in ${folder}.`);
  return join(runs, id);
}

const pidOf = folder => JSON.parse(readFileSync(join(runFolder(folder), 'status.json'), 'utf8')).pid;

/** Where one has begun and is still there; what went wrong before is not to be hidden by this. */
function endTraining(folder) {
  try {
    process.kill(pidOf(folder), 'SIGKILL');
  } catch (error) {
    console.warn(`The training could not be ended: ${error.message}`);
  }
}

/** CPU seconds of the trainer, as Linux counts them; NaN elsewhere. */
function trainerSeconds(folder) {
  if (process.platform !== 'linux') return NaN;
  const stat = readFileSync(`/proc/${pidOf(folder)}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function watch(folder, seconds) {
  const start = Date.now();
  const before = trainerSeconds(folder);
  await sleep(1000 * seconds);
  const cpu = (trainerSeconds(folder) - before) / (Date.now() - start) * 1000;
  return { cpu, secondsPerEpoch: speed(await readEvents(runFolder(folder)), start).secondsPerEpoch };
}

await main(async () => {
  const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '6' }, seconds: { type: 'string', default: '20' }, views: { type: 'string', default: allViews.join() }, help: { type: 'boolean', default: false } } });
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const [rounds, seconds] = [Number(options.rounds), Number(options.seconds)];
  if (!Number.isInteger(rounds) || rounds < 1) throw new ScriptError(`--rounds ${options.rounds} is not a number of rounds.`);
  if (!(seconds >= 1)) throw new ScriptError(`--seconds ${options.seconds} is not a number of seconds.`);
  const views = options.views === 'none' ? [] : options.views.split(',');
  const strange = views.find(view => !allViews.includes(view));
  if (strange !== undefined) throw new ScriptError(`--views knows ${allViews.join(', ')} and none, not "${strange}".`);
  await ensureDependencies();
  const built = await run(process.execPath, [join(root, 'scripts/build.mjs'), '--production']);
  if (built !== 0) return built;
  const folder = await mkdtemp(join(tmpdir(), 'aeconf-bench-'));
  const data = dataFolder();
  const config = await writeConfig(folder, { sample: 'janet-50', batchSize: 1000 }, [], data !== undefined);
  const window = await serveWindow(folder, { config: config.slice(folder.length + 1), views, device: 'cpu', data });
  const pairs = [];
  try {
    let page = await window.open();
    // The principal components of the first epochs are not to be measured.
    await sleep(20_000);
    for (let round = 0; round < rounds; round++) {
      page ??= await window.open();
      await sleep(1000 * CALM);
      await requireViews(page, views);
      const open = await watch(folder, seconds);
      await window.close();
      page = undefined;
      await sleep(1000 * SHUT);
      const shut = await watch(folder, seconds);
      pairs.push({ time: open.secondsPerEpoch / shut.secondsPerEpoch - 1, cpu: 1 - open.cpu / shut.cpu });
      console.log(`open: ${open.secondsPerEpoch.toFixed(3)} s an epoch, trainer ${open.cpu.toFixed(2)} s of CPU a second; shut: ${shut.secondsPerEpoch.toFixed(3)}, ${shut.cpu.toFixed(2)}; ${percent(pairs.at(-1).time)} slower, ${percent(pairs.at(-1).cpu)} less CPU`);
    }
    console.log(`JANet-50, batch 1,000, views: ${options.views}; median of ${pairs.length} pairs: ${percent(median(pairs.map(({ time }) => time)))} slower, ${percent(median(pairs.map(({ cpu }) => cpu)))} less CPU for the training.`);
    return 0;
  } finally {
    await window.stop();
    endTraining(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
