// The worker thread that prepares batches ahead of training. It answers each request with a batch in the buffers that came
// with it; buffers travel to and fro, nothing is copied.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, StudioError } from '../core/errors.ts';
import { BatchMaker, transfers, type MakerSetup, type WorkerAnswer, type WorkerRequest } from './batch-maker.ts';

const port = parentPort;
if (port === null) throw new StudioError('internal', 'batch-worker is meant to be started as a worker thread.');

const maker = new BatchMaker(workerData as MakerSetup, { ahead: true });
let failure: unknown;
port.on('message', ({ epoch, index, buffers }: WorkerRequest) => {
  try {
    // What failed while nobody waited is told to the next who does.
    if (failure !== undefined) throw failure;
    const answer: WorkerAnswer = { batch: maker.make(epoch, index, buffers), buffers };
    port.postMessage(answer, transfers(buffers));
  } catch (error) {
    const known = error instanceof StudioError;
    const answer: WorkerAnswer = { error: known ? error.message : `Batch ${index} of epoch ${epoch} could not be made: ${messageOf(error)}`, reason: known ? error.reason : 'internal' };
    port.postMessage(answer);
    return;
  }
  try {
    maker.readAhead();
  } catch (error) {
    failure = error;
  }
});
