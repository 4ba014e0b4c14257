// What the curves of a run show, for people.
import type { Finding, FindingLevel } from '../runs/diagnosis.ts';
import { paint, type Style, type Terminal } from './terminal.ts';

const colours: Readonly<Record<FindingLevel, Style>> = { problem: 'yellow', note: 'cyan', good: 'green' };

/** A heading and a line for each finding; empty where there are none. @param id of the run, for the command that goes on with it */
export function findingLines(terminal: Terminal, findings: readonly Finding[], id: string): string {
  if (findings.length === 0) return '';
  const lines = findings.map(({ level, title, text, cure }) => [
    `  ${paint(terminal, colours[level], title)}. ${text}`, ...(cure === undefined ? [] : [` ${cure.text}`]), ...(cure?.command === 'resume' ? [` ("aeconf resume ${id} --epochs N")`] : []),
  ].join(''));
  return `What the curves show\n${lines.join('\n')}\n`;
}
