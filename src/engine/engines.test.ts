// Every operation and its gradient on every engine of this machine, against the reference in float64.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tensor } from '../core/tensor.ts';
import { gradient } from '../graph/gradient.ts';
import * as ops from '../graph/ops.ts';
import type { Program } from '../graph/program.ts';
import { evaluate } from '../graph/reference.ts';
import { largeCases, leaves, operationCases, weigh } from '../graph/testing.ts';
import type { Session } from './engine.ts';
import { listDevices, openSession } from './engines.ts';

const available = (await listDevices()).filter(device => device.available);

describe.each(available)('$name', device => {
  let session: Session;
  beforeAll(async () => { session = await openSession(device, { threads: 1 }); });
  afterAll(async () => { await session.dispose(); });

  for (const [name, test] of Object.entries({ ...operationCases, ...largeCases })) {
    it(`${name}: value and gradient`, async () => {
      const { values, feeds } = leaves(test);
      const y = test.build(...values);
      const results = [y, ...gradient(weigh(y), values)];
      const program: Program = {
        name,
        inputs: values.map((value, i) => ({ name: `x${i}`, dtype: 'float32', shape: value.shape })),
        state: [],
        outputs: results.map((value, i) => ({ name: `y${i}`, value })),
        updates: [],
      };
      const rounded = Object.fromEntries(Object.entries(feeds).map(([key, data]) => [key, Float32Array.from(data)]));
      const expected = evaluate(results, rounded);
      const compiled = await session.compile(program);
      const got = await compiled.run(Object.fromEntries(values.map((value, i) => [`x${i}`, tensor(rounded[`x${i}`]!, value.shape)])));
      await compiled.dispose();
      expected.forEach((numbers, i) => {
        const result = got[`y${i}`]!;
        expect(result.shape).toEqual(results[i]!.shape);
        const scale = numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 1);
        const worst = numbers.reduce((most, number, k) => Math.max(most, Math.abs(result.data[k]! - number)), 0);
        expect(result.data).toHaveLength(numbers.length);
        expect(worst).toBeLessThan(2e-6 * scale);
      });
    });
  }

  it('keeps state between runs and gives it back', async () => {
    const count = ops.state('count', [2]);
    const step = ops.input('step', [2]);
    const next = ops.add(count, step);
    const compiled = await session.compile({
      name: 'count', inputs: [{ name: 'step', dtype: 'float32', shape: [2] }], state: [{ name: 'count', dtype: 'float32', shape: [2] }],
      outputs: [{ name: 'total', value: ops.sum(next) }], updates: [{ name: 'count', value: next }],
    });
    await session.setState({ count: tensor(Float32Array.of(1, 2)) });
    const totals: number[] = [];
    for (let i = 0; i < 3; i++) totals.push((await compiled.run({ step: tensor(Float32Array.of(1, 10)) }))['total']!.data[0]!);
    expect(totals).toEqual([14, 25, 36]);
    expect((await session.getState(['count']))['count']!.data).toEqual(Float32Array.of(4, 32));
  });

  it('keeps what a program left behind after the program is gone', async () => {
    const own = await openSession(device, { threads: 1 });
    const level = ops.state('level', [3]);
    const port = { name: 'level', dtype: 'float32', shape: [3] } as const;
    const raise = await own.compile({ name: 'raise', inputs: [], state: [port], outputs: [{ name: 'top', value: ops.sum(level) }], updates: [{ name: 'level', value: ops.add(level, 1) }] });
    await own.setState({ level: tensor(Float32Array.of(1, 2, 3)) });
    await raise.run({});
    await raise.dispose();
    const read = await own.compile({ name: 'read', inputs: [], state: [port], outputs: [{ name: 'total', value: ops.sum(level) }], updates: [] });
    expect((await read.run({}))['total']!.data[0]).toBe(9);
    await own.dispose();
  });

  it('names the input that was not fed', async () => {
    const x = ops.input('x', [1]);
    const compiled = await session.compile({ name: 'lonely', inputs: [{ name: 'x', dtype: 'float32', shape: [1] }], state: [], outputs: [{ name: 'y', value: ops.exp(x) }], updates: [] });
    await expect(compiled.run({})).rejects.toThrow('"lonely" was not fed "x"');
  });
});

it('has at least a native CPU and WebAssembly here', () => {
  expect(available.map(({ id }) => id)).toEqual(expect.arrayContaining(['cpu', 'wasm']));
});
