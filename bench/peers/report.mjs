// docs/benchmarks/<case>.json, one for each case that was measured, and docs/BENCHMARKS.md, made of all of them.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../scripts/lib/process.mjs';
import { cases, titles } from './cases.mjs';

const folder = join(root, 'docs/benchmarks');

export async function keep(example, facts) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${example.name}.json`), `${JSON.stringify({ case: example.name, title: example.title, ...facts }, undefined, 1)}\n`);
}

const sorted = values => values.toSorted((a, b) => a - b);
const median = values => sorted(values)[Math.floor(values.length / 2)];
const rateOf = result => median(result.turns.map(turn => turn.samplesPerSecond));

/** Our speed over another's, turn by turn: median, least and most. */
function ratioOf(results, name) {
  const ratios = results.ours.turns.map((turn, i) => turn.samplesPerSecond / results[name].turns[i].samplesPerSecond);
  return { middle: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}

const there = results => Object.entries(results).filter(([, result]) => result.turns?.length > 0);
const firstOf = (result, key) => median(result.firsts.map(first => first[key]));

function rows({ title, results }) {
  return there(results).map(([name, result], i) => {
    const ratio = name === 'ours' ? '' : (({ middle, least, most }) => `**${middle.toFixed(2)}** (${least.toFixed(2)}–${most.toFixed(2)})`)(ratioOf(results, name));
    const how = result.variant.length > 0 ? `, ${result.variant.join(' + ')}` : '';
    const cells = [
      i === 0 ? title : '', `${titles[name]}${how}`, Math.round(rateOf(result)).toLocaleString('en-US'), ratio,
      median(result.turns.map(turn => turn.cpuPerThousand)).toPrecision(2), firstOf(result, 'seconds').toFixed(1), Math.round(result.peakMiB).toLocaleString('en-US'), result.firsts[0].loss.toPrecision(5),
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

/** Whose product may be the fastest, by the names that peers.mjs gives them. */
const libraries = { onnxruntime: 'ONNX Runtime', torch: 'PyTorch', tensorflow: 'TensorFlow' };

/** A sentence for each case: against the faster of Keras and PyTorch, what is asked for, and whether it holds. */
function reading({ title, case: name, results, flops, products }) {
  const rivals = ['keras', 'torch'].filter(rival => results[rival]?.turns?.length > 0);
  if (rivals.length === 0) return `- **${title}**: measured without Keras and PyTorch.`;
  const faster = rivals.toSorted((a, b) => rateOf(results[b]) - rateOf(results[a]))[0];
  const { middle } = ratioOf(results, faster);
  const wanted = name.startsWith('janet-50') ? 1.5 : 1;
  const verdict = middle >= wanted ? `at least ${wanted} was wanted, and it is reached` : `**at least ${wanted} was wanted; we miss it**`;
  const [library, peak] = Object.entries(products).toSorted(([, a], [, b]) => b - a)[0];
  const share = ` A step does ${(flops / 1e6).toFixed(0)} million operations; ours runs at ${(100 * shareOf({ results, flops, peak, name })).toFixed(0)} % of the peak of a 2,048³ product (${(peak / 1e9).toFixed(0)} GFLOP/s, in ${libraries[library]}).`;
  return `- **${title}**: ${middle.toFixed(2)} times ${titles[faster]}, the faster of the two: ${verdict}.${share}`;
}

function shareOf({ results, flops, peak, name }) {
  const { batchSize } = cases.find(example => example.name === name);
  return rateOf(results.ours) / batchSize * flops / peak;
}

/** Above this share of the processor, others decide what is measured. */
const BUSY = 0.1;

function disturbance({ title, results }) {
  const shares = there(results).flatMap(([, { turns }]) => turns.map(({ others }) => others));
  const most = Math.max(...shares);
  return most <= BUSY ? [] : [`- **${title}**: other work took up to ${(100 * most).toFixed(0)} % of the processor during the turns (median ${(100 * median(shares)).toFixed(0)} %). Do not trust these figures; measure again on a quiet machine.`];
}

const failures = ({ title, results }) => Object.entries(results).filter(([, { failed }]) => failed !== undefined).map(([name, { failed }]) => `- ${title}, ${titles[name]}: not measured: ${failed}`);
const triedOf = ({ title, results }) => there(results).filter(([, { tried }]) => tried.length > 1)
  .map(([name, { tried }]) => `- ${title}, ${titles[name]}: ${tried.map(({ variant, samplesPerSecond }) => `${variant.join(' + ') || 'plain'} ${Math.round(samplesPerSecond).toLocaleString('en-US')}`).join(', ')} samples/s`);

export async function writePage() {
  const found = [];
  for (const { name } of cases) {
    const file = join(folder, `${name}.json`);
    if (existsSync(file)) found.push(JSON.parse(await readFile(file, 'utf8')));
  }
  if (found.length === 0) return;
  const tried = found.flatMap(triedOf);
  const versions = Object.assign({}, ...found.flatMap(({ results }) => Object.values(results).flatMap(({ firsts = [] }) => firsts.map(({ keras, tensorflow, torch, tfjs }) => ({ keras, tensorflow, torch, tfjs })))).map(facts => Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))));
  const measured = found.map(({ title, date, commit, machine, threads, data, turns, seconds, command }) => `- ${title}: ${date} UTC, commit ${commit}, ${threads} threads, ${data}, ${turns} turns of ${seconds} s or more; \`${command}\`; ${machine}`);
  await writeFile(join(root, 'docs/BENCHMARKS.md'), `# Benchmarks against peers

Made by \`npm run bench:peers\` (Linux). Same models, first weights, order of samples, batch sizes and number of threads; Keras, PyTorch and tf.layers
are given the model that our own code makes of the \`.aeconf\` file (\`bench/peers/description.ts\`). The losses after the first epoch show that it is the same
training; where noise is drawn they agree as far as noise does, and tf.layers starts from weights of its own.

- **samples/s**: within an epoch, the median of the turns; ours from when its principal components are known, which are found once in a run. All contenders of a case stay in memory and train in turns.
- **ratio**: our speed over theirs in neighbouring turns: median (least–most). Above 1 we are faster.
- **CPU s**: processor time for a thousand samples.
- **epoch 1**: seconds from the start of the process to the end of the first epoch and its validation. Ours also writes checkpoint, pictures, codes and events.
- **peak MiB**: largest resident memory.
- **loss**: mean training loss of the first epoch.
- **peak of a product**: the best of two matrices of 2,048 × 2,048 multiplied in ONNX Runtime, PyTorch and TensorFlow, before and after the turns, whichever is the fastest
  on this processor.

Keras: numpy arrays in memory, \`model.fit\`, not shuffled (the arrays lie in our order, which saves it work), as it compiles by itself (no XLA on a CPU). PyTorch: tensors in
memory, \`index_select\`, eager modules, Adam's \`fused\`, and \`channels_last\` for pictures. With \`--tune\` other ways are tried first, and the fastest is taken.
PyTorch adds Adam's epsilon after the correction of the variance and Keras before it, so its losses differ a little; the work is the same.

| model | with | samples/s | ratio | CPU s | epoch 1 | peak MiB | loss |
| --- | --- | ---: | --- | ---: | ---: | ---: | ---: |
${found.flatMap(rows).join('\n')}

## Reading

${[...found.map(reading), ...found.flatMap(disturbance), ...found.flatMap(failures)].join('\n')}
${tried.length === 0 ? '' : `\n## Ways tried\n\n${tried.join('\n')}\n`}
## Measured

${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}.

${measured.join('\n')}
`);
}
