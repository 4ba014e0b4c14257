// The thread behind a ShardThread: holds sessions of its own and does as it is told, one request after another.
import { parentPort, workerData } from 'node:worker_threads';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf, StudioError } from '../../core/errors.ts';
import type { TensorData } from '../../core/tensor.ts';
import { discardCopies } from './discard.ts';
import { loadFrom } from './native.ts';
import { ShardSignal } from './shard-signal.ts';
import type { ShardAnswer, SharedPort, ShardRequest } from './shard-thread.ts';
import { passOf } from './update-kernel.ts';

const port = parentPort;
if (port === null) throw new StudioError('internal', 'shard-worker is meant to be started as a worker thread.');

const runtime = loadFrom(workerData as string);

/** A port with memory that ONNX Runtime takes. */
interface Passage {
  readonly shared: TensorData;
  readonly own: TensorData;
  readonly tensor: Tensor;
}

interface Program {
  readonly session: InferenceSession;
  readonly inputs: ReadonlyMap<string, Passage>;
  readonly outputs: ReadonlyMap<string, Passage>;
}

/** A part of a training step in shared memory: gradients of some samples, and the update of some weights. */
interface Step {
  readonly session: InferenceSession;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
  update(): void;
}

const programs = new Map<number, Program>();
const steps = new Map<number, Step>();
let signal: ShardSignal | undefined;
/** The newest step. */
let stepDone = 0;

function passages(ports: readonly SharedPort[]): Map<string, Passage> {
  return new Map(ports.map(({ name, dtype, shape, shared }) => {
    const own = shared.slice();
    return [name, { shared, own, tensor: new runtime.Tensor(dtype, own, [...shape]) }];
  }));
}

function tensors(ports: ReadonlyMap<string, Passage>): Record<string, Tensor> {
  return Object.fromEntries([...ports].map(([name, { tensor }]) => [name, tensor]));
}

async function obey(request: Exclude<ShardRequest, { kind: 'wake' }>): Promise<void> {
  switch (request.kind) {
    case 'open': {
      const session = await runtime.InferenceSession.create(request.model, request.options);
      programs.set(request.id, { session, inputs: passages(request.inputs), outputs: passages(request.outputs) });
      return;
    }
    case 'run': {
      const { session, inputs, outputs } = programs.get(request.id)!;
      for (const { own, shared } of inputs.values()) own.set(shared);
      const given = tensors(outputs);
      discardCopies(await session.run(tensors(inputs), given) as Record<string, Tensor>, given);
      for (const { own, shared } of outputs.values()) shared.set(own);
      return;
    }
    case 'share': {
      signal ??= ShardSignal.of(request.signal);
      const passes = request.updates.map(({ code, begin, end }) => ({ pass: passOf(code), begin, end }));
      const update = (): void => {
        for (const { pass, begin, end } of passes) if (end > begin) pass(end, begin);
      };
      const session = await runtime.InferenceSession.create(request.model, request.options);
      steps.set(request.id, { session, inputs: inPlace(request.inputs), outputs: inPlace(request.outputs), update });
      return;
    }
    case 'close':
      await programs.get(request.id)?.session.release();
      await steps.get(request.id)?.session.release();
      programs.delete(request.id);
      steps.delete(request.id);
      return;
    case 'end':
      for (const { session } of [...programs.values(), ...steps.values()]) await session.release();
      programs.clear();
      steps.clear();
  }
}

function inPlace(ports: readonly SharedPort[]): Record<string, Tensor> {
  return Object.fromEntries(ports.map(({ name, dtype, shape, shared }) => [name, new runtime.Tensor(dtype, shared, [...shape])]));
}

/** Does one step after another, as long as the next one comes soon. */
async function serve(heard: ShardSignal): Promise<void> {
  do {
    while (heard.get('begun') !== stepDone) {
      stepDone = heard.get('begun');
      await step(heard, steps.get(heard.program)!);
      heard.wait('begun', stepDone);
    }
  } while (!heard.leave(stepDone));
}

async function step(heard: ShardSignal, { session, inputs, outputs, update }: Step): Promise<void> {
  try {
    discardCopies(await session.run(inputs, outputs) as Record<string, Tensor>, outputs);
  } catch (error) {
    heard.fail(messageOf(error));
  }
  heard.set('gradients', stepDone);
  for (let seen = heard.get('updating'); Math.abs(seen) !== stepDone; seen = heard.get('updating')) heard.wait('updating', seen);
  if (heard.get('updating') === stepDone) update();
  heard.set('done', stepDone);
}

let before = Promise.resolve();
port.on('message', (request: ShardRequest) => {
  before = before.then(async () => {
    if (request.kind === 'wake') return serve(signal!);
    const answer: ShardAnswer = await obey(request).then(() => ({}), (error: unknown) => ({ error: messageOf(error) }));
    port.postMessage(answer);
    if (request.kind === 'end') port.close();
  });
});
