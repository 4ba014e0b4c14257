// VS Code in the browser: starts code-server on this machine only, waits until it answers, stops it with all it started.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScriptError, cleanEnvironment, root, run } from './process.mjs';
import { codeServer, node24 } from './tools.mjs';

/** User settings of a quiet VS Code: nothing that opens by itself, nothing that goes online, no file saved unasked. */
export const quietSettings = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'git.enabled': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'files.autoSave': 'off',
  'remote.autoForwardPorts': false,
  // Otherwise it looks through all open files of all processes every two seconds, for ports that it then does not forward.
  'remote.autoForwardPortsSource': 'output',
  // Where a browser draws without a GPU, every blink draws all pages of the window again: a twentieth of a processor core.
  'editor.cursorBlinking': 'solid',
};

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function environment(node) {
  return cleanEnvironment({
    EXTENSIONS_GALLERY: '{}',
    PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
    // These would tie the server to a VS Code this script itself was started from.
    VSCODE_IPC_HOOK_CLI: undefined,
    ELECTRON_RUN_AS_NODE: undefined,
  });
}

/** Makes an extensions folder in which this repository, as it is built now, is the only extension. */
export async function linkExtension(folder) {
  const { publisher, name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await symlink(root, join(folder, `${publisher}.${name}-${version}`), 'junction');
}

/** Installs a .vsix into an extensions folder. */
export async function installExtension(vsix, folder) {
  const node = await node24();
  const entry = await codeServer();
  const code = await run(node, [entry, '--extensions-dir', folder, '--user-data-dir', `${folder}-install`, '--config', `${folder}-install/c.yaml`,
    '--install-extension', vsix], { quiet: true, env: await environment(node) });
  if (code !== 0) throw new ScriptError(`${vsix} could not be installed into VS Code for the browser; the output is above.`);
}

/**
 * Starts a server.
 * @param {{ folder: string, extensions: string, port?: number, settings?: object, smokeTestDriver?: boolean }} options
 *   `folder` keeps user data and the log `server.log`; `extensions` is the extensions folder; port 0 takes any.
 */
export async function startServer({ folder, extensions, port = 0, settings = quietSettings, smokeTestDriver = false }) {
  const node = await node24();
  const entry = await codeServer();
  const userData = join(folder, 'user-data');
  const settingsFile = join(userData, 'User/settings.json');
  await mkdir(dirname(settingsFile), { recursive: true });
  await mkdir(extensions, { recursive: true });
  // What the user changed stays.
  await writeFile(settingsFile, `${JSON.stringify(settings, null, 2)}\n`, { flag: 'wx' }).catch(error => {
    if (error.code !== 'EEXIST') throw error;
  });

  const chosen = port === 0 ? await freePort() : port;
  const logFile = join(folder, 'server.log');
  const log = openSync(logFile, 'w');
  const server = spawn(node, [entry, '--auth', 'none', '--bind-addr', `127.0.0.1:${chosen}`,
    '--user-data-dir', userData, '--extensions-dir', extensions, '--config', join(userData, 'c.yaml'),
    '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', '--disable-getting-started-override',
    '--ignore-last-opened', '--reconnection-grace-time', '2',
    ...(smokeTestDriver ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
  ], { detached: process.platform !== 'win32', stdio: ['ignore', log, log], env: await environment(node) });
  closeSync(log);
  let failure;
  server.on('error', error => { failure = error.message; });
  server.on('exit', code => { failure ??= `it ended with exit code ${code}`; });

  const address = `http://127.0.0.1:${chosen}`;
  for (const deadline = Date.now() + 30_000; ;) {
    if (failure === undefined && await fetch(`${address}/healthz`).then(answer => answer.ok, () => false)) break;
    if (failure !== undefined || Date.now() > deadline) {
      const tail = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-5).join('\n');
      if (failure === undefined) stopTree(server.pid, 'SIGKILL');
      throw new ScriptError(`VS Code for the browser did not start on port ${chosen}: ${failure ?? 'no answer for 30 s'}.\n${tail}`);
    }
    await sleep(100);
  }

  return {
    address,
    host: `127.0.0.1:${chosen}`,
    userData,
    ended: new Promise(resolve => server.on('exit', () => resolve())),
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      stopTree(server.pid, 'SIGTERM');
      const ended = await Promise.race([new Promise(resolve => server.on('exit', () => resolve(true))), sleep(3000, false)]);
      if (!ended) stopTree(server.pid, 'SIGKILL');
    },
  };
}

function stopTree(pid, signal) {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
