import { describe, expect, it } from 'vitest';
import { StudioError } from '../core/errors.ts';
import { tensor } from '../core/tensor.ts';
import type { TensorFile } from './events.ts';
import { decodeSafetensors, decodeSomeTensors, encodeSafetensors } from './safetensors.ts';

/** A file made by hand from the format's description: length, header, data. */
function fixture(header: string, data: readonly number[]): Uint8Array {
  const json = new TextEncoder().encode(header);
  const length = new Uint8Array(8);
  length[0] = json.length & 255;
  length[1] = json.length >> 8;
  return Uint8Array.from([...length, ...json, ...data]);
}

const one = [0, 0, 0x80, 0x3f]; // 1 as an IEEE 754 single, little endian

function failure(bytes: Uint8Array): string {
  try {
    decodeSafetensors(bytes, '/runs/x.safetensors');
  } catch (error) {
    if (error instanceof StudioError && error.reason === 'run') return error.message;
    throw error;
  }
  throw new Error('It was read.');
}

describe('safetensors', () => {
  it('gives plain arrays of what Node reads, wherever it lies in memory', () => {
    const file = encodeSafetensors({ a: tensor(Float32Array.of(1, 2), [2]), b: tensor(Uint8Array.of(7, 8), [2]) });
    const memory = Buffer.alloc(file.length + 3);
    memory.set(file, 3);
    const { tensors } = decodeSafetensors(memory.subarray(3));
    expect(tensors['a']!.data).toEqual(Float32Array.of(1, 2));
    expect(tensors['b']!.data.constructor).toBe(Uint8Array);
  });

  it('writes byte for byte what the format says', () => {
    const bytes = encodeSafetensors(
      { b: tensor(Uint8Array.of(7, 8), [2]), a: tensor(Float32Array.of(1), [1, 1]), n: tensor(Int32Array.of(-2), []) },
      { step: '3' },
    );
    const json = '{"__metadata__":{"step":"3"},'
      + '"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},'
      + '"n":{"dtype":"I32","shape":[],"data_offsets":[4,8]},'
      + '"b":{"dtype":"U8","shape":[2],"data_offsets":[8,10]}}';
    const padded = json.padEnd(Math.ceil(json.length / 8) * 8, ' ');
    expect(Array.from(bytes)).toEqual(Array.from(fixture(padded, [...one, 0xfe, 0xff, 0xff, 0xff, 7, 8])));
    expect(padded.length % 8).toBe(0);
  });

  it('reads files of others: any order of names, unpadded headers, empty tensors', () => {
    const bytes = fixture('{"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"y":{"shape":[1],"dtype":"F32","data_offsets":[3,7]},"e":{"dtype":"F32","shape":[0,4],"data_offsets":[7,7]}}', [1, 2, 3, ...one]);
    const { tensors, metadata } = decodeSafetensors(bytes);
    expect(metadata).toEqual({});
    expect(tensors.x).toEqual({ dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 3) });
    expect(tensors.y).toEqual({ dtype: 'float32', shape: [1], data: Float32Array.of(1) });
    expect(tensors.e?.data).toHaveLength(0);
  });

  it('brings back what was written, wherever the bytes lie in memory', () => {
    const tensors: TensorFile = {
      'encoder/dense/kernel': tensor(Float32Array.from({ length: 12 }, (_, i) => Math.fround(Math.sin(i))), [3, 4]),
      labels: tensor(Int32Array.of(-1, 2147483647), [2]),
      odd: tensor(Uint8Array.of(1, 2, 3), [3]),
    };
    const bytes = encodeSafetensors(tensors, { ä: 'é' });
    for (let shift = 0; shift < 4; shift++) {
      const moved = new Uint8Array(bytes.length + shift);
      moved.set(bytes, shift);
      expect(decodeSafetensors(moved.subarray(shift))).toEqual({ tensors, metadata: { ä: 'é' } });
    }
  });

  it('does not copy tensors of an aligned file', () => {
    const bytes = encodeSafetensors({ a: tensor(new Float32Array(8)), z: tensor(new Uint8Array(3)) });
    const { tensors } = decodeSafetensors(bytes);
    expect(tensors.a?.data.buffer).toBe(bytes.buffer);
  });

  it('refuses a tensor whose shape and data disagree', () => {
    expect(() => encodeSafetensors({ a: tensor(new Float32Array(3), [2, 2]) })).toThrow(/"a" has 3 elements but shape \[2, 2\]/);
  });

  it.each([
    ['too short', Uint8Array.of(1, 2), /2 bytes/],
    ['a length beyond reason', Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0x7f]), /claims/],
    ['a cut header', fixture('{"x":1}', []).subarray(0, 12), /inside its header/],
    ['no JSON', fixture('{"x":', []), /not JSON/],
    ['bad UTF-8', Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 0xff]), /not JSON/],
    ['another type', fixture('{"x":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}', [0, 0]), /"x" has type "F16"/],
    ['a cut body', fixture('{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', one), /ends inside tensor "x"/],
    ['offsets against the shape', fixture('{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', one), /takes 8 bytes, its offsets say 4/],
    ['a hole', fixture('{"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}', [0, 0]), /starts at byte 1/],
    ['an overlap', fixture('{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}', [0, 0, 0]), /"y" starts at byte 1/],
    ['bytes behind', fixture('{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [0, 0]), /1 bytes follow/],
    ['a negative shape', fixture('{"x":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}', [0]), /no valid shape/],
  ])('names the file and what is wrong: %s', (_name, bytes, text) => {
    expect(failure(bytes)).toMatch(text);
    expect(failure(bytes)).toContain('/runs/x.safetensors');
  });
});

describe('some tensors of a file', () => {
  const file = encodeSafetensors({ a: tensor(Float32Array.of(1, 2)), b: tensor(new Float32Array(10_000)), c: tensor(Uint8Array.of(7)) }, { position: 'x' });
  /** What was read, as [position, length]. */
  function reading(bytes: Uint8Array) {
    const reads: (readonly [number, number])[] = [];
    return { reads, readAt: (into: Uint8Array, position: number) => {
      reads.push([position, into.length]);
      into.set(bytes.subarray(position, position + into.length));
      return Promise.resolve();
    } };
  }

  it('are read without the others, by name, with the metadata', async () => {
    const { reads, readAt } = reading(file);
    const { tensors, metadata } = await decodeSomeTensors(readAt, file.length, ['a', 'c', 'd']);
    expect(tensors).toEqual({ a: decodeSafetensors(file).tensors['a'], c: decodeSafetensors(file).tensors['c'] });
    expect(metadata).toEqual({ position: 'x' });
    expect(reads.reduce((sum, [, length]) => sum + length, 0)).toBeLessThan(1000);
  });

  it('of a damaged file are refused with the same words as the whole', async () => {
    const cut = file.subarray(0, file.length - 1);
    await expect(decodeSomeTensors(reading(cut).readAt, cut.length, ['a'], '/runs/x.safetensors')).rejects.toThrow(failure(cut));
    await expect(decodeSomeTensors(reading(file).readAt, 3, ['a'])).rejects.toThrow('it has 3 bytes');
  });
});
