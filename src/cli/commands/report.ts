// `aeconf report RUN...`: one HTML file that tells of runs, from what their folders hold.
import * as path from 'node:path';
import { reportOf } from '../../handout/document.ts';
import { replaceFile } from '../../runs/files.ts';
import type { RunSummary } from '../../runs/reader.ts';
import { productVersion } from '../../trainer/version.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { findRun, runsFolderFor } from '../workspace.ts';

export const report: Handler = async ({ args, terminal, json }) => {
  const runsFolder = runsFolderFor(process.cwd(), args.text('runs'));
  const found: RunSummary[] = [];
  for (const name of args.positionals) {
    const run = await findRun(name, runsFolder);
    if (!found.some(({ folder }) => folder === run.folder)) found.push(run);
  }
  const file = path.resolve(args.text('out') ?? fileName(found));
  const bytes = Buffer.from(await reportOf(found.map(({ folder }) => folder), { version: productVersion, now: Date.now() }));
  await replaceFile(file, bytes);
  terminal.out(json ? `${JSON.stringify({ file, bytes: bytes.length, runs: found.map(({ id }) => id) })}\n` : `${file}\n`);
  return exitCodes.ok.code;
};

function fileName(runs: readonly RunSummary[]): string {
  return runs.length === 1 ? `${runs[0]!.id}.html` : `${runs.length}-runs-${runs[0]!.id}.html`;
}
