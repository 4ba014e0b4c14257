// A folder of small JSON files, each a note that can be made again: written whole or not at all, bounded in number, and a note
// that cannot be read is none.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../core/errors.ts';

const ENDING = '.json';
let counter = 0;

export class Notebook<T extends object> {
  /**
   * @param isNote whether something read is a whole note.
   * @param most notes that are kept; those not used for the longest time go.
   */
  constructor(private readonly folder: string, private readonly isNote: (value: object) => value is T, private readonly most = 200) {}

  find(key: string): T | undefined {
    const file = this.fileOf(key);
    return orWarn(() => {
      if (!existsSync(file)) return undefined;
      const note = this.parse(readFileSync(file, 'utf8'));
      // Marks it as used.
      if (note !== undefined) utimesSync(file, new Date(), new Date());
      return note;
    });
  }

  keep(key: string, note: T): void {
    orWarn(() => {
      mkdirSync(this.folder, { recursive: true });
      const temporary = join(this.folder, `.${process.pid}-${counter++}.tmp`);
      writeFileSync(temporary, `${JSON.stringify(note)}\n`);
      renameSync(temporary, this.fileOf(key));
      this.prune();
    });
  }

  /** @returns how many notes there were. */
  forget(): number {
    const names = this.names();
    for (const name of names) rmSync(join(this.folder, name), { force: true });
    return names.length;
  }

  private fileOf(key: string): string {
    return join(this.folder, `${createHash('sha256').update(key).digest('hex').slice(0, 40)}${ENDING}`);
  }

  private names(): string[] {
    return existsSync(this.folder) ? readdirSync(this.folder).filter(name => name.endsWith(ENDING)) : [];
  }

  private prune(): void {
    const names = this.names();
    if (names.length <= this.most) return;
    const used = names.map(name => ({ file: join(this.folder, name), time: statSync(join(this.folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
    for (const { file } of used.sort((a, b) => b.time - a.time).slice(this.most)) rmSync(file, { force: true });
  }

  private parse(text: string): T | undefined {
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === 'object' && value !== null && this.isNote(value) ? value : undefined;
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  }
}

/** Notes only save time: who cannot have them goes on without. */
function orWarn<R>(work: () => R): R | undefined {
  try {
    return work();
  } catch (error) {
    process.emitWarning(`A note could not be kept or read: ${messageOf(error)}`);
    return undefined;
  }
}
