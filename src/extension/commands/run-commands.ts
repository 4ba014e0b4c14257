// Commands about a run: steer it, look at it, note something, keep or delete it.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { StudioError, messageOf } from '../../core/errors.ts';
import { deleteRun } from '../../runs/delete.ts';
import { runFiles } from '../../runs/events.ts';
import { noteRun, renameRun, starRun, tagRun } from '../../runs/notes.ts';
import { tellNothingToResume } from '../notifications.ts';
import { ask } from '../program.ts';
import { reveal } from '../reveal.ts';
import { chooseRun, noRuns } from '../run-pick.ts';
import type { RunRecord } from '../run-record.ts';
import { canResume, isLive, runDescription } from '../status-text.ts';
import { onCommand, type Studio } from '../studio.ts';
import type { CommandId } from '../contributions.ts';
import type { Training } from '../training.ts';
import { requireTrust } from '../trust.ts';
import { askCount } from './config-commands.ts';

export function registerRunCommands(studio: Studio, training: Training): void {
  registerSteering(studio, training);
  registerNotes(studio);
  registerFiles(studio);
}

function registerSteering(studio: Studio, training: Training): void {
  onCommand(studio, 'autoencoder.stop', 'Stop', async argument => {
    const run = await chooseRun(studio, { argument, prompt: 'Stop which training?', fits: run => isLive(run.state), none: 'Nothing is training.' });
    if (run !== undefined) await training.stop(run);
  });
  onCommand(studio, 'autoencoder.pause', 'Pause', async argument => {
    const fits = (run: RunRecord) => run.state === 'training' || run.state === 'preparing';
    const run = await chooseRun(studio, { argument, prompt: 'Pause which training?', fits, none: 'Nothing is training.' });
    if (run !== undefined) await training.control(run, 'pause');
  });
  onCommand(studio, 'autoencoder.continue', 'Continue', async argument => {
    const run = await chooseRun(studio, { argument, prompt: 'Continue which training?', fits: run => run.state === 'paused', none: 'No training is paused.' });
    if (run !== undefined) await training.control(run, 'continue');
  });
  onCommand(studio, 'autoencoder.resume', 'Resume', async argument => {
    const run = await chooseRun(studio, { argument, prompt: 'Resume which run?', fits: canResume, none: 'No run that ended has a checkpoint, so none can be resumed.' });
    if (run === undefined) return;
    if (isLive(run.state)) throw new StudioError('run', `${run.name} is ${run.state}: there is nothing to resume.`);
    if (!canResume(run)) {
      void tellNothingToResume(run);
      return;
    }
    if (run.state !== 'finished') {
      await training.resume(run);
      return;
    }
    const epochs = await askCount(`Resume ${run.name}`, `Epochs in all (${run.epochs} are done)`, run.epochs * 2);
    if (epochs !== undefined) await training.resume(run, epochs);
  });
  onCommand(studio, 'autoencoder.trainAgain', 'Train Again', async argument => {
    const run = await chooseRun(studio, { argument, prompt: 'Train the config of which run again?', fits: run => run.configPath !== undefined, none: noRuns });
    if (run !== undefined) await training.trainAgain(run);
  });
  onCommand(studio, 'autoencoder.showRunMenu', 'Running trainings', async argument => {
    const run = await chooseRun(studio, { argument, prompt: 'Which training?', fits: run => isLive(run.state), none: 'Nothing is training.' });
    if (run === undefined) return;
    const item = (icon: string, label: string, command: CommandId) => ({ label: `$(${icon}) ${label}`, command });
    const picked = await vscode.window.showQuickPick([
      item('graph-line', 'Show Loss Curves', 'autoencoder.showLoss'),
      item('file-media', 'Show Reconstructions', 'autoencoder.showReconstructions'),
      item('graph-scatter', 'Explore Latent Space', 'autoencoder.showLatent'),
      run.state === 'paused' ? item('debug-continue', 'Continue', 'autoencoder.continue') : item('debug-pause', 'Pause', 'autoencoder.pause'),
      item('debug-stop', 'Stop', 'autoencoder.stop'),
      item('go-to-file', 'Open Run Config', 'autoencoder.openRunConfig'),
    ], { title: run.name, placeHolder: runDescription(run) });
    if (picked !== undefined) await vscode.commands.executeCommand(picked.command, run);
  });
}

