// One HTML file that tells of one run or several, to hand in or to keep: no scripts, nothing from elsewhere, so that it looks the same
// in ten years and on paper.
import { messageOf, StudioError } from '../core/errors.ts';
import { compareRuns, type RunComparison } from '../runs/compare.ts';
import { distinctNames } from '../view/runs.ts';
import { comparisonSection } from './comparison.ts';
import { readFacts, type RunFacts } from './facts.ts';
import { findingsSection } from './findings.ts';
import { heading } from './heading.ts';
import { html, type Markup } from './html.ts';
import { evaluationSection, generatedSection, probeSection, robustnessSection } from './judged.ts';
import { baselineSection, latentSection, reconstructionSection } from './learned.ts';
import { alertSection, repeatSection } from './repeat.ts';
import { configSection, dataSection, modelSection } from './setup.ts';
import { styleSheet } from './style.ts';
import { trainingSection } from './training.ts';
import { formatMoment } from './words.ts';

export interface Written {
  /** Of this program. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** @param folders of runs, at least one; with several a comparison comes first. */
export async function reportOf(folders: readonly string[], written: Written): Promise<string> {
  const runs: RunFacts[] = [];
  // One after the other: each holds its pictures in memory.
  for (const folder of folders) runs.push(await readFacts(folder));
  const comparison = folders.length > 1 ? await comparisonOf(folders) : undefined;
  return documentOf(runs, comparison, written);
}

/** Or why the runs cannot be compared: one of them may be damaged. */
async function comparisonOf(folders: readonly string[]): Promise<RunComparison | string> {
  try {
    return await compareRuns(folders);
  } catch (error) {
    if (!(error instanceof StudioError) || error.reason === 'internal') throw error;
    return messageOf(error);
  }
}

export function documentOf(runs: readonly RunFacts[], comparison: RunComparison | string | undefined, { version, now }: Written): string {
  const distinct = distinctNames(runs.map(({ label }) => label));
  const names = runs.map(({ label }) => distinct.get(label.id) ?? label.name);
  const title = runs.length === 1 ? names[0]! : `${runs.length} runs compared`;
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="aeconf ${version}">
<title>${title}</title>
<style>${styleSheet()}</style>
</head>
<body>
${comparison === undefined ? undefined : comparisonSection({ runs, names, comparison })}
${runs.map((run, i) => article(run, names[i]!, i, now))}
<footer><p>Written by Autoencoder Studio (aeconf ${version}) on ${formatMoment(now)}.</p></footer>
</body>
</html>
`.text;
}

function article(run: RunFacts, name: string, i: number, now: number): Markup {
  const sections = [
    configSection, dataSection, modelSection, trainingSection, findingsSection, reconstructionSection, latentSection, baselineSection,
    evaluationSection, probeSection, robustnessSection, generatedSection, alertSection, repeatSection,
  ];
  return html`<article id="run-${i + 1}">${heading(run, name, now)}
${sections.map(section => section(run))}</article>`;
}
