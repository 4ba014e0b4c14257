// The parts of package.json that VS Code reads, made from contributions.ts. `scripts/contributions.ts` writes them and a test
// fails when package.json says something else.
import { commandCategory, commands, languageId, panelTypes, settings, viewIds, walkthroughId, type CommandId, type CommandInfo } from './contributions.ts';

/** The keys of package.json that are generated. */
export interface Manifest {
  readonly icon: string;
  readonly categories: readonly string[];
  readonly extensionKind: readonly string[];
  readonly extensionDependencies: readonly string[];
  readonly capabilities: object;
  readonly activationEvents: readonly string[];
  readonly contributes: object;
}

interface MenuItem {
  readonly command: CommandId;
  readonly when?: string;
  readonly group?: string;
}

const inExperiments = `view == ${viewIds.experiments}`;
const onConfig = `${inExperiments} && viewItem == config`;
/** Runs carry words in their context value ("run live training starred"), see `contextValueOf`. */
const onRun = (...words: string[]) => [inExperiments, ...['run', ...words].map(word => `viewItem =~ /\\b${word}\\b/`)].join(' && ');
/** Sweeps carry words too, see `sweepContext`. */
const onSweep = (...words: string[]) => [inExperiments, ...['sweep', ...words].map(word => `viewItem =~ /\\b${word}\\b/`)].join(' && ');
const onDataset = `view == ${viewIds.datasets} && viewItem =~ /^dataset/`;
const onConfigFile = `resourceExtname == .${languageId}`;

