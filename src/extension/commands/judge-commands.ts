// Commands that judge a trained run: probe, robustness, generation, evaluation. Boxes stay when the focus goes (ignoreFocusOut): another
// judgement that ends meanwhile takes its notification away, and what was typed would go with it.
import * as vscode from 'vscode';
import { readResolvedConfig } from '../../runs/compare.ts';
import type { Spec } from '../../spec/schema.ts';
import { companionsOf, corruptionText, generationWays, noiseKinds, optionsOf, probeSettings, readSettings, readStrengths, settingsText, type Settings } from '../judge-options.ts';
import type { Judging } from '../judging.ts';
import { chooseRun, toItem } from '../run-pick.ts';
import type { RunRecord } from '../run-record.ts';
import { onCommand, type Studio } from '../studio.ts';

export function registerJudgeCommands(studio: Studio, judging: Judging): void {
  const choose = (argument: unknown, prompt: string) => chooseRun(studio, {
    argument, prompt, fits: run => run.bestLoss !== undefined, none: 'There is no run with a checkpoint yet. Train a config first.',
  });
  onCommand(studio, 'autoencoder.probe', 'Probe', async argument => {
    const run = await choose(argument, 'Probe which run?');
    const args = run && await askProbe(run);
    if (run !== undefined && args !== undefined) await judging.judge(run, { command: 'probe', title: `Probing ${run.name}`, args });
  });
  onCommand(studio, 'autoencoder.testRobustness', 'Test Robustness', async argument => {
    const run = await choose(argument, 'Test which run with noise?');
    const args = run && await askRobustness(studio, run);
    if (run !== undefined && args !== undefined) await judging.judge(run, { command: 'robustness', title: `Testing ${run.name} with noise`, args });
  });
  onCommand(studio, 'autoencoder.generate', 'Generate Samples', async argument => {
    const run = await choose(argument, 'Generate samples with which run?');
    const args = run && await askGeneration(run);
    if (run !== undefined && args !== undefined) await judging.judge(run, { command: 'generate', title: `Generating samples with ${run.name}`, args });
  });
  onCommand(studio, 'autoencoder.evaluate', 'Evaluate', async argument => {
    const run = await choose(argument, 'Evaluate which run?');
    if (run !== undefined) await judging.judge(run, { command: 'evaluate', title: `Evaluating ${run.name}`, args: [] });
  });
}

/** What of its spec a run was trained with that judges ask for. */
async function specOf(run: RunRecord): Promise<Partial<Pick<Spec, 'probe' | 'robustness'>>> {
  // Written by the trainer from a spec that it had checked.
  return await readResolvedConfig(run.folder) as Partial<Spec>;
}

/** What is asked with all of it there already, so that Enter is enough; those that are not as usual. Undefined when the user changed their mind. */
async function askSettings(title: string, settings: Settings): Promise<Readonly<Record<string, number | boolean>> | undefined> {
  const input = await vscode.window.showInputBox({
    title, prompt: 'Change what you like; Enter takes it as it stands', value: settingsText(settings),
    ignoreFocusOut: true,
    validateInput: text => {
      const read = readSettings(text, settings);
      return typeof read === 'string' ? read : undefined;
    },
  });
  const read = input === undefined ? undefined : readSettings(input, settings);
  return typeof read === 'string' ? undefined : read;
}

async function askGeneration(run: RunRecord): Promise<readonly string[] | undefined> {
  const title = `Generate samples with ${run.name}`;
  const way = await vscode.window.showQuickPick(generationWays, { title, placeHolder: 'Where do the codes come from?', matchOnDetail: true });
  const changed = way && await askSettings(title, way.settings);
  return way && changed && [...way.args, ...optionsOf(changed)];
}

async function askProbe(run: RunRecord): Promise<readonly string[] | undefined> {
  const title = `Probe ${run.name}`;
  const { probe } = await specOf(run);
  const own = probe === undefined ? [] : [{ label: 'As the config says', detail: `${probe.layers.length === 0 ? 'A linear probe' : `A classifier of ${probe.layers.length + 1} layers`} on ${probe.on.join(', ')}, ${probe.epochs} epochs`, args: [] as string[] }];
  const picked = await vscode.window.showQuickPick([
    ...own,
    { label: 'Linear probe', detail: 'One dense layer on the codes and one on the pixels, and nearest neighbours beside them', args: ['--linear', '--on', 'codes,pixels'] },
    { label: 'Linear probe on codes, pixels and reconstructions', detail: 'What is lost on the way through the bottleneck', args: ['--linear', '--on', 'codes,pixels,reconstructions'] },
  ], { title, placeHolder: 'Which classifier?', matchOnDetail: true });
  const { epochs, neighbors } = probeSettings;
  const settings = probe === undefined ? probeSettings : { epochs: { ...epochs, usual: probe.epochs }, neighbors: { ...neighbors, usual: probe.neighbors } };
  const changed = picked && await askSettings(title, settings);
  return picked && changed && [...picked.args, ...optionsOf(changed)];
}

async function askRobustness(studio: Studio, run: RunRecord): Promise<readonly string[] | undefined> {
  const { robustness = [] } = await specOf(run);
  const title = `Test ${run.name} with noise`;
  const items = [
    ...(robustness.length === 0 ? [] : [{ label: 'As the config says', detail: robustness.map(test => `${test.corruption.type} at ${test.strengths.join(', ')}`).join('; '), noise: undefined }]),
    ...noiseKinds.map(noise => ({ label: noise.type, detail: noise.strength, noise })),
  ];
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'Which noise?', matchOnDetail: true });
  if (picked === undefined) return undefined;
  let args: readonly string[] = [];
  if (picked.noise !== undefined) {
    const input = await vscode.window.showInputBox({
      title, prompt: `${picked.noise.strength}: strengths with commas between`, value: picked.noise.usual, ignoreFocusOut: true,
      validateInput: text => {
        const strengths = readStrengths(text);
        return typeof strengths === 'string' ? strengths : undefined;
      },
    });
    const strengths = input === undefined ? 'nothing' : readStrengths(input);
    if (typeof strengths === 'string') return undefined;
    const changed = await askSettings(title, picked.noise.settings);
    if (changed === undefined) return undefined;
    args = ['--corruption', corruptionText(picked.noise, changed), '--strengths', strengths.join(',')];
  }
  const against = await askCompanions(studio, run, title);
  return against && [...args, ...against.flatMap(other => ['--against', other.folder])];
}

/** Runs of the same data to test beside it; none are fine, undefined when the user changed their mind. */
async function askCompanions({ store }: Studio, run: RunRecord, title: string): Promise<readonly RunRecord[] | undefined> {
  const others = companionsOf(run, store.runs);
  if (others.length === 0) return [];
  const picked = await vscode.window.showQuickPick(others.map(toItem), { title, placeHolder: 'Beside which other runs? (none is fine: press Enter)', canPickMany: true, matchOnDescription: true, matchOnDetail: true });
  return picked?.map(item => item.run);
}
