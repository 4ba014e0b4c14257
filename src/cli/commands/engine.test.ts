// The built program installs engines from a registry of this test: a package that works (the real library, where the tests have
// one), one whose script fails, one that computes nothing, and one that takes too long.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { libraryKinds } from '../../engine/libraries.ts';
import { missingForGpu } from '../../engine/nvidia.ts';
import { versionOf } from '../../engine/onnx/native.ts';
import { findLibrary } from '../../engine/tensorflow/library.ts';
import { makePlace, removePlace, tinyConfig } from '../../trainer/testing.ts';
import { exitCodes } from '../exit-codes.ts';
import { buildProgram, jsonLines, removeProgram, start, type Ended } from '../testing.ts';

const kinds = [libraryKinds.tensorflow, libraryKinds.cuda];
const { package: name } = libraryKinds.tensorflow;
const real = findLibrary('tensorflow').found;

/** What the package of the registry does when it is installed, and when it is loaded. */
let script = '';
let main = '';
let server: Server;
let program: string;
const folder = mkdtempSync(join(tmpdir(), 'aeconf-engine-'));

async function tarball({ package: name, version }: typeof kinds[number]): Promise<Buffer> {
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
    const kind = kinds.find(({ package: name }) => decodeURIComponent(request.url!).includes(name))!;
    const { package: name, version } = kind;
    if (request.url?.endsWith('.tgz')) void tarball(kind).then(bytes => response.end(bytes));
    else response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: { name, version, hasInstallScript: true, dist: { tarball: `${home}/${name}/package.tgz` } } } }));
  });
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve); });
});
afterAll(() => {
  server.close();
  removeProgram(program);
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => { for (const kind of kinds) rmSync(join(folder, kind.folder), { recursive: true, force: true }); });

let env: NodeJS.ProcessEnv = {};
const begin = (...words: string[]): ReturnType<typeof start> => start(program, ['engine', ...words, '--folder', folder], {
  npm_config_registry: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, npm_config_cache: join(folder, 'npm-cache'), AECONF_TENSORFLOW: '', ...env,
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

  it.skipIf(missingForGpu('tensorflow-gpu') === undefined)('downloads nothing for a GPU that could not be used, and says what is missing', async () => {
    const { code, err } = await engine('install', 'tensorflow', '--gpu');
    expect(code).toBe(exitCodes.device.code);
    expect(err).toContain(missingForGpu('tensorflow-gpu'));
    expect(err).not.toContain('Fetching');
    expect(left()).toEqual([]);
  });

  describe.runIf(process.platform === 'linux' && process.arch === 'x64')('cuda', () => {
    const libraries = mkdtempSync(join(tmpdir(), 'aeconf-nvidia-'));
    /** The package of the registry computes on the CPU what it is asked to compute with CUDA: there is no such GPU where tests run. */
    beforeAll(() => {
      script = `if (process.env.ONNXRUNTIME_NODE_INSTALL !== 'cuda12') { console.error('not asked for CUDA'); process.exit(1); }`;
      main = `const real = require(${JSON.stringify(createRequire(import.meta.url).resolve('onnxruntime-node'))});
        const create = (model, options) => real.InferenceSession.create(model, { ...options, executionProviders: ['cpu'] });
        module.exports = { ...real, InferenceSession: { create }, listSupportedBackends: () => [{ name: 'cpu' }, { name: 'cuda' }] };`;
    });
    afterEach(() => { env = {}; });
    afterAll(() => { rmSync(libraries, { recursive: true }); });

    /** Files of the names that NVIDIA's libraries have. */
    function pretend(...names: string[]): void {
      mkdirSync(libraries, { recursive: true });
      for (const file of names) writeFileSync(join(libraries, file), '');
      env = { LD_LIBRARY_PATH: libraries };
    }

    it('is not fetched before its libraries are there, each of which is named', async () => {
      pretend('libcuda.so.1', 'libcudart.so.12', 'libcublas.so.12', 'libcublasLt.so.12', 'libcurand.so.10');
      const { code, err } = await engine('install', 'cuda');
      expect(code).toBe(exitCodes.device.code);
      expect(err).toContain(`ONNX Runtime's CUDA provider needs libcudnn.so.9 (part of cuDNN 9); looked in LD_LIBRARY_PATH (${libraries})`);
      expect(left()).toEqual([]);
    });

    it('is installed beside a copy of the library, which then runs everything, and is removed', async () => {
      pretend('libcudnn.so.9');
      const installed = await engine('install', 'cuda');
      expect(installed.err).toMatch(/^ONNX Runtime 1\.30 with its CUDA provider \(onnxruntime-node 1\.30\.0\): about 330 MB/);
      expect(installed.out).toContain('Installed. Train with --device cuda');
      expect((await engine('check', 'cuda')).out).toMatch(/^NVIDIA GPU \(CUDA.* computes right: its largest error is \S+e-\d+\.\n$/);
      const [{ engines }] = jsonLines((await engine('list', '--json')).out) as [{ engines: Record<string, unknown>[] }];
      expect(engines.find(({ id }) => id === 'cuda')).toMatchObject({ words: 'cuda', installed: true, available: true, folder: join(folder, 'onnxruntime-cuda/node_modules/onnxruntime-node') });
      // The check of the first use compares with the CPU in the same process, and so with the same copy.
      const place = makePlace(tinyConfig);
      try {
        const trained = await start(program, ['train', place.configPath, '--runs', place.runsFolder, '--epochs', '1', '--device', 'cuda'], { AECONF_TENSORFLOW: folder, XDG_CACHE_HOME: join(folder, 'npm-cache'), ...env }).ended;
        expect(trained.code, trained.err).toBe(0);
      } finally {
        removePlace(place);
      }
      expect((await engine('remove', 'cuda')).out).toBe('Removed.\n');
      expect(left()).toEqual([]);
    });

    it('is the version that runs everything else', () => {
      expect(libraryKinds.cuda.version).toBe(versionOf('onnxruntime-node'));
    });
  });

  it.skipIf(process.platform === 'win32')('says that DirectML is for Windows', async () => {
    expect((await engine('install', 'directml')).err).toContain('DirectML exists on Windows only.');
  });

  it('says what it takes', async () => {
    expect((await engine('install')).err).toContain('"aeconf engine install" needs the name of an engine: tensorflow, cuda or directml.');
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
