import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DataProgress } from './dataset.ts';
import { download, type Download } from './download.ts';
import { describeDatasets, findNamedSet, namedSets, type NamedSet } from './named-sets.ts';
import { expectStudioError, TemporaryFolder } from './testing.ts';

const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) >>> 8));
const sha256 = createHash('sha256').update(content).digest('hex');

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
let server: Server;
let base: string;
const handlers = new Map<string, Handler>();
const requests: string[] = [];
let folder: TemporaryFolder;

/** Serves the file as a good home does, with ranges. */
const good: Handler = (request, response) => {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from > 0) response.writeHead(206, { 'content-length': content.length - from, 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` });
  else response.writeHead(200, { 'content-length': content.length });
  response.end(content.subarray(from));
};
/** Breaks the connection after some bytes, whatever was asked for. */
const breaksAfter = (bytes: number): Handler => (request, response) => {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': content.length - from, ...(from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
  });
  response.write(content.subarray(from, from + bytes), () => setTimeout(() => response.destroy(), 20));
};
const status = (code: number): Handler => (_request, response) => {
  response.writeHead(code);
  response.end('no');
};

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(`${request.url ?? ''} ${request.headers.range ?? 'whole'}`);
    const handler = handlers.get(request.url ?? '');
    if (handler) handler(request, response);
    else status(404)(request, response);
  });
  await new Promise<void>(ready => { server.listen(0, '127.0.0.1', ready); });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  handlers.clear();
  requests.length = 0;
  folder = new TemporaryFolder();
});
afterEach(() => { folder.remove(); });

const target = () => join(folder.path, 'set', 'file.gz');
const get = (paths: readonly string[], options: Partial<Download> = {}) =>
  download({ target: target(), urls: paths.map(path => base + path), sha256, size: content.length, ...options });
const filesThere = () => (existsSync(join(folder.path, 'set')) ? readdirSync(join(folder.path, 'set')) : []);

function expectComplete(): void {
  expect(filesThere()).toEqual(['file.gz']);
  expect(readFileSync(target()).equals(content)).toBe(true);
}

describe('download', () => {
  it('fetches a file, checks it and reports progress', async () => {
    handlers.set('/good', good);
    const seen: DataProgress[] = [];
    await get(['/good'], { onProgress: progress => { seen.push(progress); } });
    expectComplete();
    expect(seen.at(-1)).toEqual({ task: 'Downloading file.gz', done: content.length, total: content.length, unit: 'bytes' });
  });

  it('takes the next home when one is gone, wrong, damaged or unreachable', async () => {
    handlers.set('/other', (_request, response) => { response.end(Buffer.from(content).fill(0, 10, 20)); });
    handlers.set('/page', (_request, response) => { response.end('<html>Please log in</html>'); });
    handlers.set('/good', good);
    await download({ target: target(), urls: [`${base}/gone`, `${base}/other`, `${base}/page`, 'http://127.0.0.1:1/x', `${base}/good`], sha256, size: content.length });
    expectComplete();
  });

  it('takes what a server packs on its own for what it is', async () => {
    handlers.set('/packed', (request, response) => {
      const packs = String(request.headers['accept-encoding']).includes('gzip');
      const body = packs ? gzipSync(content) : content;
      response.writeHead(200, { ...(packs ? { 'content-encoding': 'gzip' } : {}), 'content-length': body.length });
      response.end(body);
    });
    await get(['/packed']);
    expectComplete();
  });

  it('continues after a broken connection, at the same home', async () => {
    let calls = 0;
    handlers.set('/flaky', (request, response) => { (++calls < 3 ? breaksAfter(100_000) : good)(request, response); });
    await get(['/flaky']);
    expectComplete();
    expect(requests).toEqual(['/flaky whole', '/flaky bytes=100000-', '/flaky bytes=200000-']);
  });

  it('keeps the part of a failed download and continues it the next time, elsewhere', async () => {
    handlers.set('/good', good);
    let once = false;
    handlers.set('/once', (request, response) => { (once ? status(500) : breaksAfter(120_000))(request, response); once = true; });
    await expectStudioError(get(['/once']), 'download', 'file.gz could not be downloaded', '/once');
    expect(filesThere()).toEqual(['file.gz.part']);
    requests.length = 0;
    await get(['/good']);
    expectComplete();
    expect(requests).toEqual(['/good bytes=120000-']);
  });

  it('starts again where a home knows no ranges, or the part is too long or another file', async () => {
    handlers.set('/whole', (_request, response) => { response.end(content); });
    handlers.set('/good', good);
    for (const part of [content.subarray(0, 1000), Buffer.alloc(400_000), Buffer.alloc(5000, 1)]) {
      for (const home of ['/whole', '/good']) {
        folder.write('set/file.gz.part', part);
        await get([home]);
        expectComplete();
      }
    }
  });

  it('adopts the part of a process that is gone, not that of one at work', async () => {
    handlers.set('/good', good);
    folder.write(`set/file.gz.part.${2 ** 22 + 12345}`, content.subarray(0, 5000));
    folder.write('set/file.gz.part.1', content.subarray(0, 7000));
    await get(['/good']);
    expect(requests).toEqual(['/good bytes=5000-']);
    expect(filesThere().sort()).toEqual(['file.gz', 'file.gz.part.1']);
  });

  it('says what was tried when no home does, and leaves no file', async () => {
    handlers.set('/wrong', (_request, response) => { response.end(Buffer.alloc(content.length)); });
    handlers.set('/endless', (_request, response) => {
      response.writeHead(200);
      response.end(Buffer.alloc(content.length * 2));
    });
    handlers.set('/cut', breaksAfter(1000));
    await expectStudioError(get(['/gone', '/wrong', '/endless']), 'download', '/gone: answered 404 Not Found', '/wrong: its checksum is wrong', '/endless: it sends more than');
    expect(existsSync(target())).toBe(false);
    await expectStudioError(get(['/cut']), 'download', /\/cut: /);
    expect(existsSync(target())).toBe(false);
  });

  it('gives up a home where nothing arrives', async () => {
    handlers.set('/silent', () => undefined);
    handlers.set('/stuck', (_request, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1000));
    });
    handlers.set('/good', good);
    await get(['/silent', '/stuck', '/good'], { patience: 1000 });
    expectComplete();
  });

  it('stops at once when cancelled, and keeps what it has', async () => {
    handlers.set('/stuck', (_request, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 50_000));
    });
    const controller = new AbortController();
    const start = performance.now();
    await expectStudioError(get(['/stuck', '/good'], { signal: controller.signal, onProgress: () => { controller.abort(); } }), 'cancelled', 'file.gz was cancelled');
    expect(performance.now() - start).toBeLessThan(3000);
    expect(filesThere()).toEqual(['file.gz.part']);
    expect(requests).toEqual(['/stuck whole']);
    handlers.set('/good', good);
    await get(['/good']);
    expectComplete();
  });
});

describe('findNamedSet', () => {
  const small = (home: string): NamedSet => ({
    name: 'tiny', title: 'Tiny', description: 'A test', train: 1, test: 1, files: [{ name: 'file.gz', size: content.length, sha256 }], homes: [home],
  });
  const options = (more: object = {}) => ({ baseFolders: [folder.path], seed: 0, cacheFolder: join(folder.path, 'cache'), ...more });

  it('looks in the data folders, then in the cache, then downloads', async () => {
    handlers.set('/file.gz', good);
    const set = small(`${base}/`);
    const first = await findNamedSet(set, options({ dataFolders: [join(folder.path, 'empty')] }));
    expect(first).toMatchObject({ where: 'cache', files: { 'file.gz': join(folder.path, 'cache', 'tiny', 'file.gz') } });
    expect(readFileSync(first.files['file.gz']!).equals(content)).toBe(true);
    await findNamedSet(set, options());
    expect(requests).toHaveLength(1);
    const mine = folder.write('data/tiny/file.gz', 'mine');
    expect(await findNamedSet(set, options({ dataFolders: [join(folder.path, 'data')] }))).toMatchObject({ where: 'folder', files: { 'file.gz': mine } });
    expect(await findNamedSet(set, options({ dataFolders: [join(folder.path, 'data', 'tiny')] }))).toMatchObject({ where: 'folder', files: { 'file.gz': mine } });
  });

  it('replaces a damaged file of the cache', async () => {
    handlers.set('/direct', good);
    const path = folder.write('cache/tiny/file.gz', content.subarray(0, 1000));
    await findNamedSet(small(`${base}/direct`), options());
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  it('says where it looked, what it tried and what to do', async () => {
    const error = await expectStudioError(findNamedSet(small(`${base}/gone`), options({ dataFolders: ['/nowhere/data'] })), 'download',
      'Tiny is not on this machine', 'searched /nowhere/data', join(folder.path, 'cache', 'tiny'), '/gone: answered 404', '--data DIR', 'autoencoder.dataFolders', 'glyphs', 'file.gz');
    expect(error.cause).toBeDefined();
    await expectStudioError(findNamedSet(small(`${base}/gone`), options({ signal: AbortSignal.abort() })), 'cancelled', 'Tiny');
  });

  it('has a complete definition of every set', () => {
    for (const [name, set] of Object.entries(namedSets)) {
      expect(set.name).toBe(name);
      expect(set.homes.length).toBeGreaterThanOrEqual(3);
      for (const file of set.files) expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
      for (const home of set.homes) expect(home.endsWith('/')).toBe(set.files.length > 1);
    }
  });
});

describe('describeDatasets', () => {
  it('tells built-in, found (and how much of it), cached and missing sets apart', async () => {
    const cacheFolder = join(folder.path, 'cache');
    const faces = folder.write('data/lfw/Ann/1.jpg', 'x');
    for (const file of namedSets.mnist.files) {
      const path = folder.write(`cache/mnist/${file.name}`, '');
      writeFileSync(path, Buffer.alloc(file.size));
    }
    const sets = await describeDatasets({ cacheFolder, dataFolders: [join(folder.path, 'data')] });
    expect(sets.map(set => [set.name, set.state])).toEqual([['glyphs', 'built-in'], ['mnist', 'cached'], ['fashion-mnist', 'download'], ['lfw', 'found']]);
    expect(sets[2]).toMatchObject({ downloadBytes: 30878645, note: 'to download, 30.9 MB' });
    expect(sets[3]!.path).toBe(join(faces, '..', '..'));
    // What is there, not what was published.
    expect(sets[3]).toMatchObject({ train: 1, test: 0, note: `found in ${join(faces, '..', '..')}: 1 of 13,233` });
  });

  it('tells of the other sets when the pictures of one cannot be listed', async () => {
    const faces = dirname(folder.write('torn/lfw/1.jpg', 'x'));
    symlinkSync(join(faces, 'gone'), join(faces, '2.jpg'));
    const sets = await describeDatasets({ cacheFolder: join(folder.path, 'none'), dataFolders: [dirname(faces)] });
    expect(sets).toHaveLength(4);
    expect(sets[3]!.note).toMatch(/^found in .*lfw, which cannot be used: /);
  });
});
