// `aeconf engine install|remove|check|list`: engines that are not part of the program because of their size.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf, StudioError } from '../../core/errors.ts';
import type { Device, Session } from '../../engine/engine.ts';
import { openSession } from '../../engine/engines.ts';
import { announcement, install, installedIn, remove } from '../../engine/install.ts';
import { engineFolder, installedAt, libraryIds, libraryKinds, wordsFor, type LibraryId } from '../../engine/libraries.ts';
import { useCudaIn } from '../../engine/onnx/native.ts';
import { gpuDevice } from '../../engine/onnx/runtime.ts';
import { selfCheck } from '../../engine/self-check.ts';
import { deviceOf, openLibrary } from '../../engine/tensorflow/engine.ts';
import { findLibrary, type TensorFlowId } from '../../engine/tensorflow/library.ts';
import type { Context, Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { printTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

type Action = (context: Context, id: LibraryId, folder: string) => Promise<void>;

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
  if (name === 'directml') {
    await directMl(context);
    return exitCodes.ok.code;
  }
  await action(context, libraryOf(name, args.flag('gpu'), word ?? ''), folder);
  return exitCodes.ok.code;
};

function libraryOf(name: string | undefined, gpu: boolean, action: string): LibraryId {
  if (name === 'tensorflow') return gpu ? 'tensorflow-gpu' : 'tensorflow';
  if (name === 'cuda') return 'cuda';
  throw new StudioError('usage', `"aeconf engine ${action}" needs the name of an engine: tensorflow, cuda or directml${name === undefined ? '' : `, not "${name}"`}.`);
}

/** DirectML comes with ONNX Runtime on Windows: there is nothing to fetch or to take away, only to find out whether it works. */
async function directMl(context: Context): Promise<void> {
  if (process.platform !== 'win32') throw new StudioError('device', 'DirectML exists on Windows only. Train with --device cpu or webgpu.');
  context.terminal.err('DirectML is part of ONNX Runtime on Windows; nothing has to be installed. Train with --device dml.\n');
  await report(context, gpuDevice('dml'), openSession);
}

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

  async check(context, id, folder) {
    if (id === 'cuda') {
      if (existsSync(installedAt(id, folder))) useCudaIn(folder);
      await report(context, gpuDevice(id), openSession);
    } else {
      const library = libraryUnderTest(id, folder, context.args.flag('folder'));
      await report(context, deviceOf(id, library), async device => Promise.resolve(openLibrary(device, library)));
    }
  },
};

/** Lets a device compute something whose result is known. */
async function report({ terminal, json }: Context, device: Device, open: (device: Device) => Promise<Session>): Promise<void> {
  if (!device.available) throw new StudioError('device', `${device.name}: ${device.note ?? 'it did not answer.'}`);
  const session = await open(device);
  const error = await selfCheck(session).finally(() => session.dispose());
  terminal.out(json ? `${JSON.stringify({ device: device.name, error })}\n` : `${device.name} computes right: its largest error is ${error.toPrecision(2)}.\n`);
}

/** The library to check: one that is just being installed has no mark yet. */
function libraryUnderTest(id: TensorFlowId, folder: string, onlyThere: boolean): string {
  const ours = installedAt(id, folder);
  return existsSync(ours) ? ours : findLibrary(id, ...(onlyThere ? [folder] : [])).found ?? ours;
}

/** Checks in another process, because a broken library may take its process down. */
async function checkElsewhere(id: LibraryId, folder: string): Promise<void> {
  const words = ['engine', 'check', ...wordsFor(id).split(' '), '--folder', folder, '--json'];
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
    ? `${libraryKinds[id].library} was fetched but its check ended with ${signal ?? `exit code ${code ?? '?'}`}; nothing was kept.`
    : `${libraryKinds[id].library} was fetched but does not work here; nothing was kept. ${JSON.parse(message) as string}`);
}

async function list({ args, terminal, json }: Context, folder: string): Promise<void> {
  const found = await Promise.all(libraryIds.map(async id => {
    const { package: name } = libraryKinds[id];
    const ours = await installedIn(id, folder);
    const { place, device } = id === 'cuda' ? cudaIn(ours && folder) : tensorFlowIn(id, args.flag('folder') ? folder : undefined);
    return { id, words: wordsFor(id), package: name, ...offerOf(id, folder), installed: ours !== undefined, ...(place === undefined ? {} : { folder: place }), available: device.available, ...(device.note === undefined ? {} : { note: device.note }) };
  }));
  if (json) {
    terminal.out(`${JSON.stringify({ folder, engines: found })}\n`);
    return;
  }
  printTable(terminal, found.map(({ id, package: name, available, folder: place, note }) => [id, name, available ? 'available' : place === undefined ? 'not installed' : 'not usable', place ?? '', note ?? '']), { sentences: true, least: { 0: Infinity, 2: Infinity } });
}

interface Placed {
  readonly place: string | undefined;
  readonly device: Device;
}

function tensorFlowIn(id: TensorFlowId, folder: string | undefined): Placed {
  const place = findLibrary(id, ...(folder === undefined ? [] : [folder])).found;
  return { place, device: deviceOf(id, place) };
}

function cudaIn(folder: string | undefined): Placed {
  if (folder !== undefined) useCudaIn(folder);
  return { place: folder && installedAt('cuda', folder), device: gpuDevice('cuda') };
}

/** Size and needs, or why this machine cannot have it. */
function offerOf(id: LibraryId, folder: string): { readonly possible: boolean; readonly about: string } {
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
