// The import rules of the rooms (ARCHITECTURE.md, "Rooms") and the house style, as errors.
import tseslint from 'typescript-eslint';

/** What each room of src/ may import of ours. A room missing here may import everything. */
const rooms = {
  core: [],
  spec: ['core'],
  model: ['core', 'spec'],
  graph: ['core', 'spec', 'model'],
  engine: ['core', 'graph'],
  keras: ['core', 'spec', 'model', 'graph'],
  data: ['core', 'spec'],
  runs: ['core', 'spec'],
  analysis: ['core', 'graph', 'engine', 'data', 'runs'],
  trainer: ['core', 'spec', 'model', 'graph', 'engine', 'data', 'runs', 'analysis'],
  handout: ['core', 'spec', 'model', 'runs', 'analysis', 'protocol', 'view'],
  cli: ['core', 'spec', 'model', 'graph', 'engine', 'data', 'runs', 'keras', 'analysis', 'trainer', 'handout'],
  extension: ['core', 'spec', 'model', 'runs', 'protocol'],
  view: ['core', 'protocol', 'analysis'],
  webviews: ['core', 'protocol', 'analysis', 'view'],
  protocol: ['core', 'spec', 'model', 'runs'],
};
const seesVscode = new Set(['extension']);
const seesDom = new Set(['webviews']);
const domGlobals = ['window', 'document', 'navigator', 'localStorage', 'HTMLElement'];

const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  files: [`src/${room}/**/*.ts`],
  // A test may build what it needs from any room.
  ignores: ['**/*.test.ts'],
  rules: {
    'no-restricted-imports': ['error', {
      patterns: Object.keys(rooms)
        .filter(other => other !== room && !allowed.includes(other))
        .map(other => ({ group: [`**/${other}/*`, `**/${other}/**`], message: `src/${room} must not import src/${other} (ARCHITECTURE.md, Rooms).` })),
      paths: seesVscode.has(room) ? [] : [{ name: 'vscode', message: `src/${room} knows nothing of VS Code.` }],
    }],
    ...(seesDom.has(room) ? {} : { 'no-restricted-globals': ['error', ...domGlobals] }),
  },
}));

export default tseslint.config(
  { ignores: ['dist/', 'out/', '.cache/', '.venv/', 'node_modules/', 'vitest.config.mts'] },
  ...tseslint.configs.strict,
  {
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: 'error',
      'prefer-const': 'error',
    },
  },
  ...roomRules,
);
