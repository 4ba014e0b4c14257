// What every layer makes of one sample as one picture, read like text: the sample, the layers in their order, the reconstruction.
import type { HostTensor } from '../core/tensor.ts';
import { drawNumbers, drawText, newPicture, type Picture } from './canvas.ts';
import { layoutNumbers } from './layout.ts';
import { textHeight, textWidth } from './lettering.ts';
import { diverging, grey } from './palette.ts';

export interface ActivationPanel {
  readonly title: string;
  readonly text: string;
  readonly values: HostTensor;
  /** A sample: grey or in its colours. Others go from blue below zero to orange above, each over its own range. */
  readonly sample: boolean;
}

const MARGIN = 14;
const GAP = 22;
const TITLE = 12;
const TEXT = 10;
/** Wanted height of a panel's picture, and width of the whole, in pixels. */
const SIDE = 160;
const WIDTH = 1200;

export function activationsPicture(title: string, panels: readonly ActivationPanel[]): Picture {
  const placed: { panel: ActivationPanel; layout: ReturnType<typeof layoutNumbers>; scale: number; x: number; y: number }[] = [];
  const head = textHeight(TITLE) + textHeight(TEXT) + 10;
  let [x, y, high, wide] = [MARGIN, MARGIN + textHeight(TITLE + 2) + 12, 0, textWidth(title, TITLE + 2) + 2 * MARGIN];
  for (const panel of panels) {
    const layout = layoutNumbers(panel.values.shape, panel.sample);
    const scale = Math.max(1, Math.min(24, Math.floor(SIDE / Math.max(layout.width, layout.height))));
    const width = Math.max(layout.width * scale, textWidth(panel.title, TITLE), textWidth(panel.text, TEXT));
    if (x > MARGIN && x + width + MARGIN > WIDTH) [x, y, high] = [MARGIN, y + high + GAP, 0];
    placed.push({ panel, layout, scale, x, y });
    high = Math.max(high, head + layout.height * scale);
    wide = Math.max(wide, x + width + MARGIN);
    x += width + GAP;
  }
  const picture = newPicture(wide, y + high + MARGIN);
  drawText(picture, title, MARGIN, MARGIN, TITLE + 2);
  for (const { panel: { title: name, text, values, sample }, layout, scale, x: left, y: top } of placed) {
    drawText(picture, name, left, top, TITLE);
    drawText(picture, text, left, top + textHeight(TITLE) + 4, TEXT);
    let range = 0;
    for (const value of values.data) if (Number.isFinite(value)) range = Math.max(range, Math.abs(value));
    drawNumbers(picture, layout, values.data, 0, left, top + head, scale, sample ? grey : value => diverging(range === 0 ? value : value / range));
  }
  return picture;
}
