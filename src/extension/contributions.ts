// Everything the extension adds to VS Code, typed once: commands, settings, context keys, views. package.json's
// `contributes` is generated from here (manifest.ts, scripts/contributions.ts), so a name cannot drift between the two.

/** A command as the palette and the menus show it. */
export interface CommandInfo {
  readonly title: string;
  readonly icon?: string;
  /** `when` clause for the command palette; `false` keeps a command out of it. */
  readonly palette?: string | false;
  /** `when` clause that greys it out in menus. */
  readonly enablement?: string;
}

/** Context keys the extension sets, for `when` clauses. */
export const contextKeys = {
  /** At least one run is being prepared, trained or paused. */
  live: 'autoencoder.live',
  /** At least one run is training (can be paused). */
  training: 'autoencoder.training',
  /** At least one run is paused. */
  paused: 'autoencoder.paused',
  /** At least one run exists. */
  hasRuns: 'autoencoder.hasRuns',
  /** At least one .aeconf file is in the workspace. */
  hasConfigs: 'autoencoder.hasConfigs',
  /** The experiments have been looked for; until then a welcome text would flicker. */
  ready: 'autoencoder.ready',
} as const;

export const languageId = 'aeconf';

const editing = `editorLangId == ${languageId}`;

export const commands = {
  'autoencoder.train': { title: 'Train Current Config', icon: '$(play)', palette: editing },
  'autoencoder.trainWithOverrides': { title: 'Train with Overrides…', icon: '$(run-all)', palette: editing },
  'autoencoder.stop': { title: 'Stop', icon: '$(debug-stop)', palette: contextKeys.live },
  'autoencoder.pause': { title: 'Pause', icon: '$(debug-pause)', palette: contextKeys.training },
  'autoencoder.continue': { title: 'Continue', icon: '$(debug-continue)', palette: contextKeys.paused },
  'autoencoder.resume': { title: 'Resume Run', icon: '$(debug-restart)' },
  'autoencoder.trainAgain': { title: 'Train Again', icon: '$(debug-rerun)' },
  'autoencoder.newConfig': { title: 'New Config…', icon: '$(new-file)' },
  'autoencoder.duplicateConfig': { title: 'Duplicate Config…', icon: '$(files)' },
  'autoencoder.showSummary': { title: 'Show Model Summary', icon: '$(list-tree)', palette: editing },
  'autoencoder.showModel': { title: 'Show Model', icon: '$(type-hierarchy-sub)' },
  'autoencoder.previewData': { title: 'Preview Data', icon: '$(eye)' },
  'autoencoder.showLoss': { title: 'Show Loss Curves', icon: '$(graph-line)' },
  'autoencoder.showReconstructions': { title: 'Show Reconstructions', icon: '$(file-media)' },
  'autoencoder.showLatent': { title: 'Explore Latent Space', icon: '$(graph-scatter)' },
  'autoencoder.showReport': { title: 'Open Report', icon: '$(graph)' },
  'autoencoder.probe': { title: 'Probe Run…', icon: '$(beaker)' },
  'autoencoder.testRobustness': { title: 'Test Robustness…', icon: '$(shield)' },
  'autoencoder.generate': { title: 'Generate Samples…', icon: '$(sparkle)' },
  'autoencoder.evaluate': { title: 'Evaluate Run', icon: '$(checklist)' },
  'autoencoder.runSweep': { title: 'Run Sweep', icon: '$(layers)', palette: editing },
  'autoencoder.trainWithoutSweep': { title: 'Train Without Sweep', icon: '$(play)', palette: editing },
  'autoencoder.openSweep': { title: 'Open Sweep', icon: '$(layers)' },
  'autoencoder.stopSweep': { title: 'Stop Sweep', icon: '$(debug-stop)', palette: contextKeys.live },
  'autoencoder.resumeSweep': { title: 'Resume Sweep', icon: '$(debug-restart)' },
  'autoencoder.compareRuns': { title: 'Compare Runs', icon: '$(git-compare)' },
  'autoencoder.selectDevice': { title: 'Select Device', icon: '$(chip)' },
  'autoencoder.installTensorFlow': { title: 'Install TensorFlow or CUDA Engine…', icon: '$(cloud-download)' },
  'autoencoder.openRunFolder': { title: 'Open Run Folder', icon: '$(folder-opened)' },
  'autoencoder.openRunConfig': { title: 'Open Run Config', icon: '$(go-to-file)' },
  'autoencoder.renameRun': { title: 'Rename', icon: '$(edit)' },
  'autoencoder.addNote': { title: 'Add Note', icon: '$(note)' },
  'autoencoder.editTags': { title: 'Edit Tags…', icon: '$(tag)' },
  'autoencoder.starRun': { title: 'Star', icon: '$(star-empty)' },
  'autoencoder.unstarRun': { title: 'Remove Star', icon: '$(star-full)' },
  'autoencoder.deleteRun': { title: 'Delete Run', icon: '$(trash)' },
  'autoencoder.exportOnnx': { title: 'Export ONNX', icon: '$(export)' },
  'autoencoder.exportReport': { title: 'Export Report…', icon: '$(export)' },
  'autoencoder.exportKeras': { title: 'Export as Keras Script…', icon: '$(file-code)' },
  'autoencoder.refresh': { title: 'Refresh', icon: '$(refresh)' },
  'autoencoder.addDataFolder': { title: 'Add Data Folder…', icon: '$(new-folder)' },
  'autoencoder.showLog': { title: 'Show Log', icon: '$(output)' },
  'autoencoder.showRunMenu': { title: 'Show Running Trainings', palette: contextKeys.live },
} as const satisfies Record<string, CommandInfo>;

