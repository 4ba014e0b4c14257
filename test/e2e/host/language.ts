// What the editor knows of a .aeconf file: problems and their fixes, completion, hover, hints, lenses.
import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, openEdited, problems, sample, until } from './helpers.ts';

suite('language', () => {
  teardown(closeAll);

  test('the samples have no problems', async () => {
    const configsOf = async (folder: string): Promise<string[]> => (await vscode.workspace.fs.readDirectory(sample(folder))).map(([name]) => `${folder}/${name}`).filter(name => name.endsWith('.aeconf'));
    const configs = (await Promise.all(['.', 'types', 'beyond', 'systems'].map(configsOf))).flat();
    assert.ok(configs.length >= 30, `only ${configs.length} samples`);
    for (const name of configs) {
      const document = await vscode.workspace.openTextDocument(sample(name));
      assert.equal(document.languageId, 'aeconf');
      await vscode.window.showTextDocument(document);
      await new Promise(resolve => setTimeout(resolve, 400));
      // Two of them are about data of the user's own.
      const own = ['./digits-csv.aeconf', './faces-folder.aeconf'].includes(name);
      assert.deepEqual(problems(document.uri).map(problem => own ? problem.code : `${name}: ${problem.message}`), own ? ['missing-data'] : []);
    }
  });

  test('a misspelt key is marked where it stands, and the quick fix mends it', async () => {
    const document = await openEdited('quickstart.aeconf', text => text.replace('"epochs"', '"epoch"'));
    const at = document.getText().indexOf('"epoch"');
    const [problem] = await until('a problem', () => problems(document.uri).filter(each => each.message.includes('epochs')), found => found.length > 0);
    assert.ok(problem);
    assert.ok(problem.range.contains(document.positionAt(at)), `marked ${JSON.stringify(problem.range)}`);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, problem.range);
    const fix = actions.find(action => action.edit !== undefined && action.title.includes('epochs'));
    assert.ok(fix?.edit, `actions: ${actions.map(action => action.title).join(', ')}`);
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.ok(document.getText().includes('"epochs"'));
    await until('no problems', () => problems(document.uri).length, count => count === 0);
  });

  test('what is wrong is told once, also where the JSON service knows it', async () => {
    const wrong: Readonly<Record<string, (text: string) => string>> = {
      value: text => text.replace('"relu"', '"reluu"'), type: text => text.replace('"dense"', '"dens"'), range: text => text.replace(/"epochs": \d+/, '"epochs": -1'),
      kind: text => text.replace(/"epochs": \d+/, '"epochs": "many"'), twice: text => text.replace('"encoder":', '"seed": 1, "seed": 2, "encoder":'),
    };
    for (const [what, edit] of Object.entries(wrong)) {
      const document = await openEdited('quickstart.aeconf', edit);
      await until(`a problem of ${what}`, () => problems(document.uri).length, count => count > 0);
      // The JSON service looks later than we do.
      await new Promise(resolve => setTimeout(resolve, 1500));
      const sources = problems(document.uri).map(problem => problem.source);
      // Of a key that is there twice it marks both.
      assert.deepEqual(sources, what === 'twice' ? ['aeconf', 'aeconf'] : ['Autoencoder Studio'], `${what}: ${problems(document.uri).map(problem => problem.message).join(' | ')}`);
      await closeAll();
    }
  });

  test('a decoder that ends in the wrong shape is told with both shapes', async () => {
    const document = await openEdited('systems/conv-denoise-16.aeconf', text => text.replace(/("type": "conv2dTranspose"[^}]*"strides": )2/, '$11'));
    const [problem] = await until('a problem', () => problems(document.uri), found => found.length > 0);
    assert.match(problem!.message, /28×28×1/);
  });

  test('completion offers layer types', async () => {
    const document = await openEdited('quickstart.aeconf', text => text.replace('"encoder": [', '"encoder": [{ "type": "" },'));
    const inside = document.positionAt(document.getText().indexOf('{ "type": "" }') + '{ "type": "'.length);
    const list = await until('completions',
      () => vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', document.uri, inside),
      found => found.items.length > 0);
    const labels = list.items.map(item => (typeof item.label === 'string' ? item.label : item.label.label).replaceAll('"', ''));
    for (const type of ['dense', 'conv2d', 'batchNormalization']) assert.ok(labels.includes(type), `${type} is not among ${labels.join(', ')}`);
  });

  test('completion and hover know the defaults of a model', async () => {
    const document = await openEdited('quickstart.aeconf', text => text.replace('"encoder": [', '"defaults": { "activation": "" },\n  "encoder": ['));
    const start = document.getText().indexOf('"defaults": { "activation": "" }');
    const inside = document.positionAt(start + '"defaults": { "activation": "'.length);
    const list = await until('completions',
      () => vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', document.uri, inside),
      found => found.items.length > 0);
    const labels = list.items.map(item => (typeof item.label === 'string' ? item.label : item.label.label).replaceAll('"', ''));
    for (const activation of ['selu', 'relu']) assert.ok(labels.includes(activation), `${activation} is not among ${labels.join(', ')}`);
    const hovers = await until('a hover', () => vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, document.positionAt(start + 3)), found => found.length > 0);
    assert.match(hovers.flatMap(hover => hover.contents).map(content => typeof content === 'string' ? content : content.value).join('\n'), /not taken by the layer that makes the code/);
  });

  test('hover explains a key', async () => {
    const document = await vscode.workspace.openTextDocument(sample('quickstart.aeconf'));
    await vscode.window.showTextDocument(document);
    const key = document.positionAt(document.getText().indexOf('"epochs"') + 3);
    const hovers = await until('a hover', () => vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, key), found => found.length > 0);
    const text = hovers.flatMap(hover => hover.contents).map(content => typeof content === 'string' ? content : content.value).join('\n');
    assert.match(text, /training samples/);
  });

  test('inlay hints show the shape after each layer', async () => {
    const document = await vscode.workspace.openTextDocument(sample('systems/conv-denoise-16.aeconf'));
    await vscode.window.showTextDocument(document);
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const hints = await until('hints', () => vscode.commands.executeCommand<vscode.InlayHint[]>('vscode.executeInlayHintProvider', document.uri, whole), found => found.length > 0);
    const text = hints.map(hint => typeof hint.label === 'string' ? hint.label : hint.label.map(part => part.value).join('')).join('\n');
    assert.match(text, /14×14×32/);
  });

  test('a lens above the config trains it', async () => {
    const document = await vscode.workspace.openTextDocument(sample('quickstart.aeconf'));
    await vscode.window.showTextDocument(document);
    const lenses = await until('lenses', () => vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 10), found => found.length > 0);
    assert.ok(lenses.some(lens => lens.command?.command === 'autoencoder.train'), lenses.map(lens => lens.command?.title).join(', '));
  });
});
