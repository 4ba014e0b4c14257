// Appends whole lines to events.jsonl. When the disk takes only a part of a line, that part is cut off again and the line
// kept, so that the file always ends in a newline and no event is lost while the process lives.
import * as fs from 'node:fs';
import { errorCode, fileError } from './files.ts';

export class EventLog {
  private readonly descriptor: number;
  private pending: string[] = [];
  /** A part of a line stands at the end and could not be cut off; a newline makes it a line that readers skip. */
  private torn = false;

  /** @throws StudioError('run') when the file cannot be opened. */
  constructor(private readonly file: string) {
    try {
      this.descriptor = fs.openSync(file, 'a');
    } catch (error) {
      throw fileError('open', file, error);
    }
  }

  /**
   * Appends a line that ends in a newline, after those that could not be written before.
   * @throws StudioError('run') when the disk refuses; the line is kept for the next call.
   */
  append(line: string): void {
    this.pending.push(line);
    this.flush();
  }

  /** Number of lines that wait for the disk. */
  get waiting(): number {
    return this.pending.length;
  }

  private flush(): void {
    while (this.pending.length > 0) {
      const bytes = Buffer.from(this.pending[0]!);
      let written = 0;
      try {
        if (this.torn) fs.writeSync(this.descriptor, '\n');
        this.torn = false;
        while (written < bytes.length) written += fs.writeSync(this.descriptor, bytes, written);
      } catch (error) {
        if (written > 0) this.cutOff(written);
        throw fileError('write', this.file, error);
      }
      this.pending.shift();
    }
  }

  private cutOff(bytes: number): void {
    try {
      fs.ftruncateSync(this.descriptor, fs.fstatSync(this.descriptor).size - bytes);
    } catch (error) {
      if (errorCode(error) === '') throw error;
      this.torn = true;
    }
  }

  /** Flushes to the disk. */
  sync(): void {
    this.flush();
    try {
      fs.fsyncSync(this.descriptor);
    } catch (error) {
      throw fileError('write', this.file, error);
    }
  }

  close(): void {
    try {
      this.flush();
    } finally {
      fs.closeSync(this.descriptor);
    }
  }
}
