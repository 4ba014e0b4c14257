import { expect, it } from 'vitest';
import { epochMetadata, epochOfModel } from './model-epoch.ts';

/** ir_version 9, producer_name "me", metadata_props {"a": "b"}. */
const model = [0x08, 9, 0x12, 2, 109, 101, 0x72, 6, 0x0a, 1, 97, 0x12, 1, 98];

it('is read where it was put, beside metadata of others', () => {
  expect(epochOfModel(Uint8Array.from([...model, ...epochMetadata(0)]))).toBe(0);
  expect(epochOfModel(Uint8Array.from([...model, ...epochMetadata(123456)]))).toBe(123456);
});

it('is unknown of a model that does not say', () => {
  expect(epochOfModel(Uint8Array.from(model))).toBeUndefined();
  expect(epochOfModel(new Uint8Array())).toBeUndefined();
});
