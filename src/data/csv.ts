// Tables of numbers (.csv, .csv.gz), parsed byte by byte while the file is read: no line ever becomes a string unless it holds
// text. A table of whole numbers from 0 to 255 stays bytes, a quarter of the memory of float32.
import { StudioError } from '../core/errors.ts';
import { withBytes } from './byte-reader.ts';
import type { DataProgress } from './dataset.ts';
import { allocate, type NumberArray, type Samples } from './memory.ts';
import { parseDecimal } from './decimal.ts';

export interface CsvOptions {
  readonly separator: string;
  /** What stands before the decimals of a number; a point when left out. */
  readonly decimal?: '.' | ',' | undefined;
  /** Whether a table of bytes becomes float32, too. */
  readonly floats?: boolean | undefined;
  readonly labelColumn?: 'first' | 'last' | number | string | undefined;
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
}

export interface CsvTable {
  /** rows × features. */
  readonly samples: NumberArray;
  /** The label of each row as it stands in the file. */
  readonly labels?: readonly string[];
  /** What the first line names all columns. */
  readonly header?: readonly string[];
  /** The same without the label's. */
  readonly columnNames?: readonly string[];
}

const LF = 10, CR = 13, QUOTE = 34;
/** Up to one cell in so many of a header may be a number. */
const FEW = 10;
/** Cells of tables that say that there is no value. */
const MISSING = /^([-+]?(inf|infinity)|nan|n\/?a|null|none|\?|)$/i;
const MAX_LINE = 64 << 20;
const BLOCK_VALUES = 1 << 20;

/**
 * Reads a table. The first line is a header when hardly any cell of it, the label's left aside, is a number: a row with a faulty
 * cell is an error wherever it stands.
 * @throws StudioError('data') with file, line and column for a value that is no number, a row of another length, a label
 * column that does not exist, or a table without rows
 */
