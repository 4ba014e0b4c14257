// The thread behind a ShardThread: holds sessions of its own and does as it is told, one request after another.
import { parentPort } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf, StudioError } from '../../core/errors.ts';
import type { TensorData } from '../../core/tensor.ts';
import { discardCopies } from './discard.ts';
import type { ShardAnswer, SharedPort, ShardRequest } from './shard-thread.ts';

const port = parentPort;
if (port === null) throw new StudioError('internal', 'shard-worker is meant to be started as a worker thread.');

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

const programs = new Map<number, Program>();

function passages(ports: readonly SharedPort[]): Map<string, Passage> {
  return new Map(ports.map(({ name, dtype, shape, shared }) => {
    const own = shared.slice();
    return [name, { shared, own, tensor: new Tensor(dtype, own, [...shape]) }];
  }));
}

function tensors(ports: ReadonlyMap<string, Passage>): Record<string, Tensor> {
  return Object.fromEntries([...ports].map(([name, { tensor }]) => [name, tensor]));
}

async function obey(request: ShardRequest): Promise<void> {
  switch (request.kind) {
    case 'open': {
      const session = await InferenceSession.create(request.model, request.options);
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
    case 'close':
      await programs.get(request.id)?.session.release();
      programs.delete(request.id);
      return;
    case 'end':
      for (const { session } of programs.values()) await session.release();
      programs.clear();
  }
}

let before = Promise.resolve();
port.on('message', (request: ShardRequest) => {
  before = before.then(async () => {
    const answer: ShardAnswer = await obey(request).then(() => ({}), (error: unknown) => ({ error: messageOf(error) }));
    port.postMessage(answer);
    if (request.kind === 'end') port.close();
  });
});
