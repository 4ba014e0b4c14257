// What the README shows must be so: its config is checked like a user's, its command reference is what `aeconf help` prints.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { overview } from '../../src/cli/help.ts';
import { loadSpec } from '../../src/spec/load.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

test('the config in the README is valid', () => {
  const [, config] = /```jsonc\n([^]*?)```/.exec(readme) ?? [];
  const { spec, diagnostics } = loadSpec(config ?? '', 'README.md');
  expect(diagnostics).toEqual([]);
  expect(spec?.corruption).toHaveLength(1);
});

test('the command reference in the README is that of the program', () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string };
  expect(readme).toContain(overview(commands, version).trim());
});
