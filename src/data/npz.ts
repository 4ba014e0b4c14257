// NumPy's .npz: a zip archive whose members are .npy files.
import type { ReadOptions } from './elements.ts';
import { readNpyFrom, type NpyArray } from './npy.ts';
import { ZipArchive } from './zip.ts';

export interface NpzFile {
  /** Names of the arrays, without ".npy". */
  readonly names: readonly string[];
  /** @throws StudioError('data') when there is no such array, or it is damaged */
  read(name: string, options?: ReadOptions): Promise<NpyArray>;
  close(): void;
}

/** Opens an .npz archive; its arrays are read one by one. @throws StudioError('data') when it is no zip archive */
export async function openNpz(path: string): Promise<NpzFile> {
  const archive = await ZipArchive.open(path);
  const suffix = '.npy';
  const names = archive.names.filter(name => name.endsWith(suffix)).map(name => name.slice(0, -suffix.length));
  return {
    names,
    async read(name, options = {}) {
      const reader = await archive.openMember(name + suffix);
      const stop = () => { reader.close(); };
      options.signal?.addEventListener('abort', stop, { once: true });
      try {
        return await readNpyFrom(reader, options);
      } finally {
        options.signal?.removeEventListener('abort', stop);
        reader.close();
      }
    },
    close: () => { archive.close(); },
  };
}
