// Who is measured: each a process that trains one epoch at once and then, in turns, as long as it is told. Ours is `aeconf train` as the
// extension starts it, with a Node like VS Code's, watched through its run folder and stopped (SIGSTOP) while it is not its turn; the others answer lines of text.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScriptError, root } from '../../scripts/lib/process.mjs';
import { node24 } from '../../scripts/lib/tools.mjs';

/** What /proc counts CPU time in: 1/100 s on every Linux of today. */
const TICK = 0.01;
/** An epoch that takes longer is no benchmark. */
const PATIENCE = 600_000;

function cpuOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}

/** CPU seconds that the whole machine has spent since it was started. */
export function machineCpu() {
  const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK;
}

/** Largest resident memory so far, in MiB. */
function peakOf(pid) {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

/** All that were started; none outlives the benchmark, however it ends. */
const children = new Set();
process.on('exit', () => { for (const child of children) child.kill('SIGKILL'); });
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => { process.exit(1); });

/** A process and the end of what it says on its standard error. */
function start(command, args, env) {
  const child = spawn(command, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  children.add(child);
  child.on('exit', () => children.delete(child));
  const state = { child, began: performance.now(), errors: '' };
  child.stderr.on('data', chunk => { state.errors = (state.errors + chunk).slice(-2000); });
  state.failed = new Promise((_, reject) => {
    child.on('error', error => reject(new ScriptError(`${command} did not start: ${error.message}`)));
    child.on('exit', (code, signal) => reject(new ScriptError(`${command} ended (${signal ?? `exit code ${code}`}): ${state.errors}`)));
  });
  state.failed.catch(() => undefined);
  return state;
}

async function end({ child }) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise(resolve => child.on('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/** A training that answers lines of JSON (talk.py). */
async function talking(command, args, env = {}) {
  const state = start(command, args, env);
  const lines = createInterface({ input: state.child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await Promise.race([lines.next(), state.failed]);
    // The end of what it says comes before the reason.
    return JSON.parse(done ? await state.failed : value);
  };
  const first = await answer();
  const seconds = (performance.now() - state.began) / 1000;
  return {
    first: { ...first, seconds, cpu: cpuOf(state.child.pid) },
    async go(wanted) {
      state.child.stdin.write(`go ${wanted}\n`);
      const { samples, seconds: spent, cpu } = await answer();
      return { samplesPerSecond: samples / spent, cpuPerThousand: 1000 * cpu / samples };
    },
    cpu: () => cpuOf(state.child.pid),
    peak: () => peakOf(state.child.pid),
    end: () => end(state),
  };
}

/** Samples and seconds between batch events of one epoch; between epochs other things are done. */
function progress(events, batchSize, from, to) {
  let [steps, milliseconds] = [0, 0];
  const batches = events.filter(({ type, per, split, time }) => type === 'scalars' && per === 'batch' && split === 'train' && time >= from && time <= to);
  for (let i = 1; i < batches.length; i++) {
    if (Math.ceil(batches[i].epoch) !== Math.ceil(batches[i - 1].epoch)) continue;
    steps += batches[i].step - batches[i - 1].step;
    milliseconds += batches[i].time - batches[i - 1].time;
  }
  return { samples: steps * batchSize, seconds: milliseconds / 1000 };
}

async function ours({ folder, threads, batchSize, runs, data, device, env }) {
  const state = start(await node24(), [join(root, 'dist/aeconf.js'), 'train', join(folder, 'case.aeconf'), '--runs', runs, '--device', device,
    '--threads', String(threads), ...(data === undefined ? [] : ['--data', data])], env);
  state.child.stdout.resume();
  const file = () => (existsSync(runs) ? readdirSync(runs).map(id => join(runs, id, 'events.jsonl')).find(existsSync) : undefined);
  const events = () => {
    const text = readFileSync(file(), 'utf8');
    return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter(line => line !== '').map(line => JSON.parse(line));
  };
  const epoch = split => file() && events().find(({ type, per, split: of }) => type === 'scalars' && per === 'epoch' && of === split);
  const { pid } = state.child;
  const until = async test => {
    while (!test()) {
      if (performance.now() - state.began > PATIENCE) throw new ScriptError(`aeconf train did not come to the end of an epoch: ${state.errors}`);
      await Promise.race([sleep(20), state.failed]);
    }
  };
  await until(() => epoch('validation'));
  const first = { loss: epoch('train').values.loss, validationLoss: epoch('validation').values.loss, seconds: (performance.now() - state.began) / 1000, cpu: cpuOf(pid) };
  // Once in a run the principal components of the data are found beside the training; the speed after that is what lasts.
  const info = () => JSON.parse(readFileSync(join(file(), '../run.json'), 'utf8'));
  await until(() => info().baseline !== undefined || info().baselineSkipped !== undefined);
  state.child.kill('SIGSTOP');
  return {
    first,
    async go(wanted) {
      const before = cpuOf(pid);
      const from = Date.now();
      state.child.kill('SIGCONT');
      let seen;
      const turn = performance.now();
      do {
        // Whoever reads what was written takes time from the training, so that is done as rarely as can be.
        await Promise.race([sleep(seen === undefined ? 1000 * wanted : 100), state.failed]);
        // The first tenth of a second belongs to waking up.
        seen = progress(events(), batchSize, from + 100, Date.now());
        if (performance.now() - turn > PATIENCE) throw new ScriptError('aeconf train makes no progress.');
      } while (seen.seconds < wanted);
      const awake = (performance.now() - turn) / 1000;
      state.child.kill('SIGSTOP');
      // CPU time of the whole turn, what is done between epochs included, for the samples of a turn of nothing but steps.
      return { samplesPerSecond: seen.samples / seen.seconds, cpuPerThousand: 1000 * (cpuOf(pid) - before) / (seen.samples * awake / seen.seconds) };
    },
    cpu: () => cpuOf(pid),
    peak: () => peakOf(pid),
    end: () => end(state),
  };
}

/** Ways in which a contender may run its steps, the one that is usually fastest first. */
export function variantsOf(who, convolves) {
  if (who === 'keras') return [[], ['jit']];
  if (who === 'torch') return convolves ? [['channels_last', 'fused'], ['fused'], []] : [['fused'], []];
  return [[]];
}

/** Starts a contender; it is there once its first epoch is over. */
export function contend(who, variant, { folder, threads, batchSize, runs, data, python, tensorflow }) {
  const files = join(root, 'bench/peers');
  const args = [folder, String(threads), ...variant];
  switch (who) {
    case 'ours': return ours({ folder, threads, batchSize, runs, data, device: 'cpu', env: {} });
    case 'ours on TensorFlow': return ours({ folder, threads, batchSize, runs, data, device: 'tensorflow', env: { AECONF_TENSORFLOW: tensorflow, TF_CPP_MIN_LOG_LEVEL: '3' } });
    case 'keras': return talking(python, [join(files, 'keras_train.py'), ...args]);
    case 'torch': return talking(python, [join(files, 'torch_train.py'), ...args]);
    case 'tfjs': return talking(process.execPath, [join(files, 'tfjs_train.mjs'), ...args], { AECONF_TENSORFLOW: tensorflow, TF_CPP_MIN_LOG_LEVEL: '3' });
    default: throw new ScriptError(`There is no contender "${who}".`);
  }
}
