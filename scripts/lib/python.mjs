// Keras and PyTorch, to be compared with: a virtual environment in .cache/, made once, with pinned versions.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ScriptError, cacheFolder, findInPath, run } from './process.mjs';

export const pinned = { 'tensorflow-cpu': '2.21.0', keras: '3.15.1', torch: '2.15.0' };

/**
 * A Python that has these packages of `pinned`: the one given, which is only looked at, or that of our environment, into which pip
 * installs what is missing (hundreds of megabytes; PyTorch several thousand, unless pip is set to an index with builds for the CPU).
 */
export async function preparePython(packages, given) {
  if (given !== undefined) {
    const missing = await missingFrom(given, packages);
    if (missing.length > 0) throw new ScriptError(`${given} has no ${missing.join(', ')}. Install them there, or leave --python out.`);
    return given;
  }
  const python = await environment();
  const missing = await missingFrom(python, packages);
  if (missing.length === 0) return python;
  console.log(`Installing ${missing.join(', ')} with pip (once, into .cache/) …`);
  const code = await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...missing.map(name => `${name}==${pinned[name]}`)]);
  if (code !== 0) throw new ScriptError(`pip could not install ${missing.join(', ')}; its output is above.`);
  return python;
}

async function environment() {
  const folder = join(cacheFolder, 'peers-python');
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (existsSync(python)) return python;
  const base = findInPath('python3', 'python');
  if (base === undefined) throw new ScriptError('Python 3 is needed for Keras and PyTorch: install it, or name one with --python.');
  if (await run(base, ['-m', 'venv', folder], { quiet: true }) !== 0) {
    await rm(folder, { recursive: true, force: true });
    throw new ScriptError('The virtual environment could not be made; the output of venv is above.');
  }
  return python;
}

/** The packages that this Python has not, in whatever version. */
async function missingFrom(python, packages) {
  const modules = { 'tensorflow-cpu': 'tensorflow' };
  const missing = [];
  for (const name of packages) {
    const look = `import importlib.util, sys; sys.exit(importlib.util.find_spec("${modules[name] ?? name}") is None)`;
    if (await run(python, ['-c', look], { stdio: 'ignore' }) !== 0) missing.push(name);
  }
  return missing;
}
