// The built program installs TensorFlow from a registry of this test: a package that works (the real library, where the tests have
// one), one whose script fails, one that computes nothing, and one that takes too long.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { missingForGpu } from '../../engine/tensorflow/cuda.ts';
import { findLibrary, libraryKinds } from '../../engine/tensorflow/library.ts';
import { exitCodes } from '../exit-codes.ts';
import { buildProgram, jsonLines, removeProgram, start, type Ended } from '../testing.ts';

const { package: name, version } = libraryKinds.tensorflow;
const real = findLibrary('tensorflow').found;

/** What the package of the registry does when it is installed, and when it is loaded. */
let script = '';
let main = '';
let server: Server;
let program: string;
const folder = mkdtempSync(join(tmpdir(), 'aeconf-engine-'));

async function tarball(): Promise<Buffer> {
  const archive = pack();
  const manifest = { name, version, main: 'index.js', scripts: { install: 'node install.js' } };
  archive.entry({ name: 'package/package.json' }, JSON.stringify(manifest));
  archive.entry({ name: 'package/index.js' }, main);
  archive.entry({ name: 'package/install.js' }, script);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

beforeAll(async () => {
  program = await buildProgram();
  server = createServer((request, response) => {
    const home = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    if (request.url?.endsWith('.tgz')) void tarball().then(bytes => response.end(bytes));
    else response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: { name, version, hasInstallScript: true, dist: { tarball: `${home}/package.tgz` } } } }));
  });
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve); });
});
afterAll(() => {
  server.close();
  removeProgram(program);
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => { rmSync(join(folder, 'cpu'), { recursive: true, force: true }); });

const begin = (...words: string[]): ReturnType<typeof start> => start(program, ['engine', ...words, '--folder', folder], {
  npm_config_registry: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, npm_config_cache: join(folder, 'npm-cache'), AECONF_TENSORFLOW: '',
});
const engine = (...words: string[]): Promise<Ended> => begin(...words).ended;
const left = (): string[] => readdirSync(folder).filter(entry => entry !== 'npm-cache');

describe('aeconf engine', () => {
  it.skipIf(real === undefined)('tells size and needs, installs, checks, lists and removes', async () => {
    // The package is the real one, found elsewhere in place of being downloaded.
    script = 'console.log("fetched")';
    main = `module.exports = require(${JSON.stringify(real)});`;
    const installed = await engine('install', 'tensorflow');
    expect(installed.err).toMatch(/^TensorFlow 2\.9\.1 .*about 200 MB to download and 800 MB on disk, in .*cpu\. It needs a processor with AVX\.\nFetching .*4\.22\.0\nChecking that it computes right\n$/);
    expect(installed.out).toContain('Installed. Train with --device tensorflow');
    expect(installed.code).toBe(0);
    const [{ engines }] = jsonLines((await engine('list', '--json')).out) as [{ engines: Record<string, unknown>[] }];
    expect(engines[0]).toMatchObject({ id: 'tensorflow', installed: true, available: true, folder: join(folder, 'cpu/node_modules', name) });
    expect(engines[1]).toMatchObject({ id: 'tensorflow-gpu', installed: false, available: false, note: expect.stringContaining('--gpu') as string });
    expect((await engine('check', 'tensorflow')).out).toMatch(/^CPU \(TensorFlow .*\) computes right: its largest error is \S+e-\d+\.\n$/);
    expect((await engine('remove', 'tensorflow')).out).toBe('Removed.\n');
    expect(left()).toEqual([]);
    expect((await engine('remove', 'tensorflow')).out).toBe(`There is none in ${folder}.\n`);
  });

  it('says what npm said when the library cannot be fetched, and keeps nothing', async () => {
    script = 'console.error("getaddrinfo ENOTFOUND storage.googleapis.com"); process.exit(1);';
    const { code, out } = await engine('install', 'tensorflow', '--json');
    expect(code).toBe(exitCodes.data.code);
    expect(jsonLines(out)).toEqual([{ event: 'error', reason: 'download', message: expect.stringMatching(/nothing was kept[^]*ENOTFOUND storage\.googleapis\.com[^]*try again/) as string }]);
    expect(left()).toEqual([]);
  });

  it('does not keep a library that cannot be loaded, and says why', async () => {
    script = '';
    main = 'throw new Error("libtensorflow.so.2: cannot open shared object file: No such file or directory");';
    const { code, err } = await engine('install', 'tensorflow');
    expect(code).toBe(exitCodes.device.code);
    expect(err).toMatch(/does not work here; nothing was kept\. .*The library libtensorflow\.so\.2 is missing; looked in .*deps\/lib, LD_LIBRARY_PATH/);
    expect(left()).toEqual([]);
  });

  it('is cancelled by Ctrl-C, with all that npm has started', async () => {
    const pidFile = join(folder, 'npm-cache', 'pid');
    script = `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000);`;
    const { child, ended } = begin('install', 'tensorflow');
    while (!existsSync(pidFile)) await sleep(50);
    child.kill('SIGINT');
    expect((await ended).code).toBe(exitCodes.stopped.code);
    expect((await ended).err).toContain('Stopped: The installation was cancelled; nothing was kept.');
    expect(left()).toEqual([]);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    // A process that was killed may linger until it is collected.
    for (let i = 0; i < 100 && isAlive(pid); i++) await sleep(50);
    expect(isAlive(pid)).toBe(false);
  });

  it.skipIf(missingForGpu() === undefined)('downloads nothing for a GPU that could not be used, and says what is missing', async () => {
    const { code, err } = await engine('install', 'tensorflow', '--gpu');
    expect(code).toBe(exitCodes.device.code);
    expect(err).toContain(missingForGpu());
    expect(err).not.toContain('Fetching');
    expect(left()).toEqual([]);
  });

  it('says what it takes', async () => {
    expect((await engine('install')).err).toContain('"aeconf engine install" needs the name of an engine: tensorflow.');
    expect((await engine('install', 'torch')).err).toContain('not "torch"');
    expect((await engine('update', 'tensorflow')).err).toContain('takes install, remove, check or list, not "update"');
    expect((await engine('check', 'tensorflow', '--gpu')).code).toBe(exitCodes.device.code);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
