import { expect, it, vi } from 'vitest';
import { Disposables } from '../disposables.ts';
import type { Studio } from '../studio.ts';
import { registered, ViewColumn, window } from '../testing.ts';
import type { Training } from '../training.ts';
import { registerConfigCommands } from './config-commands.ts';

vi.mock('vscode', () => import('../testing.ts'));

it('shows a summary beside what is open, and alone where nothing is', async () => {
  registerConfigCommands({ owner: new Disposables(), log: { error() {} } } as unknown as Studio, {} as Training, () => []);
  const show = async () => {
    await registered.commands.get('autoencoder.showSummary')!('/w/a.aeconf');
    return registered.shownIn;
  };
  window.tabGroups.all = [{ tabs: [] }];
  expect(await show()).toMatchObject({ viewColumn: ViewColumn.Active });
  window.tabGroups.all = [{ tabs: ['a tab'] }];
  expect(await show()).toMatchObject({ viewColumn: ViewColumn.Beside });
});
