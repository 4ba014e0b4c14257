// What the curves of a run show, for people.
import type { Finding, FindingLevel } from '../runs/diagnosis.ts';
import { paint, type Style, type Terminal } from './terminal.ts';

const colours: Readonly<Record<FindingLevel, Style>> = { problem: 'yellow', note: 'cyan', good: 'green' };

/** A heading and a line for each finding; empty where there are none. @param more the command that trains more epochs, where the run has done all it was asked for */
export function findingLines(terminal: Terminal, findings: readonly Finding[], more?: string): string {
  if (findings.length === 0) return '';
  const lines = findings.map(({ level, title, text, cure }) => [
    `  ${paint(terminal, colours[level], title)}. ${text}`, ...(cure === undefined ? [] : [` ${cure.text}`]), ...(cure?.command === 'resume' && more !== undefined ? [` (${more})`] : []),
  ].join(''));
  return `What the curves show\n${lines.join('\n')}\n`;
}
