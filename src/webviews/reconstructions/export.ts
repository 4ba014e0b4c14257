// The sheets as one picture: the same rows as on the page, at twice its size so that they print well.
import type { PictureRun } from '../../protocol/messages.ts';
import type { Theme } from '../shared/theme.ts';
import { bands, blockGroups, blockLines, type Block, type Sheet, type SheetRow, type TextRow } from './sheet.ts';

export interface ExportSection {
  readonly title: string;
  readonly sheet: Sheet;
  readonly samples: readonly number[];
  readonly layout: 'rows' | 'grid';
  /** Width of the area of pictures beside the labels, CSS pixels. */
  readonly width: number;
  readonly caption: (sample: number) => string;
}

export interface ExportOptions {
  readonly sections: readonly ExportSection[];
  /** Width of the area of pictures where no column of labels stands beside it, CSS pixels. */
  readonly gridWidth: number;
  readonly pitch: (sheet: Sheet) => number;
  readonly headingOf: (runId: PictureRun['run']['id']) => string;
  readonly theme: Theme;
}

const scale = 2;
const margin = 14;
const gap = 4;
const blockGap = 24;

type Context = OffscreenCanvasRenderingContext2D;
/** A line of the picture: its height, and how it is drawn with its top at y. */
type Line = { readonly height: number; readonly draw: (ctx: Context, y: number) => void };

