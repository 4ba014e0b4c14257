import { expect, it } from 'vitest';
import { spread } from './layout.ts';

it('puts one page beside the editor, two below each other, and the third below the editor', () => {
  expect(spread(2)).toEqual({ layout: { orientation: 0, groups: [{}, {}] }, columns: [1, 2] });
  expect(spread(3)).toEqual({ layout: { orientation: 0, groups: [{}, { groups: [{}, {}] }] }, columns: [1, 2, 3] });
  expect(spread(4)).toEqual({ layout: { orientation: 0, groups: [{ groups: [{}, {}] }, { groups: [{}, {}] }] }, columns: [1, 3, 4, 2] });
});

it('lets more pages share the last place', () => {
  expect(spread(6).columns).toEqual([1, 3, 4, 2, 2, 2]);
  expect(spread(6).layout).toEqual(spread(4).layout);
});

it('knows a window without anything beside', () => {
  expect(spread(1)).toEqual({ layout: { orientation: 0, groups: [{}] }, columns: [1] });
});
