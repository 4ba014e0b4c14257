// Installing TensorFlow, or CUDA for ONNX Runtime, which are too large to come with the extension: the program is asked to do it, into the
// folder that the extension has for itself, and to take it away again.
import * as vscode from 'vscode';
import { StudioError } from '../../core/errors.ts';
import { ask } from '../program.ts';
import { onCommand, type Studio } from '../studio.ts';

interface EngineInfo {
  readonly id: string;
  /** How the program wants it named. */
  readonly words: string;
  /** Whether it can be installed; `about` tells size and needs, or why not. */
  readonly possible: boolean;
  readonly about: string;
  /** From here, so that it can be removed. */
  readonly installed: boolean;
  readonly available: boolean;
  readonly note?: string;
}

const titles: Readonly<Record<string, string>> = { 'tensorflow': 'TensorFlow for the CPU', 'tensorflow-gpu': 'TensorFlow for NVIDIA GPUs', 'cuda': 'CUDA for ONNX Runtime' };
const INSTALL = 'Install';
const REMOVE = 'Remove';

export function registerEngineCommands(studio: Studio): void {
  onCommand(studio, 'autoencoder.installTensorFlow', 'Install TensorFlow or CUDA Engine', async () => {
    const items = listEngines(studio).then(engines => engines.map(engine => ({
      label: titles[engine.id] ?? engine.id,
      description: engine.available ? 'installed' : engine.installed ? 'installed, not usable' : 'not installed',
      detail: engine.installed && !engine.available ? engine.note ?? '' : engine.about,
      engine,
    })));
    const engine = (await vscode.window.showQuickPick(items, { title: 'Install TensorFlow or CUDA Engine', placeHolder: 'Which library?', matchOnDetail: true }))?.engine;
    if (engine === undefined) return;
    const title = titles[engine.id] ?? engine.id;
    const detail = engine.installed && !engine.available ? `${engine.note ?? ''}\n\n${engine.about}` : engine.about;
    const question = engine.installed ? `${title} is installed.` : engine.possible ? `Install ${title}?` : `${title} cannot be used here.`;
    const chosen = await vscode.window.showInformationMessage(question, { modal: true, detail }, ...(engine.installed ? [REMOVE] : engine.possible ? [INSTALL] : []));
    if (chosen === INSTALL) await installEngine(studio, engine, title);
    if (chosen === REMOVE) {
      await ask(studio.program, wordsOf('remove', engine));
      void vscode.window.showInformationMessage(`${title} was removed.`);
    }
  });
}

const wordsOf = (action: string, { words }: EngineInfo): string[] => ['engine', action, ...words.split(' ')];

async function listEngines({ program }: Studio): Promise<readonly EngineInfo[]> {
  const answer = await ask(program, ['engine', 'list']);
  const engines: unknown = typeof answer === 'object' && answer !== null && 'engines' in answer ? answer.engines : undefined;
  if (!Array.isArray(engines)) throw new StudioError('internal', '`aeconf engine list` printed no list of engines.');
  return engines.filter((item): item is EngineInfo => typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string' && 'words' in item && 'about' in item && 'installed' in item && 'available' in item);
}

async function installEngine({ program, log }: Studio, engine: EngineInfo, title: string): Promise<void> {
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: `Installing ${title}`, cancellable: true }, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    await ask(program, wordsOf('install', engine), {
      signal: abort.signal,
      onMessage: line => {
        log.info(`aeconf engine: ${line}`);
        progress.report({ message: line });
      },
    });
  });
  const use = 'Train with It';
  if (await vscode.window.showInformationMessage(`${title} is installed and computes right.`, use) !== use) return;
  const target = vscode.workspace.workspaceFolders === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
  await vscode.workspace.getConfiguration().update('autoencoder.device', engine.id, target);
}
