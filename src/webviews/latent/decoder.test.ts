import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FromWorker, ToWorker } from './decode-protocol.ts';
import { Decoder } from './decoder.ts';

type Behaviour = 'works' | 'silent' | 'fails';
let behaviour: Behaviour;
let workers: FakeWorker[];

/** Answers a decode with the codes doubled. */
class FakeWorker {
  onmessage: ((event: { data: FromWorker }) => void) | null = null;
  onerror: ((event: { message: string; preventDefault: () => void }) => void) | null = null;
  terminated = false;
  constructor() {
    workers.push(this);
  }
  postMessage(message: ToWorker): void {
    if (message.type === 'start' || behaviour === 'silent') return;
    const answer = (data: FromWorker) => queueMicrotask(() => { if (!this.terminated) this.onmessage?.({ data }); });
    if (message.type === 'load') answer(behaviour === 'fails' ? { type: 'failed', id: message.id, message: 'not a model' } : { type: 'loaded', id: message.id });
    else answer({ type: 'decoded', id: message.id, values: message.codes.map(value => 2 * value) });
  }
  terminate(): void {
    this.terminated = true;
  }
}

const assets = { worker: 'worker.js', ortWasm: 'ort.wasm' };
const code = new Float32Array([1.5]);
let fetched: string[];

beforeEach(() => {
  vi.useFakeTimers();
  behaviour = 'works';
  workers = [];
  fetched = [];
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('fetch', async (address: string) => {
    fetched.push(address);
    return new Response(new Uint8Array(4));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('Decoder', () => {
  it('decodes with the model it was given, and fetches its parts once', async () => {
    const decoder = new Decoder(assets, () => undefined);
    expect(await decoder.ask('hover', code, 1)).toBeUndefined();
    await decoder.load(new Uint8Array(1), 4);
    expect(decoder.state).toEqual({ kind: 'ready', epoch: 4 });
    expect([...(await decoder.ask('hover', code, 1))!]).toEqual([3]);
    await decoder.load(new Uint8Array(1), 5);
    expect(decoder.state).toEqual({ kind: 'ready', epoch: 5 });
    expect(workers).toHaveLength(1);
    expect(fetched.sort()).toEqual(['ort.wasm', 'worker.js']);
  });

  it('replaces a worker that stops answering', async () => {
    const decoder = new Decoder(assets, () => undefined);
    await decoder.load(new Uint8Array(1), 1);
    behaviour = 'silent';
    const asked = decoder.ask('hover', code, 1);
    await vi.advanceTimersByTimeAsync(19_000);
    expect(workers[0]!.terminated).toBe(false);
    behaviour = 'works';
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await asked).toBeUndefined();
    expect(workers[0]!.terminated).toBe(true);
    expect(decoder.restarts).toBe(1);
    expect([...(await decoder.ask('hover', code, 1))!]).toEqual([3]);
  });

  it('replaces a worker that crashes between requests', async () => {
    const decoder = new Decoder(assets, () => undefined);
    await decoder.load(new Uint8Array(1), 1);
    workers[0]!.onerror?.({ message: 'out of memory', preventDefault: () => undefined });
    await vi.advanceTimersByTimeAsync(1);
    expect(workers).toHaveLength(2);
    expect(decoder.ready).toBe(true);
  });

  it('gives up after three failures, says why, and tries again when asked', async () => {
    const states: string[] = [];
    const decoder: Decoder = new Decoder(assets, () => states.push(decoder.state.kind));
    behaviour = 'fails';
    await decoder.load(new Uint8Array(1), 1);
    expect(decoder.state).toMatchObject({ kind: 'failed', message: expect.stringContaining('not a model') as string });
    expect(workers).toHaveLength(3);
    expect(workers.every(worker => worker.terminated)).toBe(true);
    behaviour = 'works';
    await decoder.retry();
    expect(decoder.ready).toBe(true);
    expect(states.at(-1)).toBe('ready');
  });

  it('says so when its files are missing', async () => {
    vi.stubGlobal('fetch', async () => new Response('', { status: 404 }));
    const decoder = new Decoder(assets, () => undefined);
    await decoder.load(new Uint8Array(1), 1);
    expect(decoder.state).toMatchObject({ kind: 'failed', message: expect.stringContaining('Reinstalling the extension') as string });
  });
});
