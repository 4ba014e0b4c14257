// Writes schemas/aeconf.schema.json from src/spec/schema.ts, after every change of the language: `npm run generate:schema`.
import { writeFileSync } from 'node:fs';
import { schemaText } from '../src/spec/emit.ts';

writeFileSync('schemas/aeconf.schema.json', schemaText());
