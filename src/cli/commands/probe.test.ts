import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePlace, removePlace, trainAt, type Place } from '../../trainer/testing.ts';
import { exitCodes } from '../exit-codes.ts';
import { run } from '../program.ts';
import { Recorder } from '../testing.ts';

let place: Place;
let folder: string;
beforeAll(async () => {
  place = makePlace();
  ({ folder } = await trainAt(place, { overrides: { 'latent.units': 8, 'probe.neighbors': 3, 'probe.epochs': 2 } }));
}, 60_000);
afterAll(() => { removePlace(place); });

async function aeconf(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const terminal = new Recorder();
  const code = await run(words, terminal);
  return { code, out: terminal.stdout, err: terminal.stderr };
}

describe('aeconf probe', () => {
  it('prints a table, and says what it is doing', async () => {
    const { code, out, err } = await aeconf('probe', folder);
    expect(code).toBe(0);
    expect(out).toMatch(/^.*, checkpoint "last" \(epoch 4\)\nlinear classifier; 2 epochs on 200 samples, judged on 60\n\n/);
    expect(out).toMatch(/^On +Accuracy +Best \(epoch\) +3 nearest +Parameters +Trainable +Time\n/m);
    expect(out).toMatch(/^codes +\d+\.\d\d % +\d+\.\d\d % \([12]\) +\d+\.\d\d % +90 +90 +0:0\d\n/m);
    expect(out).toMatch(/^pixels .* 7,850 +7,850 /m);
    expect(err).toMatch(/^Classifier on codes, epoch 1 of 2$/m);
  });

  it('takes what is to be different, and prints confusion matrices', async () => {
    const { code, out } = await aeconf('probe', folder, '--on', 'codes,reconstructions', '--epochs', '1', '--neighbors', '0', '--confusion');
    expect(code).toBe(0);
    expect(out).not.toContain('nearest');
    expect(out).toMatch(/^reconstructions /m);
    const [, codes] = out.split('\nClassifier on codes\n');
    const rows = codes!.split('\n').slice(1, 11);
    // 60 validation samples: the numbers of all cells of the ten rows together.
    expect(rows.flatMap(row => row.trim().split(/ +/).slice(2, 12)).reduce((sum, cell) => sum + (cell === '·' ? 0 : Number(cell)), 0)).toBe(60);
  });

  it('prints the whole report as JSON', async () => {
    const { code, out, err } = await aeconf('probe', folder, '--on', 'codes', '--json');
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({ folder, format: 1, state: 'finished', subjects: [{ on: 'codes', curve: [{ epoch: 1 }, { epoch: 2 }], neighbors: { k: 3 } }] });
  });

  it('knows three things to judge', async () => {
    expect(await aeconf('probe', folder, '--on', 'latents')).toMatchObject({ code: exitCodes.usage.code, err: expect.stringContaining('--on takes codes, pixels, reconstructions, not "latents".') as string });
  });
});
