import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readCsv, type CsvOptions } from './csv.ts';
import { halfToNumber } from './elements.ts';
import { readIdx } from './idx.ts';
import { readNpy } from './npy.ts';
import { openNpz } from './npz.ts';
import { bytesOf, expectStudioError, idxFile, npyFile, TemporaryFolder, zipFile } from './testing.ts';

const folder = new TemporaryFolder();
afterAll(() => { folder.remove(); });

const bytes = Uint8Array.from({ length: 24 }, (_, i) => i * 10);

describe('idx', () => {
  it('keeps bytes as bytes in shared memory', async () => {
    const array = await readIdx(folder.write('a.idx', idxFile(0x08, [2, 3, 4], bytes)));
    expect(array.shape).toEqual([2, 3, 4]);
    expect(array.data).toBeInstanceOf(Uint8Array);
    expect([...array.data]).toEqual([...bytes]);
    expect(array.data.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it.each([
    [0x09, new Int8Array([-128, 127, 3])], [0x0b, new Int16Array([-3, 300, 7])], [0x0c, new Int32Array([-70000, 1, 2])],
    [0x0d, new Float32Array([0.5, -1.25, 8])], [0x0e, new Float64Array([0.5, -1.25, 8])],
  ])('reads type %i big-endian', async (type, values) => {
    const array = await readIdx(folder.write(`t${type}.idx`, idxFile(type, [3], bytesOf(values, true))));
    expect([...array.data]).toEqual([...values]);
  });

  it('reads gzip, and only the first samples when limited', async () => {
    const path = folder.write('a.gz', gzipSync(idxFile(0x08, [4, 6], bytes)));
    expect((await readIdx(path)).data.length).toBe(24);
    const some = await readIdx(path, { limit: 2 });
    expect(some.shape).toEqual([2, 6]);
    expect([...some.data]).toEqual([...bytes.subarray(0, 12)]);
  });

  it('refuses what is no idx file, cut short, too long or not there', async () => {
    await expectStudioError(readIdx(folder.write('x.idx', 'hello world')), 'data', 'x.idx is not an idx file', '68 65 6c 6c');
    await expectStudioError(readIdx(folder.write('short.idx', idxFile(0x08, [2, 3, 5], bytes))), 'data', 'short.idx is cut short');
    await expectStudioError(readIdx(folder.write('long.idx', idxFile(0x08, [2, 3, 3], bytes))), 'data', 'long.idx is damaged: more data follows');
    await expectStudioError(readIdx(folder.write('empty.idx', '')), 'data', 'empty.idx is cut short');
    await expectStudioError(readIdx(`${folder.path}/none.idx`), 'data', 'none.idx: there is no such file');
    await expectStudioError(readIdx(folder.path), 'data', 'is a folder');
  });

  it('refuses a header that claims 10 GB before it allocates', async () => {
    const header = idxFile(0x08, [100000, 100000], bytes);
    await expectStudioError(readIdx(folder.write('huge.idx', header)), 'data', 'huge.idx', '100000×100000', '10.0 GB');
    await expectStudioError(readIdx(folder.write('huge.gz', gzipSync(header))), 'data', 'huge.gz', '10.0 GB');
  });

  it('says that gzip data is cut short or damaged', async () => {
    const packed = gzipSync(idxFile(0x08, [200, 200], Uint8Array.from({ length: 40000 }, (_, i) => (i * i * 7 + i) & 255)));
    await expectStudioError(readIdx(folder.write('cut.gz', packed.subarray(0, packed.length >> 1))), 'data', 'cut.gz is cut short');
    const wrong = Buffer.from(packed);
    wrong[wrong.length - 8]! ^= 1; // checksum
    await expectStudioError(readIdx(folder.write('sum.gz', wrong)), 'data', 'sum.gz is damaged');
  });

  it('stops when cancelled', async () => {
    const path = folder.write('c.idx', idxFile(0x08, [2, 3, 4], bytes));
    await expectStudioError(readIdx(path, { signal: AbortSignal.abort() }), 'cancelled');
  });
});

describe('npy', () => {
  const wanted = [1, 2, 250, 3, 4, 5];
  it.each([
    ['|u1', Uint8Array], ['<u2', Uint16Array], ['<i2', Int16Array], ['<u4', Uint32Array], ['<i4', Int32Array], ['<f4', Float32Array], ['<f8', Float64Array],
    ['>u2', Uint16Array], ['>i2', Int16Array], ['>u4', Uint32Array], ['>i4', Int32Array], ['>f4', Float32Array], ['>f8', Float64Array],
  ] as const)('reads %s', async (descr, Kind) => {
    const array = await readNpy(folder.write('n.npy', npyFile(descr, [2, 3], bytesOf(Kind.from(wanted), descr.startsWith('>')))));
    expect([...array.data]).toEqual(wanted);
    expect(array.data).toBeInstanceOf(descr === '|u1' ? Uint8Array : Float32Array);
  });

  it.each(['<i8', '>i8', '<u8', '>u8'])('reads %s', async descr => {
    const values = BigInt64Array.from(wanted.map(BigInt));
    const array = await readNpy(folder.write('n.npy', npyFile(descr, [6], bytesOf(values, descr.startsWith('>')))));
    expect([...array.data]).toEqual(wanted);
  });

  it('reads signed bytes, truth values and half precision', async () => {
    expect([...(await readNpy(folder.write('n.npy', npyFile('|i1', [2], bytesOf(Int8Array.of(-1, 5)))))).data]).toEqual([-1, 5]);
    const truth = await readNpy(folder.write('n.npy', npyFile('|b1', [2], Uint8Array.of(0, 1))));
    expect(truth.bool).toBe(true);
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff);
    expect([...(await readNpy(folder.write('n.npy', npyFile('<f2', [5], bytesOf(halves))))).data]).toEqual([1, -2, Math.fround(0.333251953125), 2 ** -24, 65504]);
    expect(halfToNumber(0xfc00)).toBe(-Infinity);
    expect(halfToNumber(0x7e00)).toBeNaN();
  });

  it('turns column-major arrays into row-major ones', async () => {
    // a[i][j][k] = 100 i + 10 j + k for shape 2×3×2, first axis fastest in the file.
    const values: number[] = [];
    for (let k = 0; k < 2; k++) for (let j = 0; j < 3; j++) for (let i = 0; i < 2; i++) values.push(100 * i + 10 * j + k);
    const path = folder.write('f.npy', npyFile('<f4', [2, 3, 2], bytesOf(Float32Array.from(values)), { fortran: true }));
    expect([...(await readNpy(path)).data]).toEqual([0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121]);
    expect([...(await readNpy(path, { limit: 1 })).data]).toEqual([0, 1, 10, 11, 20, 21]);
  });

  it.each([1, 2, 3])('reads version %i.0', async version => {
    const array = await readNpy(folder.write('v.npy', npyFile('|u1', [2, 3], Uint8Array.from(wanted), { version })));
    expect([...array.data]).toEqual(wanted);
  });

  it('refuses objects, structures, other files, 10-GB headers and cut files', async () => {
    await expectStudioError(readNpy(folder.write('o.npy', npyFile('|O', [2], bytes))), 'data', 'o.npy holds elements of type |O', 'astype');
    await expectStudioError(readNpy(folder.write('c.npy', npyFile('<c8', [2], bytes))), 'data', '<c8');
    await expectStudioError(readNpy(folder.write('x.npy', 'x'.repeat(200))), 'data', 'x.npy is not a .npy file');
    await expectStudioError(readNpy(folder.write('h.npy', npyFile('<f8', [10 ** 6, 1250], bytes))), 'data', 'h.npy', '10.0 GB');
    await expectStudioError(readNpy(folder.write('s.npy', npyFile('<f8', [4], bytes))), 'data', 's.npy is cut short');
    const claims = Buffer.from(npyFile('<f8', [3], bytes, { version: 2 }));
    claims.writeUInt32LE(0xffffffff, 8);
    await expectStudioError(readNpy(folder.write('l.npy', claims)), 'data', 'l.npy is damaged');
  });
});

describe('npz', () => {
  const archive = zipFile({ 'x_train.npy': npyFile('|u1', [2, 12], bytes), 'y_train.npy': npyFile('<i8', [2], bytesOf(BigInt64Array.of(3n, 7n))) });

  it('reads its members', async () => {
    const npz = await openNpz(folder.write('a.npz', archive));
    expect(npz.names).toEqual(['x_train', 'y_train']);
    expect([...(await npz.read('x_train')).data]).toEqual([...bytes]);
    expect([...(await npz.read('y_train')).data]).toEqual([3, 7]);
    await expectStudioError(npz.read('x_test'), 'data', 'a.npz has no member "x_test.npy"', 'x_train.npy, y_train.npy');
    npz.close();
  });

  it('checks the checksums of members', async () => {
    const damaged = Buffer.from(zipFile({ 'a.npy': npyFile('|u1', [24], bytes) }));
    const central = damaged.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
    damaged[central + 16]! ^= 0xff; // the central directory's CRC
    const npz = await openNpz(folder.write('crc.npz', damaged));
    await expectStudioError(npz.read('a'), 'data', 'crc.npz (a.npy) is damaged: its checksum is wrong');
    npz.close();
  });

  it('refuses cut archives and sizes that cannot be', async () => {
    await expectStudioError(openNpz(folder.write('cut.npz', archive.slice(0, archive.length - 40))), 'data', 'cut.npz is not a zip archive');
    await expectStudioError(openNpz(folder.write('no.npz', 'no archive at all, but long enough to look at')), 'data', 'no.npz');
    const lying = Buffer.from(zipFile({ 'a.npy': npyFile('|u1', [24], bytes) }));
    lying.writeUInt32LE(4e9, lying.indexOf(Buffer.from('PK\x01\x02', 'latin1')) + 24);
    const npz = await openNpz(folder.write('lie.npz', lying));
    await expectStudioError(npz.read('a'), 'data', 'lie.npz (a.npy)', '4.00 GB');
    npz.close();
  });
});

describe('csv', () => {
  const read = (text: string | Uint8Array, options: Partial<CsvOptions> = {}) => readCsv(folder.write('t.csv', text), { separator: ',', ...options });

  it('keeps whole numbers up to 255 as bytes', async () => {
    const table = await read('1,2,255\n0,16,3\n');
    expect(table.samples.shape).toEqual([2, 3]);
    expect(table.samples.data).toBeInstanceOf(Uint8Array);
    expect([...table.samples.data]).toEqual([1, 2, 255, 0, 16, 3]);
    expect(table.labels).toBeUndefined();
  });

  it('reads every way to write a number exactly as JavaScript does', async () => {
    const numbers = ['0.1', '-2.5e-3', '+7', '1e22', '123456789012345678', '.5', '5.', '1E5', '-0', '3.141592653589793238', '1e-300', '0.000001'];
    const table = await read(numbers.join(','));
    expect([...table.samples.data]).toEqual(numbers.map(text => Math.fround(Number(text))));
  });

  it('turns to float32 when a later value is no byte', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => (i === 2500 ? '1,2,-0.5' : `${i % 256},2,3`));
    const table = await read(rows.join('\n'));
    expect(table.samples.data).toBeInstanceOf(Float32Array);
    expect([...table.samples.data.subarray(2499 * 3, 2501 * 3)]).toEqual([2499 % 256, 2, 3, 1, 2, -0.5]);
  });

  it('knows headers, label columns, quotes, other separators and line ends', async () => {
    const iris = '\ufeff"length";"kind";width\r\n5.1;"setosa";3.5\r\n\r\n4.9;"virginica; old";3\r\n';
    for (const labelColumn of ['kind', 1] as const) {
      const table = await read(iris, { separator: ';', labelColumn });
      expect(table.header).toEqual(['length', 'kind', 'width']);
      expect(table.labels).toEqual(['setosa', 'virginica; old']);
      expect([...table.samples.data]).toEqual([5.1, 3.5, 4.9, 3].map(Math.fround));
    }
    expect((await read('7,1,2\n8,3,4', { labelColumn: 'first' })).labels).toEqual(['7', '8']);
    const last = await read('1,2,cat\n3,4,dog\n', { labelColumn: 'last' });
    expect(last.labels).toEqual(['cat', 'dog']);
    expect(last.header).toBeUndefined();
    expect([...(await read('1 2 3\n4 5 6', { separator: ' ' })).samples.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...(await read('1, 2 ,3\n')).samples.data]).toEqual([1, 2, 3]);
  });

  it('reads gzip and stops at the limit', async () => {
    const text = Array.from({ length: 50000 }, (_, i) => `${i % 200},${i % 7},1`).join('\n');
    const table = await readCsv(folder.write('t.csv.gz', gzipSync(text)), { separator: ',', limit: 45000, labelColumn: 1 });
    expect(table.samples.shape).toEqual([45000, 2]);
    expect(table.labels).toHaveLength(45000);
    expect(table.samples.data[2 * 44999]).toBe(44999 % 200);
  });

  it('names file, line and column of what is wrong', async () => {
    await expectStudioError(read('1,2\n3,x\n'), 'data', 't.csv:2: column 2: "x" is not a number', 'labelColumn');
    await expectStudioError(read('1,2\n3,\n'), 'data', 't.csv:2: column 2: the value is missing');
    await expectStudioError(read('1,2\n3\n'), 'data', 't.csv:2: this row has 1 columns, the first one has 2');
    await expectStudioError(read('1,2\n3,4,5\n'), 'data', 't.csv:2: this row has 3 columns');
    await expectStudioError(read('a,b\n1,2\n', { labelColumn: 'c' }), 'data', 'no column named "c"', 'a, b');
    await expectStudioError(read('1,2\n', { labelColumn: 5 }), 'data', 'columns 0 to 1');
    await expectStudioError(read('1;2\n', { labelColumn: 0 }), 'data', 'separator');
    await expectStudioError(read('a,b\n'), 'data', 'holds no rows');
    await expectStudioError(read(''), 'data', 'holds no rows');
  });

  it('takes a first line for names only when hardly any of it is a number', async () => {
    const row = Array.from({ length: 20 }, (_, i) => String(i / 4));
    const others = `${row.join(',')}\n`.repeat(3);
    for (const [faulty, what] of [['NaN', '"NaN" is not a number'], ['', 'the value is missing'], ['0.5x', '"0.5x" is not a number'], ['x', '"x" is not a number']] as const) {
      const line = row.map((value, i) => (i === 6 ? faulty : value)).join(',');
      await expectStudioError(read(`${line}\n${others}`), 'data', `t.csv:1: column 7: ${what}`);
    }
    await expectStudioError(read(`x,${row.slice(1).join(',')}\n${others}`), 'data', 'A first line is taken as names of columns only when hardly any of its cells is a number');
    await expectStudioError(read(`NaN,,NA\n1,2,3\n`), 'data', 't.csv:1: column 1: "NaN"');
    const named = await read(`,${row.slice(1).map((_, i) => (i === 4 ? '7' : `x${i}`)).join(',')}\n${others}`);
    expect(named.columnNames).toHaveLength(20);
    expect((await read('1st,2nd,3rd\n1,2,3\n')).header).toEqual(['1st', '2nd', '3rd']);
    const table = await read('length,kind,width\n5.1,cat,3\n', { labelColumn: 'kind' });
    expect(table.columnNames).toEqual(['length', 'width']);
    expect((await read('1,2\n')).columnNames).toBeUndefined();
  });

  it('says which other separator and which decimal sign a table has', async () => {
    await expectStudioError(read('-0.9820;-0.4014;7\n1.5;2;3\n'), 'data', 't.csv:1: the table has 3 columns separated by ";", not by ","', 'Write "separator": ";".');
    await expectStudioError(read('-0,9820;-0,4014;7\n1,5;2;3\n'), 'data', 'separated by ";"', 'decimal comma. Write "separator": ";", "decimal": ","');
    await expectStudioError(read('length\twidth\n1\t2\n'), 'data', 'separated by "\\t"', '"separator": "\\t"');
    await expectStudioError(read('1,2\n3,4\n', { separator: ';' }), 'data', '"separator": ","');
    await expectStudioError(read('1.5 2.5\n3 4\n'), 'data', '"separator": " "');
    await expectStudioError(read('a;b\n0,5;1\n', { separator: ';' }), 'data', 't.csv:2: column 1: "0,5" has a decimal comma. Write "decimal": ","');
    await expectStudioError(read('"0,5",1\n'), 'data', '"0,5" has a decimal comma');
    const comma = await read('a;b;c\n-0,5;1;2,5e1\n 1,25 ;123456789012345678,5;,5\n', { separator: ';', decimal: ',' });
    expect([...comma.samples.data]).toEqual([-0.5, 1, 25, 1.25, 123456789012345678.5, 0.5].map(Math.fround));
    expect([...(await read('"0,5",7\n"1,5",3\n', { decimal: ',' })).samples.data]).toEqual([0.5, 7, 1.5, 3]);
    await expectStudioError(read('1,5;1.234\n', { separator: ';', decimal: ',' }), 'data', '"1.234" is not a number with a decimal comma');
    // Names may hold what separates elsewhere.
    expect((await read('speed (m; s),b\n1,2\n')).header).toEqual(['speed (m; s)', 'b']);
    expect((await read('a b\n1\n')).header).toEqual(['a b']);
  });

  it('refuses a missing label and numbers beyond float32', async () => {
    await expectStudioError(read('1,2,cat\n3,4,\n', { labelColumn: 'last' }), 'data', 't.csv:2: column 3: the label is missing');
    await expectStudioError(read('1,2\n3,1e300\n'), 'data', 't.csv:2: column 2: "1e300" is too large');
  });

  it('keeps bytes as float32 where they are going to be changed', async () => {
    expect((await read('1,2\n3,4\n', { floats: true })).samples.data).toBeInstanceOf(Float32Array);
  });

  it('reads a hundred thousand values in a fraction of a second', async () => {
    const row = Array.from({ length: 65 }, (_, i) => i % 17).join(',');
    const path = folder.write('digits.csv', `${row}\n`.repeat(1797));
    const before = process.cpuUsage();
    const table = await readCsv(path, { separator: ',', labelColumn: 'last' });
    expect(table.samples.shape).toEqual([1797, 64]);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(500);
  });
});
