// `aeconf engine install|remove|check|list`: engines that are not part of the program because of their size.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf, StudioError } from '../../core/errors.ts';
import { deviceOf, openLibrary } from '../../engine/tensorflow/engine.ts';
import { announcement, install, installedIn, remove } from '../../engine/tensorflow/install.ts';
import { engineFolder, findLibrary, installedAt, libraryKinds, type TensorFlowId } from '../../engine/tensorflow/library.ts';
import { selfCheck } from '../../engine/tensorflow/self-check.ts';
import type { Context, Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatTable } from '../format.ts';
import type { Terminal } from '../terminal.ts';

type Action = (context: Context, id: TensorFlowId, folder: string) => Promise<void>;

export const engine: Handler = async context => {
  const { args } = context;
  const [word, name] = args.positionals;
  const folder = resolve(args.text('folder') ?? engineFolder());
  if (word === 'list') {
    if (name !== undefined) throw new StudioError('usage', '"aeconf engine list" lists all engines and takes no name.');
    await list(context, folder);
    return exitCodes.ok.code;
  }
  const action = Object.entries(actions).find(([known]) => known === word)?.[1];
  if (action === undefined) throw new StudioError('usage', `"aeconf engine" takes install, remove, check or list, not "${word ?? ''}".`);
  if (name !== 'tensorflow') throw new StudioError('usage', `"aeconf engine ${word}" needs the name of an engine: tensorflow${name === undefined ? '' : `, not "${name}"`}.`);
  await action(context, args.flag('gpu') ? 'tensorflow-gpu' : 'tensorflow', folder);
  return exitCodes.ok.code;
};

const actions: Readonly<Record<'install' | 'remove' | 'check', Action>> = {
  async install({ terminal, json, signal }, id, folder) {
    terminal.err(`${announcement(id, folder)}\n`);
    const progress = progressOn(terminal);
    const installed = await install(id, { folder, signal, onProgress: progress.show, check: () => checkElsewhere(id, folder) }).finally(progress.erase);
    terminal.out(json ? `${JSON.stringify({ installed })}\n` : `Installed. Train with --device ${id}${folder === engineFolder() ? '' : `, with AECONF_TENSORFLOW=${folder}`}.\n`);
  },

  async remove({ terminal, json }, id, folder) {
    const removed = await remove(id, folder);
    terminal.out(json ? `${JSON.stringify({ removed })}\n` : removed ? 'Removed.\n' : `There is none in ${folder}.\n`);
  },

  async check({ args, terminal, json }, id, folder) {
    const library = libraryUnderTest(id, folder, args.flag('folder'));
    const device = deviceOf(id, library);
    if (!device.available) throw new StudioError('device', `${device.name}: ${device.note ?? 'it did not answer.'}`);
    const session = openLibrary(device, library);
    const error = await selfCheck(session).finally(() => session.dispose());
    terminal.out(json ? `${JSON.stringify({ device: device.name, error })}\n` : `${device.name} computes right: its largest error is ${error.toPrecision(2)}.\n`);
  },
};

/** The library to check: one that is just being installed has no mark yet. */
function libraryUnderTest(id: TensorFlowId, folder: string, onlyThere: boolean): string {
  const ours = installedAt(id, folder);
  return existsSync(ours) ? ours : findLibrary(id, ...(onlyThere ? [folder] : [])).found ?? ours;
}

/** Checks in another process, because a broken library may take its process down. */
async function checkElsewhere(id: TensorFlowId, folder: string): Promise<void> {
  const words = ['engine', 'check', 'tensorflow', ...(id === 'tensorflow-gpu' ? ['--gpu'] : []), '--folder', folder, '--json'];
  const child = spawn(process.execPath, [process.argv[1]!, ...words], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { said += text; });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (...end) => { resolve(end); });
  });
  if (code === 0) return;
  const message = /"message":("(?:[^"\\]|\\.)*")/.exec(said)?.[1];
  throw new StudioError('device', message === undefined
    ? `TensorFlow was fetched but its check ended with ${signal ?? `exit code ${code ?? '?'}`}; nothing was kept.`
    : `TensorFlow was fetched but does not work here; nothing was kept. ${JSON.parse(message) as string}`);
}

async function list({ args, terminal, json }: Context, folder: string): Promise<void> {
  const found = await Promise.all((Object.keys(libraryKinds) as TensorFlowId[]).map(async id => {
    const { package: name } = libraryKinds[id];
    const ours = await installedIn(id, folder);
    const place = findLibrary(id, ...(args.flag('folder') ? [folder] : [])).found;
    const device = deviceOf(id, place);
    return { id, package: name, ...offerOf(id, folder), installed: ours !== undefined, ...(place === undefined ? {} : { folder: place }), available: device.available, ...(device.note === undefined ? {} : { note: device.note }) };
  }));
  if (json) {
    terminal.out(`${JSON.stringify({ folder, engines: found })}\n`);
    return;
  }
  terminal.out(formatTable(found.map(({ id, package: name, available, folder: place, note }) => [id, name, available ? 'available' : place === undefined ? 'not installed' : 'not usable', place ?? '', note ?? ''])));
}

/** Size and needs, or why this machine cannot have it. */
function offerOf(id: TensorFlowId, folder: string): { readonly possible: boolean; readonly about: string } {
  try {
    return { possible: true, about: announcement(id, folder) };
  } catch (error) {
    return { possible: false, about: messageOf(error) };
  }
}

/** A line that is redrawn on a terminal; elsewhere one for every new thing and every tenth of it. */
function progressOn(terminal: Terminal): { show: (message: string, share?: number) => void; erase: () => void } {
  let last = '';
  return {
    show(message, share) {
      const percent = share === undefined ? '' : `  ${Math.floor(share * (terminal.interactive ? 100 : 10)) * (terminal.interactive ? 1 : 10)} %`;
      const line = `${message}${percent}`;
      if (line === last) return;
      last = line;
      terminal.err(terminal.interactive ? `\r\u001b[2K${line}` : `${line}\n`);
    },
    erase() {
      if (terminal.interactive && last !== '') terminal.err('\r\u001b[2K');
    },
  };
}