const menus: Record<string, readonly MenuItem[]> = {
  'editor/title': [
    { command: 'autoencoder.train', when: onConfigFile, group: 'navigation@1' },
    { command: 'autoencoder.showModel', when: onConfigFile, group: 'navigation@2' },
    { command: 'autoencoder.showSummary', when: onConfigFile, group: '1_autoencoder@0' },
    { command: 'autoencoder.trainWithOverrides', when: onConfigFile, group: '1_autoencoder@1' },
    { command: 'autoencoder.previewData', when: onConfigFile, group: '1_autoencoder@2' },
    { command: 'autoencoder.exportKeras', when: onConfigFile, group: '1_autoencoder@3' },
  ],
  'explorer/context': [
    { command: 'autoencoder.train', when: onConfigFile, group: '2_autoencoder@1' },
    { command: 'autoencoder.trainWithOverrides', when: onConfigFile, group: '2_autoencoder@2' },
    { command: 'autoencoder.showModel', when: onConfigFile, group: '2_autoencoder@3' },
    { command: 'autoencoder.showSummary', when: onConfigFile, group: '2_autoencoder@4' },
    { command: 'autoencoder.previewData', when: onConfigFile, group: '2_autoencoder@5' },
    { command: 'autoencoder.duplicateConfig', when: onConfigFile, group: '2_autoencoder@6' },
    { command: 'autoencoder.exportKeras', when: onConfigFile, group: '2_autoencoder@7' },
  ],
  'view/title': [
    { command: 'autoencoder.newConfig', when: inExperiments, group: 'navigation@1' },
    { command: 'autoencoder.compareRuns', when: inExperiments, group: 'navigation@2' },
    { command: 'autoencoder.refresh', when: inExperiments, group: 'navigation@3' },
    { command: 'autoencoder.selectDevice', when: inExperiments, group: '1_settings@1' },
    { command: 'autoencoder.showLog', when: inExperiments, group: '2_log@1' },
    { command: 'autoencoder.addDataFolder', when: `view == ${viewIds.datasets}`, group: 'navigation@1' },
    { command: 'autoencoder.refresh', when: `view == ${viewIds.datasets}`, group: 'navigation@2' },
  ],
  'view/item/context': [
    { command: 'autoencoder.train', when: onConfig, group: 'inline@1' },
    { command: 'autoencoder.train', when: onConfig, group: '1_train@1' },
    { command: 'autoencoder.trainWithOverrides', when: onConfig, group: '1_train@2' },
    { command: 'autoencoder.showModel', when: onConfig, group: '1_train@3' },
    { command: 'autoencoder.showSummary', when: onConfig, group: '1_train@4' },
    { command: 'autoencoder.previewData', when: onConfig, group: '1_train@5' },
    { command: 'autoencoder.duplicateConfig', when: onConfig, group: '2_files@1' },
    { command: 'autoencoder.exportKeras', when: onConfig, group: '2_files@2' },

    { command: 'autoencoder.previewData', when: onDataset, group: 'inline@1' },
    { command: 'autoencoder.previewData', when: onDataset, group: '1_look@1' },

    { command: 'autoencoder.stopSweep', when: onSweep('live'), group: 'inline@1' },
    { command: 'autoencoder.resumeSweep', when: onSweep('unfinished'), group: 'inline@1' },
    { command: 'autoencoder.openSweep', when: onSweep(), group: 'inline@2' },
    { command: 'autoencoder.openSweep', when: onSweep(), group: '1_look@1' },
    { command: 'autoencoder.stopSweep', when: onSweep('live'), group: '2_control@1' },
    { command: 'autoencoder.resumeSweep', when: onSweep('unfinished'), group: '2_control@2' },

    { command: 'autoencoder.pause', when: onRun('pausable'), group: 'inline@1' },
    { command: 'autoencoder.continue', when: onRun('paused'), group: 'inline@1' },
    { command: 'autoencoder.stop', when: onRun('live'), group: 'inline@2' },
    { command: 'autoencoder.resume', when: onRun('resumable'), group: 'inline@1' },
    { command: 'autoencoder.trainAgain', when: onRun('repeatable'), group: 'inline@1' },
    { command: 'autoencoder.showLoss', when: onRun(), group: 'inline@3' },
    { command: 'autoencoder.unstarRun', when: onRun('starred'), group: 'inline@4' },
    { command: 'autoencoder.starRun', when: onRun('plain'), group: 'inline@4' },

    { command: 'autoencoder.showLoss', when: onRun(), group: '1_look@1' },
    { command: 'autoencoder.showReconstructions', when: onRun(), group: '1_look@2' },
    { command: 'autoencoder.showLatent', when: onRun(), group: '1_look@3' },
    { command: 'autoencoder.showModel', when: onRun(), group: '1_look@4' },
    { command: 'autoencoder.showReport', when: onRun(), group: '1_look@5' },
    { command: 'autoencoder.compareRuns', when: onRun(), group: '1_look@6' },
    { command: 'autoencoder.probe', when: onRun(), group: '1_judge@1' },
    { command: 'autoencoder.testRobustness', when: onRun(), group: '1_judge@2' },
    { command: 'autoencoder.generate', when: onRun(), group: '1_judge@3' },
    { command: 'autoencoder.evaluate', when: onRun(), group: '1_judge@4' },
    { command: 'autoencoder.stop', when: onRun('live'), group: '2_control@1' },
    { command: 'autoencoder.pause', when: onRun('pausable'), group: '2_control@2' },
    { command: 'autoencoder.continue', when: onRun('paused'), group: '2_control@2' },
    { command: 'autoencoder.resume', when: onRun('resumable'), group: '2_control@3' },
    { command: 'autoencoder.resume', when: onRun('finished'), group: '2_control@3' },
    { command: 'autoencoder.trainAgain', when: onRun('repeatable'), group: '2_control@3' },
    { command: 'autoencoder.renameRun', when: onRun(), group: '3_notes@1' },
    { command: 'autoencoder.addNote', when: onRun(), group: '3_notes@2' },
    { command: 'autoencoder.editTags', when: onRun(), group: '3_notes@3' },
    { command: 'autoencoder.starRun', when: onRun('plain'), group: '3_notes@4' },
    { command: 'autoencoder.unstarRun', when: onRun('starred'), group: '3_notes@4' },
    { command: 'autoencoder.openRunConfig', when: onRun(), group: '4_files@1' },
    { command: 'autoencoder.openRunFolder', when: onRun(), group: '4_files@2' },
    { command: 'autoencoder.exportOnnx', when: onRun(), group: '4_files@3' },
    { command: 'autoencoder.exportKeras', when: onRun(), group: '4_files@4' },
    { command: 'autoencoder.exportReport', when: onRun(), group: '4_files@5' },
    { command: 'autoencoder.deleteRun', when: onRun('ended'), group: '5_delete@1' },
  ],
};

function commandList(): object[] {
  return Object.entries<CommandInfo>(commands).map(([command, { title, icon, enablement }]) => ({
    command, title, category: commandCategory, ...(icon && { icon }), ...(enablement && { enablement }),
  }));
}

function paletteItems(): object[] {
  return Object.entries<CommandInfo>(commands)
    .filter(([, { palette }]) => palette !== undefined)
    .map(([command, { palette }]) => ({ command, when: palette === false ? 'false' : palette }));
}

