// Which form a transposed convolution takes; that every form is right is the matter of engine/engines.test.ts.
import { describe, expect, it } from 'vitest';
import { Emitter } from './emit.ts';
import { ImageProducts } from './image-products.ts';

const strided = { strides: [2, 2], padLow: [0, 0], padHigh: [1, 1] } as const;

function operatorsOf(build: (images: ImageProducts) => void): string[] {
  const out = new Emitter(false);
  build(new ImageProducts(out));
  return out.nodes.map(({ type }) => type);
}

const count = (operators: string[], type: string): number => operators.filter(each => each === type).length;

describe('a transposed convolution', () => {
  it('of many channels is one product for each kind of pixel, without zeros between pixels', () => {
    const operators = operatorsOf(images => images.conv2dInput({ name: 'dy', shape: [8, 14, 14, 64] }, 'w', [64, 32, 3, 3], strided, [8, 32, 28, 28]));
    expect(count(operators, 'MatMul')).toBe(4);
    expect(operators).not.toContain('Col2Im');
  });

  it('of so many channels that two kinds of columns fill one register is one product for each kind of row', () => {
    const operators = operatorsOf(images => images.conv2dInput({ name: 'dy', shape: [8, 14, 14, 32] }, 'w', [32, 8, 3, 3], strided, [8, 8, 28, 28]));
    expect(count(operators, 'MatMul')).toBe(2);
    expect(operators).not.toContain('Col2Im');
  });

  it('of few channels is one product that is folded', () => {
    const operators = operatorsOf(images => images.conv2dInput({ name: 'dy', shape: [8, 14, 14, 64] }, 'w', [64, 1, 3, 3], strided, [8, 1, 28, 28]));
    expect(count(operators, 'MatMul')).toBe(1);
    expect(operators).toContain('Col2Im');
  });

  it('takes a filter apart once for all parts of a batch', () => {
    const operators = operatorsOf(images => {
      for (const name of ['a', 'b', 'c']) images.conv2dInput({ name, shape: [8, 14, 14, 64] }, 'w', [64, 32, 3, 3], strided, [8, 32, 28, 28]);
    });
    expect(count(operators, 'MatMul')).toBe(3 * 4);
    // One of windows for each product but that of single pixels; of the filter one for each kind of pixel.
    expect(count(operators, 'Gather')).toBe(3 * 3 + 4);
  });
});

it.each([[32, 4], [8, 2], [1, 0]])('adds a bias to %i channels right after each of %i products, where they are not folded', (channels, fused) => {
  const out = new Emitter(false);
  new ImageProducts(out).conv2dInput({ name: 'dy', shape: [8, 14, 14, 32] }, 'w', [32, channels, 3, 3], strided, [8, channels, 28, 28], 'b');
  const products = out.nodes.filter(({ type }) => type === 'MatMul').map(({ outputs }) => outputs[0]);
  const sums = out.nodes.filter(({ type }) => type === 'Add');
  expect(sums.filter(({ inputs }) => products.includes(inputs[0]!)).length).toBe(fused);
  expect(sums.length).toBe(Math.max(1, fused));
});

it('makes the windows of an image once, for the product and for the filter', () => {
  const operators = operatorsOf(images => {
    const image = { name: 'x', shape: [8, 14, 14, 32] } as const;
    images.conv2d(image, 'w', [64, 32, 3, 3], strided, [8, 64, 7, 7]);
    images.conv2dFilter(image, { name: 'dy', shape: [8, 7, 7, 64] }, strided, [64, 32, 3, 3]);
  });
  expect(count(operators, 'Gather')).toBe(1);
});
