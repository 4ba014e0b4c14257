import { describe, expect, it } from 'vitest';
import type { LatentEpoch, LatentHostMessage, RequestName, Requests, RunLabel } from '../../protocol/messages.ts';
import { RunSource } from './run-source.ts';

const run = (epoch: number, id = 'a', state: RunLabel['state'] = 'training'): RunLabel => ({ id, name: 'run', state, epoch, epochs: 10, star: false });
const samples = { shape: [1], latentShape: [2], count: 1, original: new Uint8Array(1) };
const snapshot = (epochs: number[], id = 'a'): Exclude<LatentHostMessage, { type: 'response' }> => ({
  type: 'snapshot', revision: 1, run: { run: run(epochs.length, id), samples, epochs, modelVersion: epochs.length, lossName: 'mse' },
});
const update = (epochs: number[], modelVersion = epochs.length): Exclude<LatentHostMessage, { type: 'response' }> => ({ type: 'update', revision: 2, run: run(epochs.length), epochs, modelVersion });
const settle = () => new Promise(resolve => setTimeout(resolve, 5));

/** A source whose host answers codes only when told to. */
function setUp(model: () => Promise<Uint8Array> = async () => new Uint8Array(1)) {
  const waiting: { epoch: number; answer: () => void }[] = [];
  const shown: number[] = [];
  const loaded: number[] = [];
  const failures: unknown[] = [];
  let resets = 0;
  let asked = 0;
  const source = new RunSource({
    request: async <N extends RequestName>(name: N, params: Requests[N]['params']) => {
      if (name === 'model') return { epoch: 1, bytes: await model() } as Requests[N]['result'];
      const { epoch } = params as Requests['latent']['params'];
      return new Promise<Requests[N]['result']>(resolve => {
        const data: LatentEpoch = { epoch, code: new Float32Array(2), error: new Float32Array(1) };
        waiting.push({ epoch, answer: () => resolve(data as Requests[N]['result']) });
      });
    },
    ready: () => { asked++; },
    run: work => { work.catch((error: unknown) => failures.push(error)); },
  }, { load: async (_, epoch) => { loaded.push(epoch); } }, {
    reset: () => { resets++; }, samples: () => undefined, changed: () => undefined, show: data => shown.push(data.epoch),
  });
  return { source, waiting, shown, loaded, failures, resets: () => resets, asked: () => asked };
}

describe('RunSource', () => {
  it('follows the newest epoch and skips those that came while it waited', async () => {
    const { source, waiting, shown } = setUp();
    source.receive(snapshot([1]));
    source.receive(update([1, 2]));
    source.receive(update([1, 2, 3]));
    expect(waiting.map(request => request.epoch)).toEqual([1]);
    waiting[0]!.answer();
    await settle();
    expect(waiting.map(request => request.epoch)).toEqual([1, 3]);
    waiting[1]!.answer();
    await settle();
    expect(shown).toEqual([1, 3]);
  });

  it('stays where the user scrubbed to, until that epoch is taken back', async () => {
    const { source, waiting } = setUp();
    source.receive(snapshot([1, 2, 3]));
    source.showEpoch(2, false);
    source.receive(update([1, 2, 3, 4]));
    expect(source.epoch).toBe(2);
    source.receive(update([1]));
    expect(source.epoch).toBe(1);
    waiting[0]!.answer();
    await settle();
    expect(waiting[1]!.epoch).toBe(1);
  });

  it('fetches the decoder once for each version', async () => {
    const { source, loaded } = setUp();
    source.receive(snapshot([1]));
    source.receive(update([1, 2], 1));
    await settle();
    expect(loaded).toHaveLength(1);
    source.receive(update([1, 2, 3], 2));
    await settle();
    expect(loaded).toHaveLength(2);
  });

  it('asks for the decoder again when a live run had not written it yet', async () => {
    let attempts = 0;
    const { source, loaded, failures } = setUp(async () => {
      if (attempts++ === 0) throw new Error('not written yet');
      return new Uint8Array(1);
    });
    source.receive(snapshot([1]));
    await settle();
    source.receive(update([1, 2]));
    await settle();
    expect(loaded).toHaveLength(1);
    expect(failures).toEqual([]);
  });

  it('asks for a snapshot when codes come before it knows the samples', () => {
    const { source, asked, waiting } = setUp();
    source.receive({ type: 'snapshot', revision: 1, run: { run: run(0), epochs: [], modelVersion: 0, lossName: 'mse' } });
    expect(asked()).toBe(0);
    source.receive(update([1]));
    expect(asked()).toBe(1);
    expect(waiting).toEqual([]);
    source.receive(snapshot([1]));
    expect(waiting).toHaveLength(1);
  });

  it('forgets the run before when the page is given another', async () => {
    const { source, waiting, shown, resets } = setUp();
    source.receive(snapshot([1, 2]));
    source.receive(snapshot([1], 'b'));
    expect(resets()).toBe(2);
    waiting[0]!.answer();
    await settle();
    expect(shown).toEqual([]);
    waiting[1]!.answer();
    await settle();
    expect(shown).toEqual([1]);
  });
});
