// Event files for TensorBoard, so that a run can be looked at there too. A file is a row of TFRecords (length, its CRC, bytes,
// their CRC; CRC-32C masked as in tensorflow/core/lib/hash/crc32c.h), each holding a protocol buffer of type Event
// (tensorflow/core/util/event.proto). Train and validation are two runs with the same tags, which TensorBoard draws on one chart.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import Pbf from 'pbf';
import { runFiles, type RunEvent, type ScalarValues, type SplitName } from './events.ts';
import { fileError } from './files.ts';

const CASTAGNOLI = 0x82f63b78; // reversed polynomial of CRC-32C (RFC 3720)
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CASTAGNOLI : crc >>> 1;
  return crc;
});

/** CRC-32C of some bytes. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ crcTable[(crc ^ bytes[i]!) & 255]!;
  return (crc ^ 0xffffffff) >>> 0;
}

function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** One TFRecord. */
export function tfRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(16 + data.length);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return record;
}

/** An image of a summary, already encoded as PNG. */
export interface PngImage {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 RGB, 4 RGBA. */
  readonly channels: 1 | 3 | 4;
}

type Value = { readonly tag: string; readonly scalar: number } | { readonly tag: string; readonly image: PngImage };
type Content = { readonly fileVersion: string } | { readonly sessionStart: true } | { readonly values: readonly Value[] };

function writeImage(image: PngImage, out: Pbf): void {
  out.writeVarintField(1, image.height);
  out.writeVarintField(2, image.width);
  out.writeVarintField(3, image.channels);
  out.writeBytesField(4, image.png);
}

function writeValue(value: Value, out: Pbf): void {
  out.writeStringField(1, value.tag);
  if ('scalar' in value) out.writeFloatField(2, value.scalar);
  else out.writeMessage(4, writeImage, value.image);
}

/** The Event message, with field numbers from event.proto and summary.proto. */
function encodeEvent(seconds: number, step: number, content: Content): Uint8Array {
  const out = new Pbf();
  out.writeDoubleField(1, seconds);
  out.writeVarintField(2, step);
  if ('fileVersion' in content) out.writeStringField(3, content.fileVersion);
  else if ('sessionStart' in content) out.writeMessage(7, (_, session: Pbf) => session.writeVarintField(1, 1), undefined);
  else out.writeMessage(5, (values: readonly Value[], summary: Pbf) => values.forEach(value => summary.writeMessage(1, writeValue, value)), content.values);
  return out.finish();
}

let fileNumber = 0;

/** Appends to one event file. */
export class EventFile {
  private readonly file: string;
  private readonly descriptor: number;

  /** @throws StudioError('run') when the file cannot be made. */
  constructor(folder: string) {
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, '0');
    this.file = path.join(folder, `events.out.tfevents.${seconds}.${os.hostname()}.${process.pid}.${fileNumber++}`);
    try {
      fs.mkdirSync(folder, { recursive: true });
      this.descriptor = fs.openSync(this.file, 'ax');
    } catch (error) {
      throw fileError('write', this.file, error);
    }
    this.append(Date.now(), 0, { fileVersion: 'brain.Event:2' });
  }

  /** Values of one step, by tag. @param time milliseconds since 1970. */
  scalars(values: Readonly<Record<string, number>>, step: number, time: number): void {
    this.append(time, step, { values: Object.entries(values).map(([tag, scalar]) => ({ tag, scalar })) });
  }

  image(tag: string, image: PngImage, step: number, time: number): void {
    this.append(time, step, { values: [{ tag, image }] });
  }

  /** Makes TensorBoard forget what earlier files hold from this step on. */
  sessionStart(step: number, time: number): void {
    this.append(time, step, { sessionStart: true });
  }

  private append(time: number, step: number, content: Content): void {
    const record = tfRecord(encodeEvent(time / 1000, step, content));
    try {
      for (let written = 0; written < record.length;) written += fs.writeSync(this.descriptor, record, written);
    } catch (error) {
      throw fileError('write', this.file, error);
    }
  }

  close(): void {
    fs.closeSync(this.descriptor);
  }
}

/**
 * The `tb` folder of a run, filled from its events: `loss` per epoch for train and validation, `batch_loss` for single steps. What
 * principal components reach is a run of its own, `pca`, a level line on the charts of the errors it can be compared with.
 * The horizontal axis is the optimiser step for all, so that a resume can void what came after it; `epoch` is a curve.
 */
export class RunTensorBoard {
  private readonly files = new Map<SplitName | 'pca', EventFile>();
  private resumedAt: { readonly step: number; readonly time: number } | undefined;

  /** @param folder the run's. Files are made when the first value comes. */
  constructor(private readonly folder: string) {}

  private file(split: SplitName | 'pca'): EventFile {
    let file = this.files.get(split);
    if (file === undefined) {
      file = new EventFile(path.join(this.folder, runFiles.tensorboard, split));
      this.files.set(split, file);
      if (this.resumedAt !== undefined) file.sessionStart(this.resumedAt.step + 1, this.resumedAt.time);
    }
    return file;
  }

  /** Takes the events of the run; other types than scalars and resume leave no trace. @throws StudioError('run') when the disk refuses. */
  event(event: RunEvent): void {
    if (event.type === 'resume') {
      this.close();
      this.resumedAt = event;
    } else if (event.type === 'scalars') {
      const values = event.per === 'epoch'
        ? { ...event.values, epoch: event.epoch }
        : Object.fromEntries(Object.entries(event.values).map(([name, value]) => [`batch_${name}`, value]));
      this.file(event.split).scalars(values, event.step, event.time);
    }
  }

  /** Where principal components lie after an epoch, by tag. @throws StudioError('run') when the disk refuses. */
  baseline(levels: ScalarValues, step: number, time: number): void {
    this.file('pca').scalars(levels, step, time);
  }

  /** A picture, for instance the grid of reconstructions. */
  image(split: SplitName, tag: string, image: PngImage, step: number): void {
    this.file(split).image(tag, image, step, Date.now());
  }

  close(): void {
    for (const file of this.files.values()) file.close();
    this.files.clear();
  }
}
