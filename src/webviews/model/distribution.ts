// How the numbers of a tensor are distributed: a histogram with the numbers that sum it up. All is drawn with attributes.
import { html, svg, nothing, type TemplateResult } from 'lit';
import { formatShape } from '../../core/tensor.ts';
import type { Distribution, WeightTensor } from '../../protocol/messages.ts';
import { formatNumber, formatValue } from '../../view/runs.ts';
import type { Theme } from '../shared/theme.ts';
import { grouped } from './words.ts';

const [WIDTH, HEIGHT, AXIS] = [240, 84, 16];

/** "3.1 %", and "none" or "all" where that is what it is. */
export function shareOf(part: number, whole: number): string {
  if (part === 0 || whole === 0) return 'none';
  if (part === whole) return 'all';
  const percent = part / whole * 100;
  return percent < 0.1 ? 'under 0.1 %' : `${Number(percent.toPrecision(percent >= 99 ? 4 : 2))} %`;
}

/** Bars as [left, top, width, height] in a box of that size. The highest bar fills it. */
export function bars({ bins }: Pick<Distribution, 'bins'>, width: number, height: number): readonly (readonly [number, number, number, number])[] {
  const most = bins.reduce((high, each) => Math.max(high, each), 0);
  const step = width / bins.length;
  // What is there is seen, however little it is.
  return bins.map((count, i) => {
    const high = most === 0 || count === 0 ? 0 : Math.max(count / most * height, 1);
    return [i * step, height - high, step, high] as const;
  });
}

export function distributionCard({ name, title, shape, trainable, distribution }: WeightTensor, theme: Theme): TemplateResult {
  const { min, max, mean, deviation, zeros, broken, count } = distribution;
  const whole = count - broken;
  const zeroAt = min < 0 && max > 0 ? -min / (max - min) * WIDTH : undefined;
  const says = `${title}, ${formatShape(shape)}: ${grouped(count)} numbers from ${formatNumber(min)} to ${formatNumber(max)}, mean ${formatNumber(mean)}, standard deviation ${formatNumber(deviation)}.`;
  return html`<figure class="distribution" title=${name}><figcaption><b>${title}</b> <span class="number">${formatShape(shape)}</span>${trainable ? nothing : html` <span class="muted small">not trained</span>`}</figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT + AXIS}" width=${WIDTH} height=${HEIGHT + AXIS} role="img" aria-label=${says} font-family=${theme.fontFamily} font-size="10.5">
      ${bars(distribution, WIDTH, HEIGHT).map(([x, y, width, height]) => (height === 0 ? nothing : svg`<rect x=${x.toFixed(2)} y=${y.toFixed(2)} width=${Math.max(width - 0.6, 0.6).toFixed(2)} height=${height.toFixed(2)} fill=${theme.category(0)}></rect>`))}
      ${zeroAt === undefined ? nothing : svg`<line x1=${zeroAt} y1="0" x2=${zeroAt} y2=${HEIGHT} stroke=${theme.foreground} stroke-dasharray="3 3"></line>
        ${zeroAt > 46 && zeroAt < WIDTH - 46 ? svg`<text x=${zeroAt} y=${HEIGHT + 12} text-anchor="middle" fill=${theme.muted}>0</text>` : nothing}`}
      <line x1="0" y1=${HEIGHT} x2=${WIDTH} y2=${HEIGHT} stroke=${theme.muted}></line>
      <text x="0" y=${HEIGHT + 12} fill=${theme.muted}>${formatNumber(min)}</text>${min === max ? nothing : svg`<text x=${WIDTH} y=${HEIGHT + 12} text-anchor="end" fill=${theme.muted}>${formatNumber(max)}</text>`}
    </svg>
    <dl class="facts small"><div><dt>mean</dt><dd>${formatValue(mean)}</dd></div><div><dt>standard deviation</dt><dd>${formatValue(deviation)}</dd></div><div><dt>zeros</dt><dd>${shareOf(zeros, whole)}</dd></div>
      ${broken === 0 ? nothing : html`<div class="broken"><dt>infinite or no number</dt><dd>${grouped(broken)}</dd></div>`}</dl></figure>`;
}
