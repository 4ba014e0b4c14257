// The page's hold on the decoding worker: fetches its parts once, gives it the newest decoder, and starts a new worker with
// the same model when one breaks or stops answering. Requests go through LatestWins, so there is never a backlog.
import { StudioError, messageOf } from '../../core/errors.ts';
import type { PageSetup } from '../../protocol/messages.ts';
import type { FromWorker, ToWorker } from './decode-protocol.ts';
import { LatestWins } from './latest-wins.ts';

/** Milliseconds after which a silent worker counts as hung. The first answer includes compiling the WebAssembly. */
const PATIENCE = 20_000;
/** Failures in a row after which we stop trying until asked again. */
const ATTEMPTS = 3;

export type Channel = 'hover' | 'probe' | 'path' | 'samples' | 'grid';
const urgency: readonly Channel[] = ['hover', 'probe', 'path', 'samples', 'grid'];

export type DecoderState =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly epoch: number }
  | { readonly kind: 'failed'; readonly message: string };

interface Parts {
  readonly script: Blob;
  readonly wasm: ArrayBuffer;
}
interface Model {
  readonly bytes: Uint8Array;
  readonly epoch: number;
}
type Answer = { resolve: (message: FromWorker) => void; reject: (error: Error) => void };

export class Decoder {
  state: DecoderState = { kind: 'none' };
  /** How often a broken worker was replaced; for tests and reports. */
  restarts = 0;
  private parts: Promise<Parts> | undefined;
  private worker: Worker | undefined;
  private model: Model | undefined;
  private starting: Promise<void> | undefined;
  private failures = 0;
  private nextId = 1;
  private readonly answers = new Map<number, Answer>();
  private readonly queue = new LatestWins((codes, count) => this.decode(codes, count), urgency);

  constructor(private readonly assets: PageSetup['assets'], private readonly onChange: () => void) {}

  get ready(): boolean {
    return this.state.kind === 'ready';
  }

  /** Takes a new decoder. The old one answers until this one is loaded. */
  async load(bytes: Uint8Array, epoch: number): Promise<void> {
    this.model = { bytes, epoch };
    this.failures = 0;
    if (this.worker === undefined) this.setState({ kind: 'loading' });
    await this.begin();
  }

  /** Starts again after a failure that was given up on. */
  async retry(): Promise<void> {
    this.failures = 0;
    this.setState({ kind: 'loading' });
    await this.begin();
  }

  /** count codes → count × features in [0, 1]; undefined when superseded or when no decoder works (see `state`). */
  async ask(channel: Channel, codes: Float32Array, count: number): Promise<Float32Array | undefined> {
    if (!this.ready) return undefined;
    try {
      return await this.queue.ask(channel, codes, count);
    } catch (error) {
      await this.recover(error);
      return undefined;
    }
  }

  dispose(): void {
    this.stopWorker(new StudioError('cancelled', 'The page closed.'));
  }

  private async begin(): Promise<void> {
    const model = this.model;
    if (model === undefined) return;
    try {
      this.starting ??= this.startWorker().finally(() => { this.starting = undefined; });
      await this.starting;
      await this.send(id => ({ type: 'load', id, model: model.bytes }));
      if (this.model === model) this.setState({ kind: 'ready', epoch: model.epoch });
    } catch (error) {
      await this.recover(error);
    }
  }

  private async startWorker(): Promise<void> {
    if (this.worker !== undefined) return;
    this.parts ??= this.fetchParts();
    const parts = await this.parts.catch((error: unknown) => {
      this.parts = undefined;
      throw error;
    });
    const address = URL.createObjectURL(parts.script);
    const worker = new Worker(address);
    URL.revokeObjectURL(address);
    worker.onmessage = (event: MessageEvent<FromWorker>) => this.receive(event.data);
    worker.onerror = event => {
      event.preventDefault();
      if (this.worker === worker) this.broke(new StudioError('internal', `The decoding worker stopped: ${event.message || 'no reason given'}.`));
    };
    this.worker = worker;
    this.post({ type: 'start', wasm: parts.wasm });
  }

  /** An error outside any request: everything that waits fails, and its askers begin again. */
  private broke(error: StudioError): void {
    const waited = this.answers.size > 0;
    this.stopWorker(error);
    if (!waited) void this.recover(error);
  }

  private async recover(error: unknown): Promise<void> {
    if (error instanceof StudioError && error.reason === 'cancelled') return;
    this.stopWorker(new StudioError('cancelled', 'The decoding worker was replaced.'));
    this.failures++;
    if (this.failures >= ATTEMPTS) {
      this.setState({ kind: 'failed', message: `The decoder cannot run in this page: ${messageOf(error)}` });
      return;
    }
    this.restarts++;
    this.setState({ kind: 'loading' });
    await this.begin();
  }

  private async decode(codes: Float32Array, count: number): Promise<Float32Array> {
    const answer = await this.send(id => ({ type: 'decode', id, codes, count }));
    if (answer.type !== 'decoded') throw new StudioError('internal', 'The decoding worker gave a wrong answer.');
    this.failures = 0;
    return answer.values;
  }

  private send(message: (id: number) => ToWorker): Promise<FromWorker> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.stopWorker(new StudioError('internal', `The decoding worker did not answer for ${PATIENCE / 1000} seconds.`));
      }, PATIENCE);
      const settle = <T>(then: (value: T) => void) => (value: T) => {
        clearTimeout(timer);
        this.answers.delete(id);
        then(value);
      };
      this.answers.set(id, { resolve: settle(resolve), reject: settle(reject) });
      this.post(message(id));
    });
  }

  private post(message: ToWorker): void {
    if (this.worker === undefined) throw new StudioError('cancelled', 'The decoding worker was stopped.');
    this.worker.postMessage(message);
  }

  private receive(message: FromWorker): void {
    const answer = this.answers.get(message.id);
    if (answer === undefined) return;
    if (message.type === 'failed') answer.reject(new StudioError('internal', message.message));
    else answer.resolve(message);
  }

  private stopWorker(reason: StudioError): void {
    this.worker?.terminate();
    this.worker = undefined;
    for (const answer of [...this.answers.values()]) answer.reject(reason);
  }

  private setState(state: DecoderState): void {
    this.state = state;
    this.onChange();
  }

  private async fetchParts(): Promise<Parts> {
    const [script, wasm] = await Promise.all([fetchFile(this.assets.worker), fetchFile(this.assets.ortWasm)]);
    return { script: new Blob([script], { type: 'text/javascript' }), wasm };
  }
}

async function fetchFile(address: string): Promise<ArrayBuffer> {
  const response = await fetch(address);
  if (!response.ok) throw new StudioError('internal', `${address} could not be read (HTTP ${response.status}). Reinstalling the extension restores it.`);
  return response.arrayBuffer();
}
