import { expect, it } from 'vitest';
import { arrange } from './arrange.ts';
import { newPicture, type Picture } from './canvas.ts';

const pixel = ({ data, width }: Picture, x: number, y: number): number[] => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];

it('puts pictures side by side and below each other, white where there is none', () => {
  const [red, green, blue] = [newPicture(2, 1, [255, 0, 0]), newPicture(1, 3, [0, 255, 0]), newPicture(5, 2, [0, 0, 255])];
  const whole = arrange([[red, green], [blue]]);
  expect([whole.width, whole.height]).toEqual([5, 5]);
  expect(pixel(whole, 1, 0)).toEqual([255, 0, 0]);
  expect(pixel(whole, 1, 1)).toEqual([255, 255, 255]);
  expect(pixel(whole, 2, 2)).toEqual([0, 255, 0]);
  expect(pixel(whole, 3, 0)).toEqual([255, 255, 255]);
  expect(pixel(whole, 4, 4)).toEqual([0, 0, 255]);
});
