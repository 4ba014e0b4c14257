// The status bar item with the progress of running trainings, and the context keys by which menus know that something runs.
import * as vscode from 'vscode';
import { contextKeys } from '../contributions.ts';
import { isLive, statusBarText } from '../status-text.ts';
import type { Studio } from '../studio.ts';

export function registerStatusBar({ owner, store }: Studio): void {
  const item = owner.add(vscode.window.createStatusBarItem('autoencoder.progress', vscode.StatusBarAlignment.Left, 50));
  item.name = 'Autoencoder Training';
  item.command = 'autoencoder.showRunMenu';
  const told = new Map<string, boolean>();
  const tell = (key: string, value: boolean): void => {
    if (told.get(key) === value) return;
    told.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  let shown = '';
  const update = (): void => {
    const { runs } = store;
    const text = statusBarText(runs);
    // The tool tip tells seconds; on its own it is not worth a message to the window.
    if (text === undefined) item.hide();
    else if (text.text !== shown) {
      item.text = text.text;
      item.tooltip = text.tooltip;
      item.accessibilityInformation = { label: `Autoencoder training: ${text.tooltip}`, role: 'button' };
      item.show();
    }
    shown = text?.text ?? '';
    tell(contextKeys.hasRuns, runs.length > 0);
    tell(contextKeys.live, runs.some(run => isLive(run.state)));
    tell(contextKeys.training, runs.some(run => run.state === 'training' || run.state === 'preparing'));
    tell(contextKeys.paused, runs.some(run => run.state === 'paused'));
  };
  owner.add(store.onChange.on(update));
  update();
}
