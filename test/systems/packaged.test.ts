// What is shipped works where nothing else is: dist/ alone, in a folder without the project's node_modules, trains on every device
// that needs no driver and exports what it trained.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const built = fileURLToPath(new URL('../../dist', import.meta.url));
let folder: string;

beforeAll(() => {
  if (!existsSync(join(built, 'aeconf.js'))) throw new Error('dist/ is not built; run npm run build.');
  folder = mkdtempSync(join(tmpdir(), 'aeconf-packaged-'));
  cpSync(built, join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'small.aeconf'), JSON.stringify({
    data: { type: 'glyphs', train: 300, test: 50 },
    encoder: [{ type: 'conv2d', filters: 4, strides: 2, padding: 'same', activation: 'relu' }, { type: 'flatten' }],
    latent: { type: 'plain', units: 3 },
    training: { epochs: 1, batchSize: 50 },
  }));
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

function aeconf(...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'dist/aeconf.js'), ...words], { cwd: folder, encoding: 'utf8' });
  expect(stderr + (status === 0 ? '' : stdout)).not.toMatch(/error/i);
  expect(status).toBe(0);
  return stdout;
}

it.each(['cpu', 'wasm'])('trains on %s and exports', device => {
  const runs = join(folder, `runs-${device}`);
  const lines = aeconf('train', 'small.aeconf', '--device', device, '--runs', runs, '--json').trim().split('\n').map(line => JSON.parse(line) as { event: string; outcome?: string });
  expect(lines.at(-1)).toMatchObject({ event: 'end', outcome: 'finished' });
  aeconf('export', 'last', '--runs', runs, '--out', join(folder, device));
  expect(existsSync(join(folder, device, 'decoder.onnx'))).toBe(true);
});

it('lists its devices', () => {
  const text = aeconf('devices');
  expect(text).toMatch(/^cpu .*available$/m);
  expect(text).toMatch(/^wasm .*available$/m);
});