export type CommandId = keyof typeof commands;

/** Commands that stay out of the palette's way until they make sense there. */
export const commandCategory = 'Autoencoder';

export const viewIds = {
  container: 'autoencoder',
  experiments: 'autoencoder.experiments',
  datasets: 'autoencoder.datasets',
} as const;

export const panelTypes = {
  loss: 'autoencoder.loss',
  reconstructions: 'autoencoder.reconstructions',
  latent: 'autoencoder.latent',
  report: 'autoencoder.report',
  sweep: 'autoencoder.sweep',
  model: 'autoencoder.model',
  data: 'autoencoder.data',
} as const;

export const walkthroughId = 'gettingStarted';

/** Settings by full name; the value's type follows from `default` and is read with `readSetting` (settings.ts). */
export interface Settings {
  'autoencoder.device': string;
  'autoencoder.threads': number;
  'autoencoder.dataFolders': readonly string[];
  'autoencoder.runsFolder': string;
  'autoencoder.onWindowClose': 'keep' | 'stop';
  'autoencoder.openViews': readonly ('loss' | 'reconstructions' | 'latent')[];
  'autoencoder.trainOnOpen': string;
}
export type SettingName = keyof Settings;

export type SettingScope = 'machine-overridable' | 'window' | 'resource';
interface SettingInfo<T> {
  readonly type: 'string' | 'number' | 'integer' | 'array';
  readonly default: T;
  readonly scope: SettingScope;
  readonly markdownDescription: string;
  readonly [more: string]: unknown;
}

export const settings: { readonly [N in SettingName]: SettingInfo<Settings[N]> } = {
  'autoencoder.device': {
    type: 'string',
    default: 'auto',
    scope: 'machine-overridable',
    markdownDescription: 'Device that trains: `auto` (the fastest that computes right), or one of those that **Autoencoder: Select Device** lists, such as `cpu`, `webgpu` or `cuda`.',
    examples: ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'wasm', 'tensorflow'],
  },
  'autoencoder.threads': {
    type: 'integer',
    default: 0,
    minimum: 0,
    scope: 'machine-overridable',
    markdownDescription: 'Threads for training on the CPU; `0` takes one for each physical core.',
  },
  'autoencoder.dataFolders': {
    type: 'array',
    items: { type: 'string' },
    default: [],
    scope: 'machine-overridable',
    markdownDescription: 'Folders searched for data sets such as `mnist` before anything is downloaded. `${workspaceFolder}` and `~` may be used.',
  },
  'autoencoder.runsFolder': {
    type: 'string',
    default: '${workspaceFolder}/.autoencoder/runs',
    scope: 'resource',
    markdownDescription: 'Folder that keeps one folder for each run. `${workspaceFolder}` and `~` may be used.',
  },
  'autoencoder.onWindowClose': {
    type: 'string',
    default: 'keep',
    enum: ['keep', 'stop'],
    enumDescriptions: ['Training goes on; the next window finds it again.', 'Training stops with a checkpoint and can be resumed.'],
    scope: 'window',
    markdownDescription: 'What happens to trainings that were started in this window when it closes or reloads. Those started in a terminal or in another window go on.',
  },
  'autoencoder.openViews': {
    type: 'array',
    items: { type: 'string', enum: ['loss', 'reconstructions', 'latent'] },
    uniqueItems: true,
    default: ['loss'],
    scope: 'window',
    markdownDescription: 'Views that open beside the editor when a training starts.',
  },
  'autoencoder.trainOnOpen': {
    type: 'string',
    default: '',
    scope: 'resource',
    markdownDescription: 'A config, relative to the workspace folder, that is trained when the folder opens and has no run of it yet. Made for demonstrations and courses; only in trusted workspaces.',
  },
};
