// Ten gigabytes of samples through the program that is shipped: its memory is what its windows take, and stays so. The file is
// mostly a hole, so it takes no room on the disk, but every byte of it that is wanted is read as any other.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drawGlyphs } from '../../src/data/glyphs.ts';

const program = fileURLToPath(new URL('../../dist/aeconf.js', import.meta.url));
const COUNT = 12_800_000;
const SAMPLE = 28 * 28;
/** Both windows have been filled by then, at 2,000 samples a step. */
const WARM = 200;
const END = 400;
/** MB: two windows of 128 MiB, four bytes for each of the validation samples, and Node with ONNX Runtime. */
const MOST = 700;
let folder: string;

/** Some drawn digits here and there, zeros between them. */
function writeSparse(file: string): void {
  const header = Buffer.alloc(16);
  header[2] = 8;
  header[3] = 3;
  [COUNT, 28, 28].forEach((extent, axis) => header.writeUInt32BE(extent, 4 + 4 * axis));
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, header);
  ftruncateSync(descriptor, header.length + COUNT * SAMPLE);
  const { values } = drawGlyphs(500, 1, 'train');
  for (let part = 0; part < 20; part++) writeSync(descriptor, values, 0, values.length, header.length + Math.floor((part * COUNT) / 20) * SAMPLE);
  closeSync(descriptor);
}

beforeAll(() => {
  if (!existsSync(program)) throw new Error('dist/ is not built; run npm run build.');
  folder = mkdtempSync(join(tmpdir(), 'aeconf-larger-'));
  writeSparse(join(folder, 'large.idx'));
  writeFileSync(join(folder, 'large.aeconf'), JSON.stringify({
    data: { type: 'idx', images: 'large.idx', memory: 1 },
    encoder: [{ type: 'flatten' }], latent: { type: 'plain', units: 4 },
    training: { epochs: 1, batchSize: 2000 },
  }));
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** Peak resident memory of a process in MB. */
function peak(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024 / 1e6;
}

interface Line {
  readonly event: string;
  readonly step?: number;
  readonly message?: string;
  readonly outcome?: string;
}

it.skipIf(process.platform !== 'linux')('trains on 10 GB in flat memory', async () => {
  const trainer = spawn(process.execPath, [program, 'train', 'large.aeconf', '--device', 'cpu', '--runs', 'runs', '--json'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: Line[] = [];
  let errors = '';
  trainer.stderr.on('data', (text: Buffer) => { errors += text.toString(); });
  let warm: number | undefined;
  let end: number | undefined;
  for await (const text of createInterface(trainer.stdout)) {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    const { step = 0 } = line;
    if (warm === undefined && step >= WARM) warm = peak(trainer.pid!);
    if (end === undefined && step >= END) {
      end = peak(trainer.pid!);
      trainer.kill('SIGINT');
    }
  }
  expect(lines.at(-1), errors).toMatchObject({ event: 'end', outcome: 'stopped' });
  expect(lines.find(({ message }) => message?.includes('read from disk'))?.message).toBe('large.idx is read from disk as needed: 10.0 GB, 268 MB of memory for it. Set data.memory to hold more.');
  expect(warm).toBeGreaterThan(268);
  expect(end).toBeLessThan(MOST);
  expect(end! - warm!).toBeLessThan(40);
}, 240_000);
