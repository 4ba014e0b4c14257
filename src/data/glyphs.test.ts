import { describe, expect, it } from 'vitest';
import { drawGlyphs, GLYPH_SIZE } from './glyphs.ts';

const PIXELS = GLYPH_SIZE * GLYPH_SIZE;
const image = (values: Uint8Array, i: number) => values.subarray(i * PIXELS, (i + 1) * PIXELS);

describe('drawGlyphs', () => {
  const { values, labels } = drawGlyphs(1500, 0, 'train');

  it('draws the same digits for the same seed, and never changes the first by drawing more', () => {
    const again = drawGlyphs(100, 0, 'train');
    expect(Buffer.from(again.values).equals(Buffer.from(values.subarray(0, 100 * PIXELS)))).toBe(true);
    expect([...again.labels]).toEqual([...labels.subarray(0, 100)]);
  });

  it('draws others for another seed and part', () => {
    for (const other of [drawGlyphs(100, 1, 'train'), drawGlyphs(100, 0, 'test')]) {
      expect(Buffer.from(other.values).equals(Buffer.from(values.subarray(0, 100 * PIXELS)))).toBe(false);
    }
  });

  it('draws all ten digits about equally often', () => {
    const counts = new Array<number>(10).fill(0);
    for (const label of labels) counts[label]!++;
    expect(Math.min(...counts)).toBeGreaterThan(100);
    expect(Math.max(...counts)).toBeLessThan(200);
  });

  it('draws solid ink with soft edges inside the picture', () => {
    for (let i = 0; i < 1500; i++) {
      const pixels = image(values, i);
      const ink = pixels.reduce((sum, value) => sum + value, 0) / 255;
      expect(ink, `ink of image ${i}`).toBeGreaterThan(18);
      expect(ink, `ink of image ${i}`).toBeLessThan(260);
      expect(Math.max(...pixels), `darkest of image ${i}`).toBeGreaterThan(230);
      for (let k = 0; k < GLYPH_SIZE; k++) {
        const edge = [pixels[k], pixels[PIXELS - 1 - k], pixels[k * GLYPH_SIZE], pixels[k * GLYPH_SIZE + GLYPH_SIZE - 1]];
        expect(edge, `edge of image ${i}`).toEqual([0, 0, 0, 0]);
      }
    }
    const grey = values.filter(value => value > 0 && value < 255).length / values.filter(value => value > 0).length;
    expect(grey).toBeGreaterThan(0.2);
  });

  it('draws digits that can be told apart: the nearest of 1,300 others mostly has the same label', () => {
    let right = 0;
    for (let i = 1300; i < 1500; i++) {
      let best = Infinity;
      let label = -1;
      for (let j = 0; j < 1300; j++) {
        let distance = 0;
        for (let k = 0; k < PIXELS; k++) distance += (values[i * PIXELS + k]! - values[j * PIXELS + k]!) ** 2;
        if (distance < best) {
          best = distance;
          label = labels[j]!;
        }
      }
      if (label === labels[i]) right++;
    }
    expect(right / 200).toBeGreaterThan(0.9);
  });

  it('draws 5,000 in well under a second of one processor', () => {
    drawGlyphs(1000, 2, 'train'); // compiled by now
    const before = process.cpuUsage();
    drawGlyphs(5000, 3, 'train');
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000);
  });
});
