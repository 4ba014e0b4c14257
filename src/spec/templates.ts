// What "New Config…" offers: short files to begin with, each a working experiment with the reason for its choices beside them.
import { further, ownData } from './templates/further.ts';
import { kinds } from './templates/kinds.ts';
import { latents } from './templates/latents.ts';

export interface Template {
  /** Also the suggested file name, without its ending. */
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly text: string;
}

/** Templates under a heading, in the order in which they are offered. */
export interface TemplateGroup {
  readonly title: string;
  readonly templates: readonly Template[];
}

const first: readonly Template[] = [
  {
    id: 'dense-autoencoder',
    label: 'Dense autoencoder',
    detail: 'Two dense layers, a code of two numbers, drawn digits. Needs no data.',
    text: `// A dense autoencoder. Change "units" of the latent and train again to see what the bottleneck is worth.
{
  "data": "glyphs",
  "encoder": [
    { "type": "flatten" },
    { "type": "dense", "units": 128, "activation": "relu" },
  ],
  "latent": { "type": "plain", "units": 2 },
  "decoder": "mirror",
  "training": { "epochs": 20, "batchSize": 64 },
}
`,
  },
];

export const templateGroups: readonly TemplateGroup[] = [
  { title: 'To begin with', templates: first },
  { title: 'Kinds', templates: kinds },
  { title: 'Kinds of codes', templates: latents },
  { title: 'More than one training', templates: further },
  { title: 'Your own data', templates: ownData },
];