export function exportSheets(options: ExportOptions): OffscreenCanvas {
  const { theme } = options;
  const textHeight = Math.round(theme.fontSize * 1.5);
  const font = (weight = '') => `${weight} ${Math.round(theme.fontSize * 0.9)}px ${theme.fontFamily}`.trim();
  const measure = new OffscreenCanvas(1, 1).getContext('2d')!;
  measure.font = font('600');
  const labels = options.sections.flatMap(s => s.sheet.rows).map(row => (row.type === 'heading' || row.type === 'title' ? 0 : measure.measureText(row.label).width));
  const labelWidth = Math.ceil(Math.max(0, ...labels)) + 16;
  const text = (value: string, x: number, align: CanvasTextAlign, color: string, weight = ''): Line => ({
    height: textHeight,
    draw: (ctx, y) => {
      ctx.font = font(weight);
      ctx.textAlign = align;
      ctx.fillStyle = color;
      ctx.fillText(value, x, y + textHeight / 2);
    },
  });

  /** A number below a picture, underlined where no other run is better. */
  const told = (row: TextRow, sample: number, x: number): Line => {
    const best = row.best?.(sample) === true;
    const line = text(row.text(sample), x, 'center', theme.foreground, best ? '600' : '');
    if (!best) return line;
    return {
      height: textHeight,
      draw: (ctx, y) => {
        line.draw(ctx, y);
        const { width } = ctx.measureText(row.text(sample));
        ctx.fillRect(x - width / 2, y + textHeight - 2, width, 1.5);
      },
    };
  };

  const lines: Line[] = [];
  let right = 0;
  for (const section of options.sections) {
    const pitch = options.pitch(section.sheet);
    const center = (column: number) => margin + labelWidth + (column + 0.5) * pitch;
    lines.push(text(section.title, margin, 'left', theme.foreground, '600'), space(4));
    if (section.layout === 'grid') {
      lines.push(...gridLines(section, pitch));
      continue;
    }
    for (const band of bands(section.samples, section.width, pitch)) {
      right = Math.max(right, margin + labelWidth + band.length * pitch);
      lines.push(together(textHeight, band.map((sample, i) => text(section.caption(sample), center(i), 'center', theme.muted))));
      for (const row of section.sheet.rows) lines.push(...rowLines(row, band, section.sheet, pitch, center));
      lines.push(space(margin));
    }
  }

  /** Blocks beside each other as far as they fit, below them the next ones. */
  function gridLines({ sheet, samples }: ExportSection, pitch: number): readonly Line[] {
    const rows = blockLines(samples, options.gridWidth, pitch);
    const blockWidth = (rows[0]?.length ?? 0) * pitch;
    const fitting = Math.max(1, Math.floor((options.gridWidth + blockGap) / (blockWidth + blockGap)));
    return blockGroups(sheet).flatMap(({ runId, blocks }) => [
      ...(runId === undefined ? [] : [space(6), text(options.headingOf(runId), margin, 'left', theme.foreground, '600')]),
      ...Array.from({ length: Math.ceil(blocks.length / fitting) }, (_, i) => blocks.slice(i * fitting, (i + 1) * fitting)).flatMap(beside => {
        right = Math.max(right, margin + beside.length * (blockWidth + blockGap) - blockGap);
        return [sideBySide(beside.map(block => blockColumn(block, rows, sheet, pitch)), blockWidth + blockGap), space(margin)];
      }),
    ]);
  }

  function blockColumn({ row, texts }: Block, rows: readonly (readonly number[])[], { cell }: Sheet, pitch: number): readonly ((left: number) => Line)[] {
    const inset = Math.floor((pitch - cell.width) / 2);
    return [
      left => text(row.label, left, 'left', theme.muted),
      ...rows.flatMap(samples => [
        (left: number): Line => ({ height: row.height + gap, draw: (ctx, y) => samples.forEach((sample, i) => row.draw(ctx, sample, left + i * pitch + inset, y)) }),
        ...texts.map(below => (left: number) => together(textHeight, samples.map((sample, i) => told(below, sample, left + (i + 0.5) * pitch)))),
      ]),
    ];
  }

  function rowLines(row: SheetRow, band: readonly number[], sheet: Sheet, pitch: number, center: (column: number) => number): readonly Line[] {
    if (row.type === 'heading') return [space(6), text(options.headingOf(row.runId), margin, 'left', theme.foreground, '600')];
    const label = text(row.label, margin, 'left', theme.muted);
    if (row.type === 'title') return [space(6), text(row.label, margin, 'left', theme.foreground, '600')];
    if (row.type === 'text') return [together(textHeight, [label, ...band.map((sample, i) => told(row, sample, center(i)))])];
    const inset = Math.floor((pitch - sheet.cell.width) / 2);
    return [{
      height: row.height + gap,
      draw: (ctx, y) => {
        label.draw(ctx, y + (row.height - textHeight) / 2);
        band.forEach((sample, i) => row.draw(ctx, sample, margin + labelWidth + i * pitch + inset, y));
      },
    }];
  }

  const height = lines.reduce((sum, line) => sum + line.height, 2 * margin);
  const title = Math.max(0, ...options.sections.map(s => measure.measureText(s.title).width));
  const canvas = new OffscreenCanvas((Math.max(right, title + margin) + margin) * scale, height * scale);
  const ctx = canvas.getContext('2d')!;
  ctx.scale(scale, scale);
  ctx.fillStyle = theme.background;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.textBaseline = 'middle';
  let y = margin;
  for (const line of lines) {
    line.draw(ctx, y);
    y += line.height;
  }
  return canvas;
}

function together(height: number, lines: readonly Line[]): Line {
  return { height, draw: (ctx, y) => lines.forEach(line => line.draw(ctx, y)) };
}

/** Columns of lines from the left margin on, each `step` further; as high as the highest. */
function sideBySide(columns: readonly (readonly ((left: number) => Line)[])[], step: number): Line {
  const placed = columns.map((column, i) => column.map(line => line(margin + i * step)));
  return {
    height: Math.max(0, ...placed.map(column => column.reduce((sum, line) => sum + line.height, 0))),
    draw: (ctx, top) => {
      for (const column of placed) {
        let y = top;
        for (const line of column) {
          line.draw(ctx, y);
          y += line.height;
        }
      }
    },
  };
}

function space(height: number): Line {
  return { height, draw: () => undefined };
}
