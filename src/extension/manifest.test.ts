import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contrast, parseHex } from '../view/palette.ts';
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

  it('shows code in the walkthrough that its column has room for', () => {
    const lines = ['design', 'train', 'look', 'explore'].flatMap(step => readFileSync(join(root, `media/walkthrough/${step}.md`), 'utf8').match(/^```[^]*?^```/gm) ?? []).flatMap(code => code.split('\n'));
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.filter(line => line.length > 46)).toEqual([]);
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

// VS Code shows the dark theme's icon in Light High Contrast too.
it.each([['light', ['#ffffff', '#f8f8f8', '#e4e6f1']], ['dark', ['#ffffff', '#1f1f1f', '#181818', '#000000']]])('draws configs in colours that can be seen on every ground of the icon for %s themes', (theme, grounds) => {
  const colors = [...readFileSync(join(root, `media/aeconf-${theme}.svg`), 'utf8').matchAll(/fill="(#\w{6})"/g)].map(match => match[1]!);
  expect(colors).toHaveLength(2);
  for (const color of colors) for (const ground of grounds) expect(contrast(parseHex(color), parseHex(ground)), `${color} on ${ground}`).toBeGreaterThanOrEqual(2.6);
});
