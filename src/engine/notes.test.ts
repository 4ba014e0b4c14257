// What checks of devices are filed under: the structure of a program, the drivers of the machine; and the folder they lie in.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as ops from '../graph/ops.ts';
import type { Program } from '../graph/program.ts';
import { describeVulkanDriver, graphicsDrivers, parseRegistry } from './driver.ts';
import { fingerprint } from './fingerprint.ts';
import { Notebook } from './notebook.ts';

let folder: string;
beforeAll(() => { folder = fs.mkdtempSync(path.join(os.tmpdir(), 'aeconf-notes-')); });
afterAll(() => { fs.rmSync(folder, { recursive: true, force: true }); });

function program({ columns = 3, slope = 0.1, factor = 2, name = 'a', dtype = 'float32' as 'float32' | 'uint8', twice = false } = {}): Program {
  const x = ops.input('x', [2, columns], dtype);
  const value = ops.leakyRelu(ops.cast(x, 'float32', factor), slope);
  return { name, inputs: [{ name: 'x', dtype, shape: [2, columns] }], state: [], outputs: [{ name: 'y', value: twice ? ops.add(value, value) : value }], updates: [] };
}

describe('the fingerprint of a program', () => {
  it('is the same for the same structure, whatever it is called', () => {
    expect(fingerprint(program())).toBe(fingerprint(program({ name: 'b' })));
  });

  it('differs with shapes, types, operations, their attributes and constants', () => {
    const all = [program(), program({ columns: 4 }), program({ slope: 0.2 }), program({ factor: 3 }), program({ dtype: 'uint8' }), program({ twice: true })].map(fingerprint);
    const shifted = (by: number): string => fingerprint({ ...program(), outputs: [{ name: 'y', value: ops.add(ops.input('x', [2, 3]), by) }] });
    expect(new Set([...all, shifted(1), shifted(2)]).size).toBe(all.length + 2);
  });
});

describe('a notebook', () => {
  const isNote = (value: object): value is { n: number } => 'n' in value && typeof value.n === 'number';

  it('keeps the notes used last, and only so many', () => {
    const book = new Notebook(path.join(folder, 'few'), isNote, 3);
    const old = (key: string): void => {
      for (const name of fs.readdirSync(path.join(folder, 'few'))) fs.utimesSync(path.join(folder, 'few', name), 1000, 1000);
      expect(book.find(key)).toBeDefined();
    };
    for (const n of [1, 2, 3]) book.keep(`note ${n}`, { n });
    old('note 1');
    book.keep('note 4', { n: 4 });
    expect(fs.readdirSync(path.join(folder, 'few'))).toHaveLength(3);
    expect(book.find('note 1')).toEqual({ n: 1 });
    expect(book.find('note 4')).toEqual({ n: 4 });
    expect(book.find('note 5')).toBeUndefined();
    expect(book.forget()).toBe(3);
    expect(book.find('note 1')).toBeUndefined();
  });

  it('warns and goes on where the disk does not let it', async () => {
    fs.writeFileSync(path.join(folder, 'a file'), '');
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const book = new Notebook(path.join(folder, 'a file', 'below'), isNote);
    book.keep('x', { n: 1 });
    expect(book.find('x')).toBeUndefined();
    expect(warned).toHaveBeenCalledOnce();
    warned.mockRestore();
  });
});

describe('the drivers', () => {
  it('are one text that stays the same', () => {
    expect(graphicsDrivers()).toBe(graphicsDrivers());
    expect(graphicsDrivers()).toContain(os.release());
  });

  it('of Vulkan change with the version in their file and with their library', () => {
    const file = path.join(folder, 'test_icd.json');
    const library = path.join(folder, 'libtest.so');
    const write = (version: string): void => { fs.writeFileSync(file, JSON.stringify({ ICD: { library_path: './libtest.so', api_version: version } }, undefined, 1)); };
    write('1.3.1');
    const absent = describeVulkanDriver(file);
    expect(absent).toBe('test_icd.json 1.3.1');
    fs.writeFileSync(library, 'one');
    const one = describeVulkanDriver(file);
    fs.writeFileSync(library, 'other');
    write('1.3.2');
    expect(new Set([absent, one, describeVulkanDriver(file)]).size).toBe(3);
  });

  it('of Windows are read from the registry', () => {
    expect(parseRegistry([
      '', 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}\\0000',
      '    DriverDesc    REG_SZ    NVIDIA GeForce RTX 3060', '    DriverVersion    REG_SZ    31.0.15.3623', '    DriverDate    REG_SZ    6-8-2023', '',
      'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}\\0001',
      '    DriverDesc    REG_SZ    Intel(R) UHD Graphics 770', '    DriverVersion    REG_SZ    31.0.101.4502', '', 'End of search: 5 match(es) found.',
    ].join('\r\n'))).toEqual([{ name: 'NVIDIA GeForce RTX 3060', version: '31.0.15.3623' }, { name: 'Intel(R) UHD Graphics 770', version: '31.0.101.4502' }]);
  });
});
