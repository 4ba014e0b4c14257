// docs/benchmarks/from-disk.json and docs/FROM-DISK.md: what `npm run bench:disk -- --keep` measured last.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../scripts/lib/process.mjs';

/** Above this share of the processor, others decide what is measured. */
export const BUSY = 0.1;

const sorted = values => values.toSorted((a, b) => a - b);
const median = values => sorted(values)[Math.floor(values.length / 2)];

/** The page. @param facts of one measurement: `rounds` of pairs `held` and `stored`, and under which circumstances. */
export function page({ date, commit, machine, threads, command, samples, units, batch, corruption, rounds }) {
  const ratios = rounds.map(({ held, stored }) => stored.stepsPerSecond / held.stepsPerSecond);
  const row = (title, which) => {
    const of = key => median(rounds.map(round => round[which][key]));
    return `| ${title} | ${Math.round(of('stepsPerSecond') * batch).toLocaleString('en-US')} | ${of('cpuPerStep').toFixed(2)} | ${Math.round(of('peak')).toLocaleString('en-US')} |`;
  };
  return `# Samples from disk

Made by \`npm run bench:disk -- --keep\`: the same training with its samples in memory and read from their file as they are needed, in turn. The
system has the file in its cache both times, so the ratio is that of the work, not of the disk. Medians of ${rounds.length} rounds.

| samples | samples/s | ms CPU a step | peak MB |
| --- | ---: | ---: | ---: |
${row('in memory', 'held')}
${row('from disk', 'stored')}

Throughput from disk against memory: **${median(ratios).toFixed(3)}** (${Math.min(...ratios).toFixed(3)}–${Math.max(...ratios).toFixed(3)}).

${samples.toLocaleString('en-US')} samples of 28×28 bytes, dense layers of ${units.join(', ')} units, batches of ${batch}${corruption ? ', noise on the input' : ''}; ${date} UTC, commit ${commit}, ${threads} threads; \`${command}\`; ${machine}.
`;
}

export async function keep(facts) {
  await mkdir(join(root, 'docs/benchmarks'), { recursive: true });
  await writeFile(join(root, 'docs/benchmarks/from-disk.json'), `${JSON.stringify(facts, undefined, 1)}\n`);
  await writeFile(join(root, 'docs/FROM-DISK.md'), page(facts));
}
