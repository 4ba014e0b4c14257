// A real TensorFlow for the tests of its engine. The prebuilt library that tfjs-node's own install script downloads lies on a
// host that not every machine reaches; the PyPI wheel tensorflow-cpu holds the same library with its C interface, and the
// addon of tfjs-node is two source files. Everything lies in .cache/tensorflow/, made once.
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ScriptError, cacheFolder, findInPath, npm, run } from './process.mjs';
import { installOnDebian } from './tools.mjs';

const addon = { package: '@tensorflow/tfjs-node', version: '4.22.0' };
/** Node's own interface for addons, the same in every version of Node. */
const nodeHeaders = { package: 'node-api-headers', version: '1.9.0', interface: 8 };
const wheel = {
  package: 'tensorflow-cpu',
  version: '2.15.1',
  // Any Python will do for the download; this one only names the file.
  python: ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311', '--platform', 'manylinux_2_17_x86_64', '--platform', 'manylinux2014_x86_64'],
  sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
};
const libraries = { 'libtensorflow_cc.so.2': 'libtensorflow.so', 'libtensorflow_framework.so.2': 'libtensorflow_framework.so' };
const wanted = /^tensorflow\/(libtensorflow_(cc|framework)\.so\.2|include\/(tensorflow\/(c|core\/platform)|tsl\/(c|platform))\/.*\.h)$/;

/** A folder whose node_modules holds tfjs-node with its library, or why there is none: `possible` where this kind of machine can have it. */
export async function prepareTensorflow() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { why: `TensorFlow is tested on Linux x64 only, not on ${process.platform}-${process.arch}.` };
  const folder = join(cacheFolder, 'tensorflow', `${addon.version}-${wheel.version}`);
  if (existsSync(folder)) return { folder };
  if (findInPath('g++', 'clang++') === undefined || await findPip() === undefined) await installOnDebian(['g++', 'python3-pip']);
  const compiler = findInPath('g++', 'clang++');
  if (compiler === undefined) return { possible: true, why: 'A C++ compiler is missing (apt-get install g++).' };
  const python = await findPip();
  if (python === undefined) return { possible: true, why: 'Python with pip is missing, which downloads the library (apt-get install python3-pip).' };

  console.log(`Fetching TensorFlow (${wheel.package} ${wheel.version} of PyPI, 207 MB, once, into .cache/) …`);
  await mkdir(dirname(folder), { recursive: true });
  const temporary = await mkdtemp(`${folder}-`);
  try {
    await writeFile(join(temporary, 'package.json'), '{ "private": true }\n');
    await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error',
      `${addon.package}@${addon.version}`, `${nodeHeaders.package}@${nodeHeaders.version}`], { cwd: temporary, quiet: true });
    const parts = join(temporary, 'wheel');
    await unpack(await download(python, parts), parts);
    await assemble(compiler, temporary, join(parts, 'tensorflow'));
    await rm(parts, { recursive: true });
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (error instanceof ScriptError) return { possible: true, why: error.message };
    throw error;
  }
  return { folder };
}

async function findPip() {
  for (const name of ['python3', 'python']) {
    const program = findInPath(name);
    if (program !== undefined && await run(program, ['-m', 'pip', '--version'], { stdio: 'ignore' }) === 0) return program;
  }
  return undefined;
}

/** Downloads the wheel; pip checks it against our digest. */
async function download(python, folder) {
  await mkdir(folder);
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, `${wheel.package}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
  const code = await run(python, ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:', '--require-hashes',
    ...wheel.python, '--dest', folder, '--requirement', requirements], { quiet: true });
  if (code !== 0) throw new ScriptError(`pip could not download ${wheel.package} ${wheel.version}; its output is above.`);
  const file = (await readdir(folder)).find(name => name.endsWith('.whl'));
  return join(folder, file);
}

/** A wheel is a zip archive; only the library and the headers of its C interface are needed. */
async function unpack(file, folder) {
  const { openPromise } = await import('yauzl');
  const zip = await openPromise(file, { lazyEntries: true });
  try {
    for await (const entry of zip.eachEntry()) {
      if (!wanted.test(entry.fileName)) continue;
      const target = join(folder, entry.fileName);
      await mkdir(dirname(target), { recursive: true });
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target));
    }
  } finally {
    zip.close();
  }
  await rm(file);
}

/** Puts the libraries where the package looks for them, and builds its addon against them. */
async function assemble(compiler, folder, tensorflow) {
  const home = join(folder, 'node_modules', addon.package);
  const deps = join(home, 'deps/lib');
  await mkdir(deps, { recursive: true });
  for (const [file, link] of Object.entries(libraries)) {
    await rename(join(tensorflow, file), join(deps, file));
    await symlink(file, join(deps, link));
  }
  const { binary } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
  const output = join(home, binary.module_path.replace('{napi_build_version}', nodeHeaders.interface), `${binary.module_name}.node`);
  await mkdir(dirname(output), { recursive: true });
  const code = await run('nice', ['-n', '10', compiler, '-O2', '-shared', '-fPIC', '-std=c++17', '-w', `-DNAPI_VERSION=${nodeHeaders.interface}`,
    `-I${join(folder, 'node_modules', nodeHeaders.package, 'include')}`, `-I${join(tensorflow, 'include')}`,
    'binding/tfjs_backend.cc', 'binding/tfjs_binding.cc', '-Ldeps/lib', '-ltensorflow', '-ltensorflow_framework',
    '-Wl,-rpath,$ORIGIN/../../deps/lib', '-o', output], { cwd: home, quiet: true });
  if (code !== 0) throw new ScriptError(`The addon of ${addon.package} could not be built with ${compiler}; its output is above.`);
}
