import { describe, expect, it } from 'vitest';
import { topologicalOrder } from './ir.ts';
import { feedsOf, programsOf } from './model-testing.ts';
import { inParts, splitProgram, windowMemory } from './parts.ts';
import type { Program } from './program.ts';
import { evaluate } from './reference.ts';

const convolutional = {
  encoder: [
    { type: 'conv2d', filters: 3, strides: 2, padding: 'same', activation: 'relu' },
    { type: 'batchNormalization' },
    { type: 'conv2d', filters: 4, padding: 'same', activation: 'selu' },
    { type: 'maxPooling2d', padding: 'same' },
    { type: 'flatten' },
  ],
  latent: { type: 'plain', units: 2 },
  decoder: [
    { type: 'dense', units: 24 },
    { type: 'reshape', targetShape: [3, 2, 4] },
    { type: 'upSampling2d' },
    { type: 'conv2dTranspose', filters: 3, padding: 'same', activation: 'sigmoid' },
    { type: 'flatten' },
    { type: 'dense', units: 60 },
    { type: 'reshape', targetShape: [6, 5, 2] },
  ],
};

const kindsOf = (program: Program): string[] =>
  topologicalOrder([...program.outputs, ...program.updates].map(({ value }) => value)).map(({ op }) => op.kind);

describe('a program in parts of the batch', () => {
  const programs = programsOf(convolutional);

  it.each([['training', programs.trainStep(5), 2], ['training', programs.trainStep(5), 5], ['evaluation', programs.evaluate(5), 3]])('gives the same in %s', (_, program, count) => {
    const split = splitProgram(program, 5, count);
    const values = (one: Program) => [...one.outputs, ...one.updates].map(({ value }) => value);
    expect(values(split).map(({ shape }) => shape)).toEqual(values(program).map(({ shape }) => shape));
    const feeds = feedsOf(programs, program, programs.initialState(1));
    const expected = evaluate(values(program), feeds);
    evaluate(values(split), feeds).forEach((numbers, i) => {
      numbers.forEach((number, k) => expect(Math.abs(number - expected[i]![k]!)).toBeLessThan(1e-12 * Math.max(1, Math.abs(expected[i]![k]!))));
    });
  });

  describe('whose decoder sees several codes of every image', () => {
    const weighted = programsOf({ ...convolutional, latent: { type: 'gaussian', units: 2, importanceSamples: 3 } });

    it.each([['images', 5], ['codes', 15]])('gives the same with those convolutions in parts that see %s', (_, batch) => {
      const program = weighted.trainStep(5);
      const split = splitProgram(program, batch, 4);
      expect(kindsOf(split).length).toBeGreaterThan(kindsOf(program).length);
      const values = (one: Program) => [...one.outputs, ...one.updates].map(({ value }) => value);
      expect(values(split).map(({ shape }) => shape)).toEqual(values(program).map(({ shape }) => shape));
      const feeds = feedsOf(weighted, program, weighted.initialState(1));
      const expected = evaluate(values(program), feeds);
      evaluate(values(split), feeds).forEach((numbers, i) => {
        numbers.forEach((number, k) => expect(Math.abs(number - expected[i]![k]!)).toBeLessThan(1e-12 * Math.max(1, Math.abs(expected[i]![k]!))));
      });
    });
  });

  it('splits convolutions and leaves dense layers whole', () => {
    const before = kindsOf(programs.trainStep(6));
    const after = kindsOf(splitProgram(programs.trainStep(6), 6, 3));
    const count = (kinds: string[], kind: string): number => kinds.filter(each => each === kind).length;
    for (const kind of ['conv2d', 'conv2dInput', 'conv2dFilter', 'elu']) expect(count(after, kind), kind).toBe(3 * count(before, kind));
    expect(count(after, 'matmul')).toBe(count(before, 'matmul'));
  });

  it('is in parts when windows are large, in one piece when they are small or there are none', () => {
    const small = programs.trainStep(8);
    expect(inParts(small)).toBe(small);
    const dense = programsOf({ encoder: [{ type: 'flatten' }], latent: { type: 'plain', units: 2 } }).trainStep(4096);
    expect(inParts(dense)).toBe(dense);
    const large = programs.trainStep(40_000);
    expect(kindsOf(inParts(large)).length).toBeGreaterThan(2 * kindsOf(large).length);
  });

  it('needs memory for the windows of one part only', () => {
    const bytes = windowMemory(programs.trainStep(8));
    expect(windowMemory(programs.trainStep(16))).toBeCloseTo(2 * bytes, 6);
    expect(windowMemory(programs.trainStep(40_000))).toBeLessThan(20e6);
  });
});
