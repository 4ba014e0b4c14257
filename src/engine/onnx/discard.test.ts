import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { lower } from '../../graph/onnx/lower.ts';
import * as ops from '../../graph/ops.ts';
import { discardCopies } from './discard.ts';

const floats = (...numbers: number[]): Tensor => new Tensor('float32', Float32Array.from(numbers), [numbers.length]);

it('frees the copy that the library gives of a result in memory of ours', async () => {
  const x = ops.input('x', [2]);
  const model = lower({
    name: 'test', inputs: [{ name: 'x', dtype: 'float32', shape: [2] }], state: [], updates: [],
    outputs: [{ name: 'doubled', value: ops.mul(x, 2) }, { name: 'squared', value: ops.square(x) }],
  });
  const session = await InferenceSession.create(model, { executionProviders: ['cpu'] });
  const given = { doubled: floats(0, 0), squared: null };
  const results = await session.run({ x: floats(3, 4) }, given);
  const buffer = (name: string): ArrayBufferLike => (results[name]!.data as Float32Array).buffer;
  expect(buffer('doubled').byteLength).toBe(8);
  discardCopies(results, given);
  expect(buffer('doubled').byteLength).toBe(0);
  expect([...given.doubled.data as Float32Array]).toEqual([6, 8]);
  expect([...results['squared']!.data as Float32Array]).toEqual([9, 16]);
  await session.release();
});

it('leaves a result alone that is no copy', () => {
  const own = floats(1, 2);
  discardCopies({ y: own }, { y: own });
  expect([...own.data as Float32Array]).toEqual([1, 2]);
});