function registerNotes(studio: Studio): void {
  const { store } = studio;
  onCommand(studio, 'autoencoder.renameRun', 'Rename', async argument => {
    const run = await chooseRun(studio, { argument, prompt: 'Rename which run?', none: noRuns });
    if (run === undefined) return;
    const name = await vscode.window.showInputBox({ title: 'Rename Run', value: run.name, prompt: 'A name for people; empty brings the first one back' });
    if (name === undefined) return;
    await renameRun(run.folder, name);
    await store.refreshRun(run.folder);
  });
  onCommand(studio, 'autoencoder.addNote', 'Add Note', async argument => {
    const run = await chooseRun(studio, { argument, prompt: 'Note something about which run?', none: noRuns });
    if (run === undefined) return;
    const note = await vscode.window.showInputBox({ title: `Note on ${run.name}`, value: run.note ?? '', prompt: 'Shown with the run; empty removes it' });
    if (note === undefined) return;
    await noteRun(run.folder, note);
    await store.refreshRun(run.folder);
  });
  onCommand(studio, 'autoencoder.editTags', 'Edit Tags', async argument => {
    const run = await chooseRun(studio, { argument, prompt: 'Give tags to which run?', none: noRuns });
    if (run === undefined) return;
    const known = [...new Set(store.runs.flatMap(({ tags }) => tags ?? []))].sort();
    const words = await vscode.window.showInputBox({
      title: `Tags of ${run.name}`, value: (run.tags ?? []).join(', '), placeHolder: 'baseline, handed in',
      prompt: `Separated by commas; empty removes them.${known.length === 0 ? '' : ` In use: ${known.join(', ')}.`}`,
    });
    if (words === undefined) return;
    await tagRun(run.folder, words.split(','));
    await store.refreshRun(run.folder);
  });
  for (const [id, star] of [['autoencoder.starRun', true], ['autoencoder.unstarRun', false]] as const) {
    onCommand(studio, id, star ? 'Star' : 'Remove Star', async argument => {
      const run = await chooseRun(studio, { argument, prompt: star ? 'Star which run?' : 'Remove the star of which run?', fits: run => run.star !== star, none: star ? noRuns : 'No run has a star.' });
      if (run === undefined) return;
      await starRun(run.folder, star);
      await store.refreshRun(run.folder);
    });
  }
}

function registerFiles(studio: Studio): void {
  onCommand(studio, 'autoencoder.openRunFolder', 'Open Run Folder', async argument => {
    const run = await chooseRun(studio, { argument, prompt: 'Open the folder of which run?', none: noRuns });
    if (run !== undefined) await openFolder(run.folder);
  });
  onCommand(studio, 'autoencoder.openRunConfig', 'Open Run Config', async argument => {
    const run = await chooseRun(studio, { argument, prompt: 'Open the config of which run?', none: noRuns });
    if (run !== undefined) await vscode.window.showTextDocument(vscode.Uri.file(path.join(run.folder, runFiles.config)), { preview: true });
  });
  onCommand(studio, 'autoencoder.exportOnnx', 'Export ONNX', async argument => {
    const run = await chooseRun(studio, { argument, prompt: 'Export the models of which run?', none: noRuns });
    if (run !== undefined) await exportOnnx(studio, run);
  });
  onCommand(studio, 'autoencoder.deleteRun', 'Delete Run', async argument => {
    const run = await chooseRun(studio, { argument, prompt: 'Delete which run?', fits: run => !isLive(run.state), none: 'There is no run that ended. Stop a run before you delete it.' });
    if (run !== undefined) await removeRun(studio, run);
  });
}

async function openFolder(folder: string): Promise<void> {
  await reveal(vscode.Uri.file(path.join(folder, runFiles.info)));
}

async function exportOnnx({ program }: Studio, run: RunRecord): Promise<void> {
  requireTrust('Exporting needs a trusted workspace, as training does: it builds the model that the run folder holds.');
  const picked = await vscode.window.showOpenDialog({
    canSelectFolders: true, canSelectFiles: false, openLabel: 'Export here', title: `Export encoder, decoder and autoencoder of ${run.name}`,
    defaultUri: vscode.Uri.file(run.configPath === undefined ? run.folder : path.dirname(run.configPath)),
  });
  const target = picked?.[0];
  if (target === undefined) return;
  const folder = path.join(target.fsPath, `${path.basename(run.configPath ?? run.name, '.aeconf')}-onnx`);
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: `Exporting ${run.name}` }, () => ask(program, ['export', run.folder, '--out', folder]));
  const open = 'Open Folder';
  void vscode.window.showInformationMessage(`Exported the models of ${run.name} to ${folder}.`, open).then(chosen => chosen === open ? openFolder(folder) : undefined);
}

async function removeRun(studio: Studio, run: RunRecord): Promise<void> {
  if (isLive(run.state)) throw new StudioError('run', `${run.name} is ${run.state}. Stop it before you delete it.`);
  const move = 'Move to Trash';
  const sure = await vscode.window.showWarningMessage(`Delete the run ${run.name}?`, { modal: true, detail: `${runDescription(run)}\n${run.folder}` }, move);
  if (sure !== move) return;
  await studio.store.lettingGo(run.folder, () => discard(studio, run));
}

/** Into the trash, or away where that cannot be and the user says so. */
async function discard({ log }: Studio, run: RunRecord): Promise<void> {
  try {
    await vscode.workspace.fs.delete(vscode.Uri.file(run.folder), { recursive: true, useTrash: true });
  } catch (error) {
    // Servers and network disks have no trash; or somebody else holds a file of it.
    log.warn(`Trash: ${messageOf(error)}`);
    const forever = 'Delete Permanently';
    if (await vscode.window.showWarningMessage(`${run.name} could not be moved to the trash. Delete it for good?`, { modal: true, detail: messageOf(error) }, forever) === forever) await deleteRun(run.folder);
  }
}
