// Starting other programs from the scripts, with errors a person can act on.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const cacheFolder = join(root, '.cache');

/** An error whose message is all that a user needs to see. */
export class ScriptError extends Error {}

/** Runs a script's main function; a ScriptError becomes one line, anything else keeps its stack. */
export async function main(body) {
  try {
    process.exitCode = await body() ?? 0;
  } catch (error) {
    console.error(error instanceof ScriptError ? `Error: ${error.message}` : error);
    process.exitCode = 1;
  }
}

/** How npm is started: through the very npm that runs this script where there is one. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js') && existsSync(script)) return { command: process.execPath, prefix: [script] };
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', prefix: [], shell: process.platform === 'win32' };
}

/** The environment without what `npm run` adds about this very package, which would mislead an npm in another folder. */
export function cleanEnvironment(extra = {}) {
  const misleading = /^npm_(package|lifecycle)_|^npm_config_(local_prefix|prefix)$|^npm_command$/;
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !misleading.test(name))), ...extra };
}

/**
 * Runs a program to its end and gives its exit code (128 + 15 when a signal ended it).
 * `quiet` keeps its output back and prints the end of it only when it fails.
 */
export function run(command, args, { quiet = false, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit', ...options });
    let output = '';
    const collect = chunk => { output = (output + chunk).slice(-4000); };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', error => reject(new ScriptError(
      error.code === 'ENOENT' ? `${command} is not installed or not in PATH.` : `${command} did not start: ${error.message}`)));
    child.on('close', code => {
      if (quiet && code !== 0) process.stderr.write(output);
      resolve(code ?? 143);
    });
  });
}

/** Runs npm; throws when it fails. */
export async function npm(args, options = {}) {
  const { command, prefix, shell = false } = npmCommand();
  const code = await run(command, [...prefix, ...args], { shell, env: cleanEnvironment(), ...options });
  if (code !== 0) throw new ScriptError(`npm ${args.join(' ')} failed with exit code ${code}; its output is above.`);
}

/** The first program of these names in PATH. */
export function findInPath(...names) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      for (const ending of endings) {
        const file = join(folder, name + ending);
        if (folder !== '' && existsSync(file)) return file;
      }
    }
  }
  return undefined;
}
