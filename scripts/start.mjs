// `npm start`: from a fresh clone to a training one can watch. Installs, builds, opens VS Code with the extension on a
// working copy of samples/, and trains the quickstart sample there with the live views open.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { preparePlayground, writePlaygroundSettings } from './lib/playground.mjs';
import { ScriptError, cacheFolder, findInPath, main, root, run } from './lib/process.mjs';
import { linkExtension, startServer } from './lib/server.mjs';
import { ensureDependencies, findDesktopCode, hasDisplay } from './lib/tools.mjs';

const usage = `npm start [-- options]

Installs and builds what is missing, opens VS Code with Autoencoder Studio on a copy of samples/
(.cache/playground/, where you may change everything) and trains quickstart.aeconf with its views open.

  --browser    use VS Code in the browser, even where there is a desktop VS Code or no display
  --headless   train in the terminal (this is also what happens without a display)
  --port N     port of VS Code in the browser (default: any free one)
  --no-train   open VS Code without training
  --fresh      start from a new copy of samples/, without earlier runs
  --help       this text

VSCODE=/path/to/code names the desktop VS Code to use.`;

const sample = 'quickstart.aeconf';

function readOptions() {
  try {
    return parseArgs({
      options: {
        browser: { type: 'boolean', default: false },
        headless: { type: 'boolean', default: false },
        port: { type: 'string', default: '0' },
        'no-train': { type: 'boolean', default: false },
        fresh: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new ScriptError(`${error.message} "npm start -- --help" lists the options.`);
  }
}

async function trainInTerminal(playground) {
  const runs = join(playground, '.autoencoder/runs');
  const code = await run(process.execPath, [join(root, 'dist/aeconf.js'), 'train', join(playground, sample), '--runs', runs]);
  if (code === 0) {
    console.log(`\nConfigs to change and train: ${relative(root, playground)}/`
      + `\nTo see it live in VS Code: npm start -- --browser`);
  }
  return code;
}

function openDesktop(code, playground) {
  console.log(`Opening ${code} on ${relative(root, playground)}/ …`);
  const windows = process.platform === 'win32';
  const quote = text => windows ? `"${text}"` : text;
  const child = spawn(quote(code), ['--new-window', '--disable-workspace-trust', `--extensionDevelopmentPath=${root}`, playground].map(quote), {
    detached: true, stdio: 'ignore', shell: windows,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: undefined },
  });
  return new Promise((resolve, reject) => {
    child.on('error', error => reject(new ScriptError(`${code} did not start: ${error.message}. "npm start -- --browser" does without it.`)));
    child.on('spawn', () => { child.unref(); resolve(); });
  });
}

/** Serves VS Code until Ctrl-C. */
async function openBrowser(playground, port) {
  const folder = join(cacheFolder, 'browser');
  const extensions = join(folder, 'extensions');
  await linkExtension(extensions);
  const server = await startServer({ folder, extensions, port });
  const url = `${server.address}/?folder=${encodeURIComponent(playground)}`;
  console.log(`\nAutoencoder Studio is at\n\n    ${url}\n\nCtrl-C ends it; a training that is going on goes on.`);
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform] ?? findInPath('xdg-open');
  if (hasDisplay() && opener !== undefined) {
    spawn(opener, [url], { detached: true, stdio: 'ignore' }).on('error', () => console.log('Open that address in a browser.')).unref();
  }
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { asked = true; void server.stop(); });
  await server.ended;
  if (!asked) throw new ScriptError(`VS Code for the browser ended by itself; see ${relative(root, join(folder, 'server.log'))}.`);
}

await main(async () => {
  const options = readOptions();
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new ScriptError(`--port ${options.port} is not a port; give a number from 1 to 65535.`);
  if (options.headless && options['no-train']) throw new ScriptError('--headless does nothing but train, so --no-train makes no sense with it.');

  await ensureDependencies();
  const built = await run(process.execPath, [join(root, 'scripts/build.mjs')]);
  if (built !== 0) return built;
  const playground = await preparePlayground({ fresh: options.fresh });
  if (options.headless || (!options.browser && !hasDisplay())) return trainInTerminal(playground);

  await writePlaygroundSettings(playground, {
    'autoencoder.trainOnOpen': options['no-train'] ? '' : sample,
    'autoencoder.openViews': ['loss', 'reconstructions', 'latent'],
  });
  const desktop = options.browser ? undefined : findDesktopCode();
  if (desktop !== undefined && existsSync(desktop)) await openDesktop(desktop, playground);
  else await openBrowser(playground, port);
  return 0;
});
