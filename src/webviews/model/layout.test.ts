import { expect, it } from 'vitest';
import { readDiagram } from '../../model/diagram.ts';
import type { Diagram } from '../../protocol/messages.ts';
import { NARROW, fitText, layoutDiagram, type DiagramLayout } from './layout.ts';

const textWidth = (text: string): number => text.length * 6;

function diagram(parts: object): Diagram {
  return readDiagram(JSON.stringify({ data: 'mnist', ...parts }), 'a', 'a').diagram!;
}
const dense = diagram({ encoder: [{ type: 'flatten' }, { type: 'dense', units: 144, activation: 'relu' }], latent: { type: 'plain', units: 32 } });
const deep = diagram({
  corruption: [{ type: 'gaussian' }, { type: 'occlusion', size: 6 }],
  encoder: [16, 32, 64].flatMap(filters => [{ type: 'conv2d', filters, padding: 'same', activation: 'relu' }, { type: 'batchNormalization' }, { type: 'dropout', rate: 0.1 }]).concat({ type: 'flatten' } as never),
  latent: { type: 'gaussian', units: 8 }, penalties: [{ type: 'contractive', weight: 0.1 }],
});
const laid = (of: Diagram, width: number, height = 400): DiagramLayout => layoutDiagram(of, { width, height, fontSize: 12, textWidth });

it('draws an hourglass: extents fall to the code and rise again, symmetric for a mirrored decoder', () => {
  const { layers, axis } = laid(dense, 1000);
  const halves = layers.filter(({ kind }) => kind !== 'slab').map(({ half }) => half);
  expect(halves).toHaveLength(6);
  expect(halves[0]).toBeGreaterThan(halves[1]!);
  expect(halves[1]).toBeGreaterThan(halves[2]!);
  expect(halves[3]).toBeCloseTo(halves[1]!, 6);
  expect(halves[4]).toBeCloseTo(halves[0]!, 6);
  // ~ log of the numbers.
  expect(halves[2]! / halves[0]!).toBeCloseTo(Math.log1p(32) / Math.log1p(784), 6);
  for (const { face } of layers) expect(face.y + face.height / 2).toBeCloseTo(axis, 6);
});

it.each([[dense, 700], [dense, 1400], [deep, 1500], [deep, 2400]])('lies in columns that do not overlap, in the middle of the page', (of, width) => {
  const { layers, notes, width: whole, height, standing } = laid(of, width);
  expect(standing).toBe(false);
  expect(whole).toBe(width);
  layers.forEach(({ area, face, depth }, i) => {
    expect(area.x).toBeGreaterThanOrEqual(i === 0 ? 0 : layers[i - 1]!.area.x + layers[i - 1]!.area.width - 1e-6);
    expect(face.x).toBeGreaterThanOrEqual(area.x);
    expect(face.x + face.width + depth).toBeLessThanOrEqual(area.x + area.width + 1e-6);
    expect(face.y - depth * 0.62).toBeGreaterThan(0);
    expect(area.y + area.height).toBeLessThanOrEqual(height);
  });
  expect(layers.at(-1)!.area.x + layers.at(-1)!.area.width).toBeLessThanOrEqual(whole);
  notes.forEach(({ box }, i) => {
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(whole);
    expect(box.y).toBeGreaterThan(0);
    for (const { box: other } of notes.slice(0, i)) expect(box.y !== other.y || box.x >= other.x + other.width || other.x >= box.x + box.width).toBe(true);
  });
});

it('stands in a narrow page, layer below layer, and never wider than it', () => {
  const { layers, notes, standing, width, height } = laid(deep, 300);
  expect([standing, width]).toEqual([true, 300]);
  layers.forEach(({ area }, i) => {
    if (i > 0) expect(area.y).toBeGreaterThanOrEqual(layers[i - 1]!.area.y + layers[i - 1]!.area.height);
  });
  for (const { box } of notes) expect(box.x + box.width).toBeLessThanOrEqual(300);
  expect(height).toBeGreaterThan(layers.at(-1)!.area.y + layers.at(-1)!.area.height);
  expect(laid(dense, NARROW).standing).toBe(false);
  // Wide enough for few layers, not for many: it stands, so that nobody has to scroll sideways.
  const many = laid(deep, 800);
  expect([many.standing, many.width]).toEqual([true, NARROW]);
});

it('cuts texts to the room there is', () => {
  expect(fitText('conv2d_transpose', 200, textWidth)).toBe('conv2d_transpose');
  expect(fitText('conv2d_transpose', 48, textWidth)).toBe('conv2d_…');
  expect(fitText('conv2d', 3, textWidth)).toBe('');
});
