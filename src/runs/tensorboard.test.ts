import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { crc32c, RunTensorBoard, tfRecord } from './tensorboard.ts';
import { scalars } from './testing.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tb-'));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

/** The records of the only file of a folder, their CRCs checked against the format's own formula. */
function records(split: string): Buffer[] {
  const [name, ...others] = fs.readdirSync(path.join(folder, 'tb', split));
  expect(others).toEqual([]);
  expect(name).toMatch(/^events\.out\.tfevents\.\d{10}\./);
  const bytes = fs.readFileSync(path.join(folder, 'tb', split, name!));
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    found.push(bytes.subarray(at + 12, at + 12 + length));
    at += 16 + length;
    expect(at).toBeLessThanOrEqual(bytes.length);
  }
  return found;
}

describe('CRC-32C', () => {
  it('agrees with the test vectors of RFC 3720', () => {
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  });
});

describe('a TFRecord', () => {
  it('is length, masked CRC, bytes, masked CRC', () => {
    const record = Buffer.from(tfRecord(Buffer.from('123456789')));
    const mask = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
    expect(record.readBigUInt64LE(0)).toBe(9n);
    expect(record.readUInt32LE(8)).toBe(mask(crc32c(record.subarray(0, 8))));
    expect(record.subarray(12, 21).toString()).toBe('123456789');
    expect(record.readUInt32LE(21)).toBe(mask(0xe3069283));
    expect(record).toHaveLength(25);
  });
});

describe('the event files of a run', () => {
  it('hold negative steps, those of pretraining, in two\'s complement', () => {
    const board = new RunTensorBoard(folder);
    board.event({ ...scalars(1, 'train', { 'pretraining/dense': 0.5 }), step: -3, time: 1500 });
    board.close();
    // Field 2, step: a varint of ten bytes.
    expect(records('train')[1]!.subarray(9, 20).toString('hex')).toBe('10fdffffffffffffffff01');
  });

  it('hold Event messages byte for byte', () => {
    const board = new RunTensorBoard(folder);
    board.event({ ...scalars(2, 'train', { loss: 0.5 }), time: 1500 });
    board.close();
    const [version, event] = records('train');
    expect(version!.subarray(11).toString('latin1')).toBe('\x1a\x0dbrain.Event:2');
    expect(event!.toString('hex')).toBe([
      '09', '000000000000f83f',               // wall_time 1.5 s
      '10', '14',                             // step 20
      '2a', '1b',                             // summary
      '0a', '0b', '0a04', Buffer.from('loss').toString('hex'), '15', '0000003f',
      '0a', '0c', '0a05', Buffer.from('epoch').toString('hex'), '15', '00000040',
    ].join(''));
  });

  it('hold principal components as a run of their own', () => {
    const board = new RunTensorBoard(folder);
    board.baseline({ loss: 0.5 }, 20, 1500);
    board.close();
    expect(records('pca')[1]!.subarray(11).toString('hex')).toBe(['2a', '0d', '0a', '0b', '0a04', Buffer.from('loss').toString('hex'), '15', '0000003f'].join(''));
  });

  it('are one run per split, and begin with the step of a resume', () => {
    const board = new RunTensorBoard(folder);
    board.event({ type: 'resume', time: 1, epoch: 1, step: 10 });
    board.event(scalars(2, 'train', { loss: 0.5 }));
    board.event({ ...scalars(2, 'validation', { loss: 0.6 }) });
    board.event({ type: 'checkpoint', kind: 'last', time: 1, epoch: 2, step: 20 });
    board.image('validation', 'reconstructions', { png: Uint8Array.of(1, 2, 3), width: 5, height: 4, channels: 3 }, 20);
    board.close();
    expect(records('train')).toHaveLength(3);
    expect(records('train')[1]!.subarray(9).toString('hex')).toBe('100b3a020801'); // step 11, session_log { status: START }
    expect(records('validation')).toHaveLength(4);
    expect(records('validation')[3]!.subarray(13).toString('hex')).toBe(`0a1e0a0f${Buffer.from('reconstructions').toString('hex')}220b0804100518032203010203`);
  });
});
