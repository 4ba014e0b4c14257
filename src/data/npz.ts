// NumPy's .npz: a zip archive whose members are .npy files.
import type { ByteReader } from './byte-reader.ts';
import type { ReadOptions } from './elements.ts';
import type { MemoryBudget } from './free-memory.ts';
import { openNpyFrom, readNpyFrom, type NpyArray, type OpenedNpy } from './npy.ts';
import { ZipArchive } from './zip.ts';

export interface NpzFile {
  /** Names of the arrays, without ".npy". */
  readonly names: readonly string[];
  /** @throws StudioError('data') when there is no such array, or it is damaged */
  read(name: string, options?: ReadOptions): Promise<NpyArray>;
  /** The same, but samples for which the budget has no memory are left in the archive, where they must not be compressed then. */
  open(name: string, options: ReadOptions & { readonly budget: MemoryBudget }): Promise<OpenedNpy>;
  close(): void;
}

/** Opens an .npz archive; its arrays are read one by one. @throws StudioError('data') when it is no zip archive */
export async function openNpz(path: string): Promise<NpzFile> {
  const archive = await ZipArchive.open(path);
  const suffix = '.npy';
  const names = archive.names.filter(name => name.endsWith(suffix)).map(name => name.slice(0, -suffix.length));
  const use = async <T>(name: string, signal: AbortSignal | undefined, take: (reader: ByteReader) => Promise<T>): Promise<T> => {
    const reader = await archive.openMember(name + suffix);
    const stop = () => { reader.close(); };
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await take(reader);
    } finally {
      signal?.removeEventListener('abort', stop);
      reader.close();
    }
  };
  return {
    names,
    read: (name, options = {}) => use(name, options.signal, reader => readNpyFrom(reader, options)),
    open: (name, options) => use(name, options.signal, reader => openNpyFrom(reader, options)),
    close: () => { archive.close(); },
  };
}
