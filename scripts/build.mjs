// Builds everything the product is made of into dist/: the extension, the command line program, its worker, the pages,
// and the native packages beside them, so that dist/ runs without the repository's node_modules.
//
//   node scripts/build.mjs [--production] [--watch] [--all-platforms]
import { build, context } from 'esbuild';
import { chmod, cp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { editorSchema } from './lib/editor-schema.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const { values: options } = parseArgs({
  options: {
    production: { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
    /** Native binaries of every platform, not only this one's. */
    'all-platforms': { type: 'boolean', default: false },
  },
});

const common = {
  absWorkingDir: root,
  bundle: true,
  outdir: 'dist',
  sourcemap: options.production ? false : 'linked',
  minify: options.production,
  // Error names and class names are read by people in logs.
  keepNames: true,
  legalComments: 'none',
  // The engine asks for its own address both as a module and as a bundle (src/engine/onnx/runtime.ts).
  logOverride: { 'empty-import-meta': 'silent' },
  logLevel: 'warning',
};
/** Loaded at run time from dist/node_modules: they bring binaries that find each other by path. */
const nativePackages = ['onnxruntime-node', 'onnxruntime-web', '@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];
// jsonc-parser's CommonJS build asks for its parts in a way that no bundler sees; its module build is plain.
const node = { ...common, platform: 'node', target: 'node20', format: 'cjs', mainFields: ['module', 'main'] };
const page = {
  ...common,
  platform: 'browser',
  // The oldest VS Code supported (package.json, engines) ships Chromium 132.
  target: 'chrome130',
  format: 'iife',
  loader: { '.ttf': 'file', '.svg': 'dataurl' },
  assetNames: 'webviews/[name]',
  // onnxruntime-web's glue is part of the decoding worker (a blob worker may import nothing under the pages' policy) and gets
  // its WebAssembly as bytes, so the bundle's own address is never asked for.
  define: { 'import.meta.url': '""' },
};

const bundles = [
  { ...node, entryPoints: { extension: 'src/extension/extension.ts' }, external: ['vscode', ...nativePackages] },
  {
    ...node,
    entryPoints: { aeconf: 'src/cli/main.ts' },
    external: nativePackages,
    banner: { js: '#!/usr/bin/env node' },
  },
  { ...node, entryPoints: { 'batch-worker': 'src/data/batch-worker.ts', 'shard-worker': 'src/engine/onnx/shard-worker.ts' }, external: nativePackages },
  {
    ...page,
    entryPoints: {
      'webviews/loss': 'src/webviews/loss/main.ts',
      'webviews/reconstructions': 'src/webviews/reconstructions/main.ts',
      'webviews/latent': 'src/webviews/latent/main.ts',
      'webviews/report': 'src/webviews/report/main.ts',
      'webviews/sweep': 'src/webviews/sweep/main.ts',
      'webviews/model': 'src/webviews/model/main.ts',
      'webviews/data': 'src/webviews/data/main.ts',
      'webviews/decode-worker': 'src/webviews/latent/decode-worker.ts',
    },
  },
];

async function exists(path) {
  return stat(path).then(() => true, error => {
    if (error.code === 'ENOENT') return false;
    throw error;
  });
}

/** A package's licence and manifest, and the files of it that are needed at run time. */
async function copyPackage(name, paths) {
  const from = join(root, 'node_modules', name);
  const to = join(dist, 'node_modules', name);
  // A new package version replaces the copy; otherwise 45 MB of binaries need not be written at every build.
  const stamp = JSON.stringify({ version: JSON.parse(await readFile(join(from, 'package.json'), 'utf8')).version, paths });
  const stampFile = join(dist, `.${name}.stamp`);
  if (await exists(stampFile) && await exists(to) && await readFile(stampFile, 'utf8') === stamp) return;
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  const files = await readdir(from);
  for (const path of ['package.json', ...files.filter(file => /^licen[cs]e/i.test(file)), ...paths]) {
    await cp(join(from, path), join(to, path), {
      recursive: true,
      filter: file => !/\.(map|d\.ts)$/.test(file),
    });
  }
  await writeFile(stampFile, stamp);
}

async function copyRuntimes() {
  const binaries = 'bin/napi-v6';
  const here = `${binaries}/${process.platform}/${process.arch}`;
  const native = options['all-platforms'] ? binaries : here;
  // Where no native binary exists (macOS on Intel) the engine falls back to WebAssembly.
  const hasNative = await exists(join(root, 'node_modules/onnxruntime-node', native));
  await copyPackage('onnxruntime-node', ['dist', ...(hasNative ? [native] : [])]);
  await copyPackage('onnxruntime-common', ['dist/cjs', 'dist/esm']);
  const wasm = ['dist/ort-wasm-simd-threaded.mjs', 'dist/ort-wasm-simd-threaded.wasm'];
  await copyPackage('onnxruntime-web', ['dist/ort.node.min.mjs', ...wasm]);
  await mkdir(join(dist, 'webviews'), { recursive: true });
  // The pages' decoding worker carries the glue code itself and fetches the compiled part alone.
  await cp(join(root, 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'), join(dist, 'webviews/ort-wasm-simd-threaded.wasm'));
}

async function writeEditorSchema() {
  const schema = JSON.parse(await readFile(join(root, 'schemas/aeconf.schema.json'), 'utf8'));
  await mkdir(dist, { recursive: true });
  await writeFile(join(dist, 'aeconf.editor.schema.json'), JSON.stringify(editorSchema(schema)));
}

/**
 * The licences of all packages that went into the bundles or stand beside them, in one file: most licences ask that their
 * text goes where the code goes.
 */
async function writeNotices(metafiles) {
  const packages = new Set(['onnxruntime-node', 'onnxruntime-common', 'onnxruntime-web']);
  for (const file of metafiles.flatMap(metafile => Object.keys(metafile.inputs))) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
    if (name !== undefined) packages.add(name);
  }
  const notices = [];
  for (const name of [...packages].sort()) {
    const folder = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const file = (await readdir(folder)).find(each => /^(licen[cs]e|copying)/i.test(each));
    const text = file === undefined ? `Licence: ${license}` : (await readFile(join(folder, file), 'utf8')).trim();
    notices.push(`${name} ${version}\n${'='.repeat(name.length + version.length + 1)}\n\n${text}\n`);
  }
  await writeFile(join(dist, 'THIRD_PARTY_LICENSES.txt'), notices.join('\n\n'));
}

const finish = {
  name: 'finish',
  setup(plugin) {
    plugin.onEnd(async result => {
      if (result.errors.length === 0 && await exists(join(dist, 'aeconf.js'))) await chmod(join(dist, 'aeconf.js'), 0o755);
    });
  },
};

const started = Date.now();
try {
  await copyRuntimes();
  await writeEditorSchema();
  if (options.watch) {
    for (const bundle of bundles) await (await context({ ...bundle, plugins: [finish] })).watch();
    console.log('Built; watching src/ for changes (Ctrl-C ends it).');
  } else {
    const results = await Promise.all(bundles.map(bundle => build({ ...bundle, plugins: [finish], metafile: true })));
    if (options.production) await writeNotices(results.map(result => result.metafile));
    console.log(`Built dist/ in ${((Date.now() - started) / 1000).toFixed(1)} s${options.production ? ' (minified)' : ''}.`);
  }
} catch (error) {
  // esbuild has already printed its own errors, with file and line.
  if (!Array.isArray(error.errors)) console.error(`Build failed: ${error.message}`);
  process.exitCode = 1;
}