/** What package.json must say. */
export function manifest(): Manifest {
  return {
    icon: 'media/icon.png',
    categories: ['Machine Learning', 'Visualization', 'Education', 'Programming Languages'],
    extensionKind: ['workspace'],
    extensionDependencies: ['vscode.json-language-features'],
    capabilities: {
      untrustedWorkspaces: {
        supported: 'limited',
        description: 'Configs can be read, checked and edited. Training, judging and exporting need a trusted workspace, because they read the files a config names and run for a long time.',
        restrictedConfigurations: ['autoencoder.dataFolders', 'autoencoder.runsFolder', 'autoencoder.trainOnOpen'],
      },
      virtualWorkspaces: { supported: false, description: 'Training reads and writes files on disk.' },
    },
    activationEvents: ['workspaceContains:.autoencoder', ...Object.values(panelTypes).map(type => `onWebviewPanel:${type}`)],
    contributes: {
      languages: [{
        id: languageId,
        aliases: ['Autoencoder Config', languageId],
        extensions: [`.${languageId}`],
        configuration: './media/language-configuration.json',
        icon: { light: './media/aeconf-light.svg', dark: './media/aeconf-dark.svg' },
      }],
      grammars: [{ language: languageId, scopeName: 'source.aeconf', path: './media/aeconf.tmLanguage.json' }],
      // Made from schemas/aeconf.schema.json by scripts/build.mjs.
      jsonValidation: [{ fileMatch: `*.${languageId}`, url: './dist/aeconf.editor.schema.json' }],
      jsonLanguageParticipants: [{ languageId, comments: true }],
      configurationDefaults: {
        // A run writes several files a second, which VS Code need not look at: we follow runs ourselves.
        'files.watcherExclude': { '**/.autoencoder/**': true },
        [`[${languageId}]`]: { 'editor.quickSuggestions': { strings: true }, 'editor.suggest.insertMode': 'replace', 'editor.tabSize': 2 },
      },
      configuration: { title: 'Autoencoder Studio', properties: settings },
      commands: commandList(),
      menus: { commandPalette: paletteItems(), ...menus },
      viewsContainers: { activitybar: [{ id: viewIds.container, title: 'Autoencoder Studio', icon: 'media/activity-bar.svg' }] },
      views: {
        [viewIds.container]: [
          { id: viewIds.experiments, name: 'Experiments', icon: 'media/activity-bar.svg', contextualTitle: 'Autoencoder Studio' },
          { id: viewIds.datasets, name: 'Datasets', icon: 'media/activity-bar.svg', contextualTitle: 'Autoencoder Studio', initialSize: 1 },
        ],
      },
      viewsWelcome: welcome(),
      walkthroughs: [walkthrough()],
    },
  };
}

function welcome(): object[] {
  const view = viewIds.experiments;
  return [
    {
      view,
      when: 'workspaceFolderCount == 0',
      contents: 'An experiment is a file that ends in .aeconf, in a folder of yours.\n[Open Folder](command:vscode.openFolder)',
    },
    {
      view,
      when: 'workspaceFolderCount > 0 && autoencoder.ready && !autoencoder.hasConfigs && !autoencoder.hasRuns',
      contents: 'No experiments here yet. Start from a template: the first one needs no data and trains in under a minute.\n[New Config…](command:autoencoder.newConfig)\n[Open the tour](command:workbench.action.openWalkthrough?%22autoencoder-studio.autoencoder-studio%23gettingStarted%22)',
    },
    {
      view: viewIds.datasets,
      when: '!isWorkspaceTrusted',
      contents: 'Data sets are listed once you trust this workspace.\n[Manage Workspace Trust](command:workbench.trust.manage)',
    },
  ];
}

function walkthrough(): object {
  const step = (id: string, title: string, description: string, completionEvents: string[]) => ({
    id, title, description, media: { markdown: `media/walkthrough/${id}.md` }, completionEvents,
  });
  return {
    id: walkthroughId,
    title: 'Get started with Autoencoder Studio',
    description: 'Design an autoencoder, train it on this machine and look inside while it learns.',
    steps: [
      step('design', 'Describe a model', 'A model is a file that ends in .aeconf. Begin with a template.\n[New Config…](command:autoencoder.newConfig)', ['onCommand:autoencoder.newConfig']),
      step('train', 'Train it here', 'Press the play button above the file, or\n[Train Current Config](command:autoencoder.train)', ['onCommand:autoencoder.train', 'onCommand:autoencoder.trainWithOverrides']),
      step('look', 'Look at what it learns', 'See the error fall and the pictures sharpen.\n[Show Loss Curves](command:autoencoder.showLoss)\n[Show Reconstructions](command:autoencoder.showReconstructions)', ['onCommand:autoencoder.showReconstructions']),
      step('explore', 'Explore the latent space', 'Move over the map of codes and watch the decoder draw.\n[Explore Latent Space](command:autoencoder.showLatent)', ['onCommand:autoencoder.showLatent']),
    ],
  };
}
