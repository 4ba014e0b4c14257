import { expect, it } from 'vitest';
import { parseInfo } from './json.ts';

const codesOf = (codes: unknown) => {
  const info = parseInfo(JSON.stringify({
    format: 1, id: 'r', name: 'r', configPath: '/r.aeconf', created: 1, device: { id: 'cpu', name: 'CPU' }, dataset: { shape: [4] }, model: { latentShape: [2], parameters: 1, trainable: 1, codes },
  }));
  return typeof info === 'string' ? info : info.model;
};

it.each([{ kind: 'sphere' }, { kind: 'entries', size: 4 }, { kind: 'range', activation: 'sigmoid', low: 0, high: 1 }, { kind: 'range', activation: 'relu', low: 0 }])('reads where codes can lie: %j', codes => {
  expect(codesOf(codes)).toEqual({ latentShape: [2], parameters: 1, trainable: 1, codes });
});

it.each([undefined, null, 7, { kind: 'cube' }, { kind: 'entries', size: 0 }, { kind: 'entries', size: 'many' }, { kind: 'range', low: 0 }])('knows nothing of it when that makes no sense: %j', codes => {
  expect(codesOf(codes)).toEqual({ latentShape: [2], parameters: 1, trainable: 1 });
});
