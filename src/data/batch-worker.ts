// The worker thread that prepares batches ahead of training. It answers each request with a batch in the buffers that came
// with it; buffers travel to and fro, nothing is copied.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, StudioError } from '../core/errors.ts';
import { BatchMaker, transfers, type MakerSetup, type WorkerAnswer, type WorkerRequest } from './batch-maker.ts';

const port = parentPort;
if (port === null) throw new StudioError('internal', 'batch-worker is meant to be started as a worker thread.');

const maker = new BatchMaker(workerData as MakerSetup);
port.on('message', ({ epoch, index, buffers }: WorkerRequest) => {
  try {
    const answer: WorkerAnswer = { batch: maker.make(epoch, index, buffers), buffers };
    port.postMessage(answer, transfers(buffers));
  } catch (error) {
    const answer: WorkerAnswer = { error: `Batch ${index} of epoch ${epoch} could not be made: ${messageOf(error)}` };
    port.postMessage(answer);
  }
});
