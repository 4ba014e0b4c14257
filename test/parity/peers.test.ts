// The benchmark against peers, as far as it goes without Python: what is handed to other frameworks, and one small case of our own side.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { npz } from '../../src/keras/npz.ts';
import { tensor } from '../../src/core/tensor.ts';
import { openNpz } from '../../src/data/npz.ts';
import { courseNames, openCourse } from './course.ts';

describe('what other frameworks are given', () => {
  it('are arrays that NumPy and we read back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'aeconf-npz-'));
    const file = join(folder, 'arrays.npz');
    const arrays = { 'encoder/dense/kernel': tensor(Float32Array.of(1, -2.5, 3, 4, 5, 6), [2, 3]), bytes: tensor(Uint8Array.of(0, 255), [2]) };
    writeFileSync(file, npz(arrays));
    const archive = await openNpz(file);
    expect(archive.names).toEqual(Object.keys(arrays));
    for (const [name, { shape, data }] of Object.entries(arrays)) {
      const read = await archive.read(name);
      expect([read.shape, [...read.data]]).toEqual([shape, [...data]]);
    }
    archive.close();
    rmSync(folder, { recursive: true });
  });

  it.each(courseNames().filter(name => /conv-selu|everything|dae/.test(name)))('is every weight of %s, in the shape of its layer', name => {
    const { description, weights } = openCourse(name);
    const named = description.layers.flatMap(layer => layer.parameters.map(parameter => parameter.name));
    expect(named.toSorted()).toEqual(Object.keys(weights).toSorted());
    for (const { type, key, outputShape } of description.layers) {
      if (type === 'dense') expect(weights[`${key}/kernel`]!.shape[1]).toBe(outputShape[0]);
    }
  });
});

describe.skipIf(process.platform !== 'linux' || !existsSync('dist/aeconf.js'))('npm run bench:peers -- --quick (needs dist/)', () => {
  it('measures our own side', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['bench/peers/peers.mjs', '--quick', '--no-build', '--only', 'janet-50-128', '--against', '']);
    expect(stdout).toMatch(/JANet-50, batch 128\n {2}ours: first epoch after [\d.]+ s, loss 0\.\d+\n {2}ours: [1-9]\d+ samples\/s/);
  }, 300_000);
});
