import { expect, it } from 'vitest';
import { tensor, type HostTensor } from '../core/tensor.ts';
import type { CompiledProgram, Unread } from '../engine/engine.ts';
import { UnreadSteps } from './unread-steps.ts';

/** A program whose loss is what it is fed; `reads` notes how many results came with each read. */
function program(reads?: number[]): CompiledProgram {
  const run = (feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> => Promise.resolve({ loss: feeds['x']! });
  const dispose = (): Promise<void> => Promise.resolve();
  if (reads === undefined) return { run, dispose };
  const values = new Map<Unread, HostTensor>();
  return {
    run, dispose,
    start: feeds => {
      const unread = { program: 'step' };
      values.set(unread, feeds['x']!);
      return Promise.resolve(unread);
    },
    read: unread => {
      reads.push(unread.length);
      return Promise.resolve(unread.map(one => ({ loss: values.get(one)! })));
    },
  };
}

const counted = (): { losses: number[]; steps: UnreadSteps } => {
  const losses: number[] = [];
  return { losses, steps: new UnreadSteps((_, results) => { losses.push(results['loss']!.data[0]!); }) };
};
const take = (steps: UnreadSteps, compiled: CompiledProgram, i: number): Promise<void> =>
  steps.take({ program: compiled, size: 1, stepInEpoch: i, rate: 1 }, { x: tensor(Float32Array.of(i)) });

it('counts results at once where they are at hand', async () => {
  const { losses, steps } = counted();
  await take(steps, program(), 7);
  expect(losses).toEqual([7]);
});

it('reads results on a device only when asked, together, in the order of the steps', async () => {
  const { losses, steps } = counted();
  const [fullReads, lastReads]: [number[], number[]] = [[], []];
  const [full, last] = [program(fullReads), program(lastReads)];
  for (const i of [1, 2, 3]) await take(steps, full, i);
  await take(steps, last, 4);
  await take(steps, full, 5);
  expect(losses).toEqual([]);
  await steps.catchUp();
  expect(losses).toEqual([1, 2, 3, 4, 5]);
  expect([fullReads, lastReads]).toEqual([[3, 1], [1]]);
  await steps.catchUp();
  expect(losses).toHaveLength(5);
});

it('lets no more than 64 wait', async () => {
  const { losses, steps } = counted();
  const reads: number[] = [];
  const compiled = program(reads);
  for (let i = 0; i < 100; i++) await take(steps, compiled, i);
  expect(reads).toEqual([64]);
  expect(losses).toHaveLength(64);
});
