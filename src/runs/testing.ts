// Small runs for tests of this and other rooms.
import type { RunEvent, ScalarValues, SplitName } from './events.ts';
import type { NewRun, StatusUpdate } from './writer.ts';

export function newRun(name: string, status: Partial<StatusUpdate> = {}): NewRun {
  return {
    config: '{ /* as written */ }',
    resolvedConfig: { name, training: { epochs: 3 } },
    status: { state: 'preparing', epoch: 0, step: 0, epochs: 3, ...status },
    info: {
      name, configPath: `/experiments/${name}.aeconf`, specHash: 'abc', seed: 1, device: { id: 'cpu', name: 'CPU' }, versions: {}, overrides: {},
      dataset: { name: 'glyphs', shape: [28, 28, 1], train: 100, validation: 20 },
      model: { latentShape: [2], parameters: 10, trainable: 10 }, epochs: 3, stepsPerEpoch: 10,
    },
  };
}

/** The values of a whole epoch of ten steps. */
export function scalars(epoch: number, split: SplitName, values: ScalarValues): RunEvent {
  return { type: 'scalars', per: 'epoch', split, values, time: 1000 * epoch, epoch, step: 10 * epoch };
}
