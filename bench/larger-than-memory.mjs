// `npm run bench:disk`: what it costs to read samples from disk as they are needed. A file of random pictures is really written,
// then the same model trains on it in memory and from disk, in turn; both read what the system already caches, so the ratio is
// that of the work, not of the disk. Prints steps a second, the ratio of each round and peak memory; with --keep it writes them to
// docs/FROM-DISK.md (disk-report.mjs), unless other work took part of the processor.
import { execFileSync, spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { ScriptError, main, root } from '../scripts/lib/process.mjs';
import { BUSY, keep } from './disk-report.mjs';
import { machineCpu } from './peers/contenders.mjs';

const usage = `npm run bench:disk [-- options]

  --gigabytes N  size of the file (default 1.5)
  --folder DIR   where it is written (default: the system's temporary folder); it is removed at the end
  --rounds N     pairs of trainings (default 3)
  --seconds N    how long each is watched, once it is warm (default 8)
  --units N,N    dense layers of the encoder (default 64)
  --batch N      batch size (default 256)
  --threads N    of the training (default: all)
  --corruption   noise on the input, which needs a worker in memory too
  --keep         writes docs/FROM-DISK.md; wants a quiet machine
  --help         this text`;

const SAMPLE = 784;
const median = values => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

function writePictures(file, count) {
  const header = Buffer.alloc(16);
  header[2] = 8;
  header[3] = 3;
  [count, 28, 28].forEach((extent, axis) => header.writeUInt32BE(extent, 4 + 4 * axis));
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, header);
  const piece = Buffer.alloc(10_000 * SAMPLE);
  for (let first = 0; first < count; first += 10_000) {
    writeSync(descriptor, randomFillSync(piece), 0, Math.min(10_000, count - first) * SAMPLE);
  }
  closeSync(descriptor);
}

/** Brings the file into the system's cache. */
function readAll(file) {
  const descriptor = openSync(file, 'r');
  const piece = Buffer.alloc(1 << 22);
  while (readSync(descriptor, piece, 0, piece.length, null) > 0);
  closeSync(descriptor);
}

/** CPU seconds and peak memory in MB of a process so far. */
function costs(pid) {
  if (process.platform !== 'linux') return { cpu: NaN, peak: NaN };
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1.024e-3;
  return { cpu: (Number(fields[11]) + Number(fields[12])) / 100, peak };
}

/** CPU seconds of the whole machine so far. */
const busySeconds = () => (process.platform === 'linux' ? machineCpu() : NaN);

/** Trains until it was watched for that long after `warm` seconds of steps. */
async function watch(folder, config, { seconds, warm, threads }) {
  const file = join(folder, 'bench.aeconf');
  writeFileSync(file, JSON.stringify(config));
  const trainer = spawn(process.execPath, [join(root, 'dist/aeconf.js'), 'train', file, '--runs', join(folder, 'runs'), '--device', 'cpu', '--json', ...(threads === undefined ? [] : ['--threads', threads])], { stdio: ['ignore', 'pipe', 'inherit'] });
  let first;
  let start;
  try {
    for await (const text of createInterface(trainer.stdout)) {
      const line = JSON.parse(text);
      if (line.event !== 'scalars' || line.per !== 'batch') continue;
      first ??= line.time;
      if (start === undefined && line.time - first >= 1000 * warm) start = { time: line.time, step: line.step, machine: busySeconds(), ...costs(trainer.pid) };
      if (start !== undefined && line.time - start.time >= 1000 * seconds) {
        const { cpu, peak } = costs(trainer.pid);
        const steps = line.step - start.step;
        const spent = (line.time - start.time) / 1000;
        const others = Math.max(0, (busySeconds() - start.machine - (cpu - start.cpu)) / (spent * cpus().length));
        return { stepsPerSecond: steps / spent, cpuPerStep: 1000 * (cpu - start.cpu) / steps, peak, others };
      }
    }
  } finally {
    trainer.kill('SIGKILL');
  }
  throw new Error('The training ended before it could be measured; write a larger file with --gigabytes.');
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      gigabytes: { type: 'string', default: '1.5' }, folder: { type: 'string', default: tmpdir() }, rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '8' }, units: { type: 'string', default: '64' }, batch: { type: 'string', default: '256' },
      threads: { type: 'string' }, corruption: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const folder = mkdtempSync(join(values.folder, 'aeconf-bench-'));
  try {
    const file = join(folder, 'pictures.idx');
    const count = Math.round(Number(values.gigabytes) * 1e9 / SAMPLE);
    writePictures(file, count);
    const units = values.units.split(',').map(Number);
    const config = memory => ({
      data: { type: 'idx', images: 'pictures.idx', validation: 0, memory },
      ...(values.corruption ? { corruption: [{ type: 'gaussian', stddev: 0.1 }] } : {}),
      encoder: [{ type: 'flatten' }, ...units.map(each => ({ type: 'dense', units: each, activation: 'relu' }))], latent: { type: 'plain', units: 16 },
      training: { epochs: 1000, batchSize: Number(values.batch) },
    });
    console.log(`${count.toLocaleString('en-US')} samples of ${SAMPLE} bytes, dense ${values.units}, batch ${values.batch}; ${availableParallelism()} threads of ${cpus()[0]?.model.trim()}, Node ${process.version}`);
    const ratios = [];
    const rounds = [];
    for (let round = 1; round <= Number(values.rounds); round++) {
      readAll(file);
      const watched = { seconds: Number(values.seconds), warm: 2, threads: values.threads };
      const held = await watch(folder, config(1000), watched);
      const stored = await watch(folder, config(0), watched);
      ratios.push(stored.stepsPerSecond / held.stepsPerSecond);
      rounds.push({ held, stored });
      const text = ({ stepsPerSecond, cpuPerStep, peak }) => `${stepsPerSecond.toFixed(0)} steps/s, ${cpuPerStep.toFixed(2)} ms CPU a step, ${peak.toFixed(0)} MB`;
      console.log(`round ${round}: in memory ${text(held)}; from disk ${text(stored)}; ratio ${ratios.at(-1).toFixed(3)}`);
    }
    console.log(`median ratio ${median(ratios).toFixed(3)} (${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)})`);
    if (values.keep) {
      const others = Math.max(...rounds.flatMap(({ held, stored }) => [held.others, stored.others]));
      if (!(others <= BUSY)) throw new ScriptError(`Other work took ${(100 * others).toFixed(0)} % of the processor, so nothing was kept; measure again on a quiet machine.`);
      await keep({
        date: new Date().toISOString().slice(0, 16).replace('T', ' '), commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim(),
        machine: `${cpus()[0]?.model.trim()}, Node ${process.versions.node}`, threads: Number(values.threads ?? availableParallelism()), command: `npm run bench:disk -- ${process.argv.slice(2).join(' ')}`,
        samples: count, units, batch: Number(values.batch), corruption: values.corruption, rounds,
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
