// Writes the generated parts of package.json (src/extension/manifest.ts): `npm run generate:contributions`.
import { readFileSync, writeFileSync } from 'node:fs';
import { manifest } from '../src/extension/manifest.ts';

const file = 'package.json';
const current = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
writeFileSync(file, `${JSON.stringify({ ...current, ...manifest() }, null, 2)}\n`);
