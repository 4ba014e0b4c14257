// What a run said while it was trained, and how to do it once more.
import * as path from 'node:path';
import { parseValue } from '../spec/paths.ts';
import type { RunFacts } from './facts.ts';
import { html, type Markup } from './html.ts';

export function alertSection({ alerts }: RunFacts): Markup | undefined {
  if (alerts.length === 0) return undefined;
  return html`<section><h2>What the run said</h2><ol class="alerts">${alerts.map(({ level, message, epoch }) => html`<li>${level === 'info' ? undefined : html`<strong${level === 'error' ? html` class="bad-word"` : undefined}>${level === 'error' ? 'Error' : 'Warning'}:</strong> `}${message} <span class="small">(epoch ${Math.floor(Math.max(epoch, 0))})</span></li>`)}</ol></section>`;
}

export function repeatSection({ run: { info }, config, spec }: RunFacts): Markup | undefined {
  if (info === undefined || config === undefined) return undefined;
  const file = fileOf(info.configPath);
  const { device, threads, overrides, versions, parent } = info;
  const words = [
    'aeconf', 'train', file, '--device', device.id, ...(threads === undefined ? [] : ['--threads', String(threads)]),
    ...(info.sweep === undefined && spec?.sweep === undefined ? [] : ['--no-sweep']),
    ...Object.entries(overrides).flatMap(([name, value]) => ['--set', `${name}=${valueText(value)}`]),
  ];
  return html`<section><h2>How to repeat it</h2>
<p>Save the config above as <code>${file}</code>, with its data where it was, and train it:</p>
<pre>${words.map(shellWord).join(' ')}</pre>
${parent === undefined ? undefined : html`<p>The run ${parent}, whose weights it began with, has to be there, too.</p>`}
<p>All randomness comes from the seed, ${String(info.seed)}. On the same device (${device.name}) with the same number of threads, the same version of aeconf (${versions['aeconf'] ?? 'unknown'}) and Node on the
same side of version 24 (it was ${versions['node'] ?? 'unknown'}), the numbers are the same to the last bit. Elsewhere they differ by rounding, which grows as a training goes on.</p></section>`;
}

/** The name of the file alone: where it was is nobody's business. */
function fileOf(configPath: string): string {
  return path.win32.basename(path.posix.basename(configPath));
}

/** A text that would be read as something else is written as JSON. */
function valueText(value: unknown): string {
  return typeof value === 'string' && parseValue(value) === value ? value : JSON.stringify(value);
}

function shellWord(word: string): string {
  return /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
