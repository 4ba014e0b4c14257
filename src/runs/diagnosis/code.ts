// How much of its code a model uses: dimensions of a gaussian latent that say nothing, units that do not vary, entries of a codebook.
import { hasRectifiers, layersOf, type Facts } from './facts.ts';
import { counted, figure, type Finding } from './finding.ts';

/** Nats below which a dimension says nothing of a sample. */
const SILENT = 0.01;
/** Samples that must have been encoded before a unit that did not vary counts as unused. */
const ENOUGH_SAMPLES = 200;
/** Share of unused units that is worth a word, and one that is a problem. */
const SOME = 0.05;
const MANY = 0.5;
/** Pieces in a batch for every entry of a codebook from which its perplexity says something of the codebook. */
const PIECES_PER_ENTRY = 4;
const FEW_ENTRIES = 0.25;

export function codeFinding(facts: Facts): Finding | undefined {
  switch (facts.spec.latent?.type) {
    case undefined: return undefined;
    case 'gaussian': return divergence(facts);
    case 'quantized': return codebook(facts);
    default: return units(facts);
  }
}

/** Mean of the last epochs of a value. */
function latest(facts: Facts, value: string): number | undefined {
  const course = facts.followed(value);
  return course === undefined || course.length === 0 ? undefined : course.last;
}

function divergence(facts: Facts): Finding | undefined {
  const { spec: { latent }, info, done } = facts;
  const count = info?.model.latentShape[0];
  if (latent?.type !== 'gaussian' || count === undefined || done < Math.max(2, latent.annealEpochs)) return undefined;
  const nats = Array.from({ length: count }, (_, i) => latest(facts, `kl/${i + 1}`)).filter(value => value !== undefined);
  const active = latest(facts, 'activeUnits');
  // Only the first dimensions of a large code have a curve each.
  const used = nats.length === count ? nats.filter(value => value >= SILENT).length : active === undefined ? undefined : Math.round(active);
  if (used === undefined || used >= count) return undefined;
  const silent = nats.length === count ? `carry less than ${SILENT} nats` : 'have means that vary by less than 0.01';
  const epoch = Math.floor(done);
  if (used === 0) {
    return {
      kind: 'collapse', level: 'problem', title: 'The code says nothing', epoch,
      text: `The posterior has collapsed: all ${count} dimensions of the code ${silent}, so the decoder does not learn which sample it is to rebuild.`,
      cure: { text: `Lower latent.beta (now ${latent.beta}), or give latent.annealEpochs or latent.freeBits a value.`, command: 'openConfig' },
    };
  }
  return {
    kind: 'unusedUnits', level: 'note', title: `${used} of ${count} dimensions in use`, epoch,
    text: `${count - used} of the ${count} dimensions of the code ${silent}: ${counted(used, 'dimension')} would do as well at this latent.beta (${latent.beta}).`,
    cure: { text: 'A lower latent.beta uses more of them, fewer latent.units save them.', command: 'openConfig' },
  };
}

function codebook(facts: Facts): Finding | undefined {
  const { spec: { latent, training }, info, done } = facts;
  const perplexity = latest(facts, 'perplexity');
  const numbers = info?.model.latentShape.reduce((product, extent) => product * extent, 1);
  if (latent?.type !== 'quantized' || perplexity === undefined || info === undefined || numbers === undefined || done < 2) return undefined;
  const dimension = latent.dimension ?? info.model.latentShape.at(-1)!;
  const pieces = Math.min(training?.batchSize ?? 1, info.dataset.validation) * (numbers / dimension);
  if (pieces < PIECES_PER_ENTRY * latent.codes || perplexity >= FEW_ENTRIES * latent.codes) return undefined;
  const alone = perplexity < 1.5;
  return {
    kind: 'unusedEntries', level: alone ? 'problem' : 'note', title: `About ${Math.round(perplexity)} of ${latent.codes} codebook entries in use`, epoch: Math.floor(done),
    text: `The perplexity of the codebook is ${figure(Number(perplexity.toPrecision(3)))}: of its ${latent.codes} entries ${alone ? 'one stands for nearly everything' : `as many are in use as if ${Math.round(perplexity)} of them were used equally`}.`,
    cure: { text: `Fewer latent.codes would do; a larger latent.revivalThreshold (now ${latent.revivalThreshold}) brings unused entries back, a smaller learning rate keeps the codes from running away from them.`, command: 'openConfig' },
  };
}

function units({ idle, spec, info }: Facts): Finding | undefined {
  const shape = info?.model.latentShape;
  if (idle === undefined || info === undefined || shape === undefined) return undefined;
  const count = shape.at(-1)!;
  const samples = Math.min(spec.views?.latentSamples ?? 0, info.dataset.validation || info.dataset.train);
  if (samples < ENOUGH_SAMPLES || idle.units < SOME * count || idle.units === 0) return undefined;
  const what = shape.length === 1 ? 'unit' : 'channel';
  const sparse = (spec.penalties ?? []).some(({ type }) => type === 'activityL1' || type === 'klSparsity');
  const cures = [
    ...(layersOf(spec).some(({ type }) => type === 'topK') ? ['topK teaches only what it keeps, and a larger k keeps more of them'] : []),
    ...(hasRectifiers(spec) ? ['a rectifier that is zero for every sample learns no more: leakyRelu or elu, or a smaller learning rate, keep it alive'] : []),
    ...(sparse ? ['a weaker penalty leaves more of them at work'] : []),
    `fewer ${shape.length === 1 ? 'units' : 'channels'} would do as well`,
  ];
  const text = cures.join('; ');
  return {
    kind: idle.units === count ? 'collapse' : 'unusedUnits', level: idle.units >= MANY * count ? 'problem' : 'note', epoch: idle.epoch,
    title: idle.units === count ? 'The code says nothing' : `${count - idle.units} of ${count} ${what}s of the code in use`,
    text: idle.units === count
      ? `All ${counted(count, what)} of the code are the same for each of the ${samples.toLocaleString('en')} samples that were encoded, so the decoder does not learn which one it is to rebuild.`
      : `${idle.units} of the ${count} ${what}s of the code ${idle.units === 1 ? 'varies' : 'vary'} by less than a hundredth of what the widest does over the ${samples.toLocaleString('en')} samples that were encoded.`,
    cure: { text: `${text.charAt(0).toUpperCase()}${text.slice(1)}.`, command: 'openConfig' },
  };
}
