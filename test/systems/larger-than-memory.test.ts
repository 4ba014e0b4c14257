// Sets that do not fit in memory, through the program that is shipped: all ten gigabytes are read once, each sample is the one it
// should be, and memory is what the windows take, and stays so. The files are mostly holes, so they take no room on the disk, but
// every byte of them is read as any other; numbers that are not zero stand at places that a wrong read would miss.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, ftruncateSync, linkSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBatchSource } from '../../src/data/batches.ts';
import { loadDataset } from '../../src/data/load.ts';
import { npyFile } from '../../src/data/testing.ts';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const SAMPLE = 28 * 28;
/** Bytes of each file. */
const GIGABYTES = 10;
/** Two windows of 128 MiB, in MB. */
const WINDOWS = 268;
/** MB: the windows, and Node with ONNX Runtime. */
const MOST = 750;
/** MB between the first tenth of an epoch and its end. */
const GROWTH = 60;
let folder: string;

beforeAll(() => {
  if (!existsSync(join(dist, 'aeconf.js'))) throw new Error('dist/ is not built; run npm run build.');
  folder = mkdtempSync(join(tmpdir(), 'aeconf-larger-'));
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** A file of that many bytes: its beginning, and bytes at some places behind it. */
function writeSparse(name: string, header: Uint8Array, bytes: number, pieces: Iterable<readonly [number, Uint8Array]>): void {
  const descriptor = openSync(join(folder, name), 'w');
  writeSync(descriptor, header);
  ftruncateSync(descriptor, header.length + bytes);
  for (const [at, piece] of pieces) writeSync(descriptor, piece, 0, piece.length, header.length + at);
  closeSync(descriptor);
}

function idxHeader(...shape: readonly number[]): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([8, shape.length], 2);
  shape.forEach((extent, axis) => header.writeUInt32BE(extent, 4 + 4 * axis));
  return header;
}

/** A model that gives zeros and stays so: its loss is the mean square of what it was shown. */
const silent = (units: number): object => ({
  encoder: [{ type: 'flatten' }], latent: { type: 'plain', units: 1 },
  decoder: [{ type: 'dense', units, kernelInitializer: 'zeros' }],
  views: { samples: 2, latentSamples: 10 },
});
const optimizer = { type: 'sgd', learningRate: 1e-30 };

interface Line {
  readonly event: string;
  readonly per?: string;
  readonly step?: number;
  readonly message?: string;
  readonly outcome?: string;
  readonly trainLoss?: number;
}
interface Watched {
  readonly lines: readonly Line[];
  /** Peak resident memory in MB after a tenth of the steps, and at the end of them. */
  readonly warm: number;
  readonly end: number;
  /** GB that were read. */
  readonly read: number;
}

/** Trains one epoch of so many steps, and looks at the process while it does. */
async function train(name: string, spec: object, steps: number): Promise<Watched> {
  writeFileSync(join(folder, `${name}.aeconf`), JSON.stringify(spec));
  const trainer = spawn(process.execPath, [join(dist, 'aeconf.js'), 'train', `${name}.aeconf`, '--device', 'cpu', '--runs', 'runs', '--json'], {
    cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') },
  });
  const proc = (file: string, pattern: RegExp): number => Number(pattern.exec(readFileSync(`/proc/${trainer.pid}/${file}`, 'utf8'))![1]);
  const lines: Line[] = [];
  let [errors, warm, end, read] = ['', NaN, NaN, NaN];
  trainer.stderr.on('data', (text: Buffer) => { errors += text.toString(); });
  for await (const text of createInterface(trainer.stdout)) {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    if (line.event !== 'scalars' || line.per !== 'batch') continue;
    const peak = proc('status', /VmHWM:\s+(\d+) kB/) * 1024 / 1e6;
    if (Number.isNaN(warm) && line.step! >= steps / 10) warm = peak;
    [end, read] = [peak, proc('io', /rchar: (\d+)/) / 1e9];
  }
  expect(lines.at(-1), errors).toMatchObject({ event: 'end', outcome: 'finished' });
  return { lines, warm, end, read };
}

function expectFlat({ warm, end }: Watched): void {
  expect(warm).toBeGreaterThan(WINDOWS);
  expect(end).toBeLessThan(MOST);
  expect(end - warm).toBeLessThan(GROWTH);
}

describe.skipIf(process.platform !== 'linux')('a set that does not fit in memory', () => {
  it('is read row by row as it lies in 10 GB of bytes, each sample once in an epoch', async () => {
    const count = Math.floor(GIGABYTES * 1e9 / SAMPLE);
    /** Labels and first bytes of every 9,973rd sample are the same number from 1 to 250, all others zero. */
    const marks = Array.from({ length: Math.ceil(count / 9973) }, (_, i) => [i * 9973, 1 + i % 250] as const);
    writeSparse('rows.idx', idxHeader(count, 28, 28), count * SAMPLE, marks.map(([row, mark]) => [row * SAMPLE, Uint8Array.of(mark, ...new Uint8Array(SAMPLE - 2), mark)]));
    writeSparse('labels.idx', idxHeader(count), count, marks.map(([row, mark]) => [row, Uint8Array.of(mark)]));
    const dataset = await loadDataset({ type: 'idx', images: 'rows.idx', labels: 'labels.idx', memory: 0, validation: 0 }, { baseFolders: [folder], seed: 1 });
    expect(dataset.train.stored).toBeDefined();
    const source = createBatchSource(dataset.train, dataset, { seed: 1, batchSize: 5000, shuffle: true, corruption: [], random: [], labels: true }, { workerPath: join(dist, 'batch-worker.js') });
    const seen = new Map<number, number>();
    let wrong = 0;
    for (let index = 0; index < source.batchesPerEpoch; index++) {
      const batch = await source.next(1, index);
      batch.labels!.forEach((label, i) => {
        if (batch.target[i * SAMPLE] !== label || batch.target[(i + 1) * SAMPLE - 1] !== label) wrong++;
        if (label !== 0) seen.set(label, (seen.get(label) ?? 0) + 1);
      });
      source.recycle(batch);
    }
    await source.dispose();
    expect(wrong).toBe(0);
    const wanted = new Map<number, number>();
    for (const [, mark] of marks) wanted.set(mark, (wanted.get(mark) ?? 0) + 1);
    expect([...seen].sort(([a], [b]) => a - b)).toEqual([...wanted].sort(([a], [b]) => a - b));
    rmSync(join(folder, 'rows.idx'));
  }, 900_000);

  it('is trained on, all 10 GB, in flat memory', async () => {
    const count = Math.floor(GIGABYTES * 1e9 / SAMPLE / Float32Array.BYTES_PER_ELEMENT);
    const header = npyFile('<f4', [count, SAMPLE], new Uint8Array(0));
    // 500 samples are not zero, the k-th of them k everywhere.
    const marks = Array.from({ length: 500 }, (_, k) => [Math.floor((k * (count - 1)) / 499), k + 1] as const);
    writeSparse('large.npy', header, count * SAMPLE * 4, marks.map(([row, value]) => [row * SAMPLE * 4, new Uint8Array(new Float32Array(SAMPLE).fill(value).buffer)]));
    const steps = Math.ceil(count / 2500);
    const watched = await train('large', {
      data: { type: 'npy', images: 'large.npy', memory: 1, validation: 0 }, ...silent(SAMPLE), training: { epochs: 1, batchSize: 2500, optimizer },
    }, steps);
    expect(watched.lines.find(({ message }) => message?.includes('read from disk'))?.message).toBe('large.npy is read from disk as needed: 10.0 GB, 268 MB of memory for it. Set data.memory to hold more.');
    expectFlat(watched);
    expect(watched.read).toBeGreaterThan(0.98 * GIGABYTES);
    const meanSquare = marks.reduce((sum, [, value]) => sum + value ** 2, 0) / count;
    // One sample left out or read twice is off by more, but for the smallest ones.
    expect(watched.lines.at(-1)!.trainLoss! / meanSquare).toBeCloseTo(1, 4);
  }, 900_000);

  it('is a folder of pictures, packed and trained on in flat memory', async () => {
    const [count, side] = [5000, 224];
    const size = side * side * 3;
    const pictures = join(folder, 'pictures');
    mkdirSync(pictures);
    // Fifty pictures, each of one grey, under a hundred names.
    for (let i = 0; i < count; i++) {
      const file = (k: number): string => join(pictures, `${k}.ppm`);
      if (i < 50) writeFileSync(file(i), Buffer.concat([Buffer.from(`P6\n${side} ${side}\n255\n`), new Uint8Array(size).fill(5 * i)]));
      else linkSync(file(i % 50), file(i));
    }
    const watched = await train('pictures', {
      data: { type: 'images', path: 'pictures', size: side, color: 'rgb', memory: 0.1, validation: 0 }, ...silent(size), training: { epochs: 1, batchSize: 50, optimizer },
    }, count / 50);
    expect(watched.lines.find(({ message }) => message?.includes('read from disk'))?.message).toMatch(/^pictures is read from disk as needed: 753 MB, 267 MB of memory/);
    expectFlat(watched);
    const meanSquare = Array.from({ length: 50 }, (_, i) => (5 * i / 255) ** 2).reduce((sum, value) => sum + value, 0) / 50;
    expect(watched.lines.at(-1)!.trainLoss! / meanSquare).toBeCloseTo(1, 4);
  }, 900_000);
});
