// What the README shows must work: its config is checked like a user's.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadSpec } from '../../src/spec/load.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

test('the config in the README is valid', () => {
  const [, config] = /```jsonc\n([^]*?)```/.exec(readme) ?? [];
  const { spec, diagnostics } = loadSpec(config ?? '', 'README.md');
  expect(diagnostics).toEqual([]);
  expect(spec?.corruption).toHaveLength(1);
});
