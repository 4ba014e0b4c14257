import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands, contextKeys, settings } from './contributions.ts';
import { manifest } from './manifest.ts';

const root = join(__dirname, '../..');
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
const text = JSON.stringify(manifest());

describe('package.json', () => {
  it('says what contributions.ts says (else: npm run generate:contributions)', () => {
    const wanted = JSON.parse(text) as Record<string, unknown>;
    expect(Object.fromEntries(Object.keys(wanted).map(key => [key, packageJson[key]]))).toEqual(wanted);
  });

  it('names files that exist', () => {
    const files = [...text.matchAll(/"(?:\.\/)?((?:media|schemas)\/[^"]+)"/g)].map(match => match[1]!);
    expect(files.length).toBeGreaterThan(8);
    expect(files.filter(file => !existsSync(join(root, file)))).toEqual([]);
  });

  it('uses only context keys that the extension sets', () => {
    const known = new Set<string>([...Object.values(contextKeys), ...Object.keys(commands), ...Object.keys(settings)]);
    const clauses = [...text.matchAll(/"when":"([^"]*)"/g)].flatMap(match => match[1]!.match(/autoencoder\.\w+/g) ?? []);
    const views = new Set(['autoencoder.experiments', 'autoencoder.datasets']);
    expect(clauses.filter(name => !known.has(name) && !views.has(name))).toEqual([]);
  });

  it('points the walkthrough at this extension', () => {
    expect(text).toContain(`%22${String(packageJson['publisher'])}.${String(packageJson['name'])}%23gettingStarted%22`);
  });
});
