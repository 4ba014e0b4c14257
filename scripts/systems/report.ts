// docs/SYSTEMS.md from the outcomes of rows, which are kept one by one, so that rows can be trained on different days.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Outcome, System } from './row.ts';

/** An outcome as it is kept: pictures are names of files beside it. */
export interface Kept extends Outcome {
  readonly machine: string;
  /** ISO date. */
  readonly date: string;
  /** Of the code that trained: one, or several where runs were trained at different times. */
  readonly commits?: readonly string[];
  /** Where that was not noted: the commit that brought the figures. */
  readonly before?: string;
}

export function keep(folder: string, id: string, outcome: Outcome, { machine, commits }: Required<Pick<Kept, 'machine' | 'commits'>>): void {
  fs.mkdirSync(folder, { recursive: true });
  for (const name of fs.readdirSync(folder)) if (name.startsWith(`${id}.`)) fs.rmSync(path.join(folder, name));
  const pictures = outcome.pictures.map(({ file, caption }, i) => {
    const name = `${id}.${i + 1}.png`;
    fs.copyFileSync(file, path.join(folder, name));
    return { file: name, caption };
  });
  const kept: Kept = { ...outcome, seconds: Math.round(outcome.seconds), pictures, machine, date: new Date().toISOString().slice(0, 10), commits };
  fs.writeFileSync(path.join(folder, `${id}.json`), `${JSON.stringify(kept, undefined, 2)}\n`);
}

export function kept(folder: string, id: string): Kept | undefined {
  const file = path.join(folder, `${id}.json`);
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) as Kept : undefined;
}

function codeOf({ commits, before }: Kept): string {
  return commits === undefined ? `before commit ${before}` : `${commits.length === 1 ? 'commit' : 'commits'} ${commits.join(', ')}`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The page; `pictures` is the way from it to the folder of outcomes. */
export function page(systems: readonly System[], folder: string, pictures: string): string {
  const lines = [
    '# The systems, measured', '',
    'Made by `npm run systems`, which trains every sample below at full size on real data and writes this page. "Reported" is what the',
    'published project or paper says, or a limit we set ourselves; ✓ and ✗ say whether a stated limit holds. Seconds are of training, on a',
    'machine that others may have used at the same time. The commit is that of the code that trained; "before commit" is said of rows that were',
    'measured when that was not noted yet, by the commit that brought them. Code that came later may train a little differently: 888128d draws all noise anew.', '',
  ];
  for (const { title, rows } of systems) {
    lines.push(`## ${title}`, '');
    for (const row of rows) {
      lines.push(`### ${row.title}`, '', `Samples: ${row.samples.map(name => `[\`${path.basename(name)}\`](../samples/${name}.aeconf)`).join(', ')}`, '');
      const outcome = kept(folder, row.id);
      if (outcome === undefined) {
        lines.push('Not measured yet.', '');
        continue;
      }
      lines.push('| what | reported | measured | |', '| --- | --- | --- | --- |');
      for (const { what, reported, measured, holds } of outcome.findings) {
        lines.push(`| ${cell(what)} | ${cell(reported)} | ${cell(measured)} | ${holds === undefined ? '' : holds ? '✓' : '✗'} |`);
      }
      lines.push('', `${outcome.seconds} s, ${outcome.machine}, ${outcome.date}, ${codeOf(outcome)}.`, '');
      for (const { file, caption } of outcome.pictures) lines.push(`![${caption}](${pictures}/${file})`, `*${caption}*`, '');
    }
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