export function readCsv(path: string, options: CsvOptions): Promise<CsvTable> {
  return withBytes(path, options.signal, async reader => {
    const table = new TableBuilder(path, options);
    let rest = new Uint8Array(0);
    let first = true;
    for (;;) {
      const piece = await reader.next();
      if (piece === undefined) break;
      let bytes = piece;
      if (rest.length > 0) {
        bytes = new Uint8Array(rest.length + piece.length);
        bytes.set(rest);
        bytes.set(piece, rest.length);
      }
      if (first && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
      first = false;
      const used = table.addLines(bytes);
      rest = bytes.slice(used);
      if (table.full) break;
      if (rest.length > MAX_LINE) throw new StudioError('data', `${path}:${table.line}: a line is longer than ${MAX_LINE >> 20} MB; this is no table.`);
      options.onProgress?.({ task: `Reading ${path}`, done: reader.position, unit: 'bytes' });
    }
    if (rest.length > 0 && !table.full) table.addLine(rest, 0, rest.length);
    return table.finish();
  });
}

class TableBuilder {
  line = 1;
  private rows = 0;
  /** Values per row without the label; -1 before the first row. */
  private features = -1;
  private columns = -1;
  private labelIndex = -1;
  private header: readonly string[] | undefined;
  private readonly labels: string[] = [];
  private blocks: Samples[] = [];
  private rowsPerBlock = 0;
  private bytes = true;
  private readonly separator: number;
  private readonly point: number;
  private row = new Float32Array(0);

  constructor(private readonly path: string, private readonly options: CsvOptions) {
    this.separator = options.separator.charCodeAt(0);
    // Where the decimal comma separates columns, too, numbers with one stand in quotes, and whatever has quotes is not parsed here.
    this.point = options.decimal === ',' ? options.separator === ',' ? -1 : 44 : 46;
    this.bytes = options.floats !== true;
  }

  get full(): boolean {
    return this.options.limit !== undefined && this.rows >= this.options.limit;
  }

  private error(column: number, text: string): StudioError {
    return new StudioError('data', `${this.path}:${this.line}: ${column > 0 ? `column ${column}: ` : ''}${text}`);
  }

  /** Takes all complete lines; returns how many bytes they were. */
  addLines(bytes: Uint8Array): number {
    let start = 0;
    while (!this.full) {
      const end = bytes.indexOf(LF, start);
      if (end < 0) break;
      this.addLine(bytes, start, end);
      start = end + 1;
    }
    return start;
  }

  addLine(bytes: Uint8Array, start: number, lineEnd: number): void {
    const end = lineEnd > start && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    if (end > start) {
      if (this.columns >= 0) this.addRow(bytes, start, end);
      else if (!this.addFirst(bytes, start, end)) this.addRow(bytes, start, end);
    }
    this.line++;
  }

  /** Learns the columns from the first line; true when it was a header. */
  private addFirst(bytes: Uint8Array, start: number, end: number): boolean {
    const fields = this.fields(bytes, start, end);
    this.columns = fields.length;
    this.requireSeparator(bytes, start, end, fields);
    const label = this.options.labelColumn;
    const byName = typeof label === 'string' && label !== 'first' && label !== 'last';
    let index = -1;
    if (label === 'first') index = 0;
    else if (label === 'last') index = fields.length - 1;
    else if (typeof label === 'number') index = label;
    else if (byName) index = fields.findIndex(field => field.trim() === label);
    const isHeader = byName || this.areNames(fields.filter((_, column) => column !== index));
    if (byName && index < 0) {
      throw this.error(0, `there is no column named "${label}". The header names: ${fields.slice(0, 12).join(', ')}${fields.length > 12 ? ', ...' : ''}.`);
    }
    if (label !== undefined && index >= fields.length) {
      throw this.error(0, `labelColumn is ${String(label)}, but the table has columns 0 to ${fields.length - 1}.`);
    }
    this.labelIndex = index;
    this.features = fields.length - (index >= 0 ? 1 : 0);
    if (this.features === 0) {
      throw this.error(0, `there is only one column${index >= 0 ? ', the label' : ''}. Is "${this.options.separator}" the separator? See "separator".`);
    }
    this.row = new Float32Array(this.features);
    this.rowsPerBlock = Math.max(1, Math.floor(BLOCK_VALUES / this.features));
    if (isHeader) this.header = fields.map(field => field.trim());
    return isHeader;
  }

  /** Whether cells of the first line are names of columns. */
  private areNames(cells: readonly string[]): boolean {
    const numbers = cells.filter(cell => Number.isFinite(this.numberOf(cell))).length;
    const missing = cells.filter(cell => MISSING.test(cell.trim())).length;
    return numbers * FEW <= cells.length && missing * 2 < cells.length;
  }

  /** @throws StudioError('data') when the first line shows that another character separates its columns. */
  private requireSeparator(bytes: Uint8Array, start: number, end: number, fields: readonly string[]): void {
    for (const other of [';', '\t', '|', ' ', ',']) {
      if (other === this.options.separator) continue;
      const cells = this.fields(bytes, start, end, other.charCodeAt(0));
      if (cells.length < 2) continue;
      const decimal = (['.', ','] as const).find(sign => cells.every(cell => Number.isFinite(numberOf(cell, sign))));
      const single = fields.length === 1 && other !== ' ';
      const torn = fields.some(field => field.includes(other) && !Number.isFinite(this.numberOf(field)));
      if (!single && !(torn && decimal !== undefined)) continue;
      const comma = decimal === ',' && this.options.decimal !== ',' ? ', and its numbers have a decimal comma' : '';
      throw this.error(0, `the table has ${cells.length} columns separated by ${JSON.stringify(other)}, not by ${JSON.stringify(this.options.separator)}${comma}. Write "separator": ${JSON.stringify(other)}${comma === '' ? '' : ', "decimal": ","'}.`);
    }
  }

  private numberOf(cell: string): number {
    return numberOf(cell, this.options.decimal ?? '.');
  }

  /** End of the field that starts at `start`: a separator outside of quotes, or `end`. */
  private fieldEnd(bytes: Uint8Array, start: number, end: number, separator = this.separator): number {
    let quoted = false;
    for (let i = start; i < end; i++) {
      if (bytes[i] === QUOTE) quoted = !quoted;
      else if (bytes[i] === separator && !quoted) return i;
    }
    return end;
  }

  private fields(bytes: Uint8Array, start: number, end: number, separator = this.separator): string[] {
    const fields: string[] = [];
    for (let at = start; at <= end;) {
      const stop = this.fieldEnd(bytes, at, end, separator);
      fields.push(text(bytes, at, stop));
      at = stop + 1;
    }
    return fields;
  }

  private addRow(bytes: Uint8Array, start: number, end: number): void {
    const { row, separator, point, labelIndex, features } = this;
    let column = 0;
    let feature = 0;
    let isBytes = this.bytes;
    let label = '';
    for (let at = start; at <= end; column++) {
      if (column === labelIndex) {
        const stop = this.fieldEnd(bytes, at, end);
        label = text(bytes, at, stop).trim();
        if (label === '') throw this.error(column + 1, 'the label is missing. Write one, such as "none", or remove the row.');
        at = stop + 1;
        continue;
      }
      const parsed = parseDecimal(bytes, at, end, separator, point);
      let value = parsed.value;
      let stop = parsed.end;
      if (Number.isNaN(value)) {
        stop = this.fieldEnd(bytes, at, end);
        value = this.parseText(text(bytes, at, stop), column);
      }
      if (feature < features) row[feature] = value;
      feature++;
      if (isBytes && (value & 255) !== value) isBytes = false;
      at = stop + 1;
    }
    if (column !== this.columns) {
      throw this.error(0, `this row has ${column} columns, the first one has ${this.columns}.`);
    }
    if (this.bytes && !isBytes) this.promote();
    this.append();
    if (labelIndex >= 0) this.labels.push(label);
  }

  private parseText(field: string, column: number): number {
    const trimmed = field.trim();
    const value = this.numberOf(trimmed);
    if (Number.isFinite(Math.fround(value))) return value;
    if (trimmed === '') throw this.error(column + 1, 'the value is missing. Fill in the gap or remove the row.');
    const shown = JSON.stringify(trimmed.length > 24 ? `${trimmed.slice(0, 24)}...` : trimmed);
    if (Number.isFinite(value)) throw this.error(column + 1, `${shown} is too large: samples are kept as float32, up to 3.4e38.`);
    if (Number.isFinite(numberOf(trimmed, ','))) throw this.error(column + 1, `${shown} has a decimal comma. Write "decimal": ",".`);
    const hints = [
      this.options.labelColumn === undefined ? ' If it is the label, name the column with "labelColumn".' : '',
      this.rows === 0 && this.header === undefined ? ' A first line is taken as names of columns only when hardly any of its cells is a number.' : '',
    ];
    throw this.error(column + 1, `${shown} is not a number${this.options.decimal === ',' ? ' with a decimal comma' : ''}.${hints.join('')}`);
  }

  private promote(): void {
    this.bytes = false;
    this.blocks = this.blocks.map(block => Float32Array.from(block));
  }

  private append(): void {
    const within = this.rows % this.rowsPerBlock;
    if (within === 0) {
      const size = this.rowsPerBlock * this.features;
      this.blocks.push(this.bytes ? new Uint8Array(size) : new Float32Array(size));
    }
    this.blocks[this.blocks.length - 1]!.set(this.row, within * this.features);
    this.rows++;
  }

  finish(): CsvTable {
    if (this.rows === 0) throw new StudioError('data', `${this.path} holds no rows of numbers.`);
    const size = this.rows * this.features;
    const data = allocate(this.bytes ? 'uint8' : 'float32', size, this.path);
    let at = 0;
    for (let block = this.blocks.shift(); block !== undefined; block = this.blocks.shift()) {
      const used = Math.min(block.length, size - at);
      data.set(block.subarray(0, used), at);
      at += used;
    }
    return {
      samples: { shape: [this.rows, this.features], data },
      ...(this.labelIndex >= 0 ? { labels: this.labels } : {}),
      ...(this.header ? { header: this.header, columnNames: this.header.filter((_, column) => column !== this.labelIndex) } : {}),
    };
  }
}

/** NaN for what is no number. With a decimal comma a point is none: it may stand for thousands. */
function numberOf(cell: string, decimal: '.' | ','): number {
  const trimmed = cell.trim();
  if (trimmed === '' || (decimal === ',' && trimmed.includes('.'))) return NaN;
  return Number(decimal === ',' ? trimmed.replace(',', '.') : trimmed);
}

const decoder = new TextDecoder();

/** A field as text, without its quotes. */
function text(bytes: Uint8Array, start: number, end: number): string {
  const field = decoder.decode(bytes.subarray(start, end));
  const trimmed = field.trim();
  return trimmed.length >= 2 && trimmed.startsWith('"') && trimmed.endsWith('"') ? trimmed.slice(1, -1).replaceAll('""', '"') : field;
}
