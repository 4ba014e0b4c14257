import { expect, it } from 'vitest';
import { nextHint, type HintState } from './hints.ts';

const hint = (change: Partial<HintState>) => nextHint({ strip: 'path', chosen: [], decoder: 'ready', byKeys: false, ...change });

it('says what to click', () => {
  expect(hint({})).toBe('Click two points to see what lies between them.');
  expect(hint({ chosen: ['“7”'] })).toBe('A is “7”. Click a second point.');
  expect(hint({ strip: 'sum', chosen: ['“7”', '“2”'] })).toBe('A is “7”, B “2”. Click C, to which their difference is added.');
});

it('says what Enter would do, or that it would do nothing', () => {
  expect(hint({ byKeys: true, nearest: { name: '“3”', chosen: false } })).toBe('Arrow keys move the probe; Enter takes the sample nearest to it, “3”, as A.');
  expect(hint({ byKeys: true, chosen: ['“3”'], nearest: { name: '“3”', chosen: true } })).toBe('A is “3”. The sample nearest to the probe is chosen already: move the probe for B.');
  expect(hint({ byKeys: true })).toBe('No sample is near the probe: move it with the arrow keys.');
  expect(hint({ byKeys: true, strip: 'sum', chosen: ['“1”'], nearest: { name: 'sample 4', chosen: false } })).toBe('A is “1”. Arrow keys move the probe; Enter takes the sample nearest to it, sample 4, as B, which is subtracted.');
});

it('promises nothing where nothing can be decoded', () => {
  expect(hint({ decoder: 'failed', chosen: ['“7”'] })).toBe('Nothing can be decoded here: the decoder does not run.');
});
