// The editor's theme for things that CSS cannot reach (canvas, WebGL), and a call when it changes.
import { categoryColor, type ThemeKind } from '../../view/palette.ts';

export interface Theme {
  readonly kind: ThemeKind;
  readonly foreground: string;
  readonly background: string;
  /** Secondary text: axis labels, captions. */
  readonly muted: string;
  /** Hairlines inside charts. */
  readonly grid: string;
  readonly border: string;
  readonly focus: string;
  readonly error: string;
  readonly warning: string;
  readonly fontFamily: string;
  /** CSS pixels. */
  readonly fontSize: number;
  /** Colour of the nth category; goes with categoryMark or categoryDash of palette.ts. */
  readonly category: (index: number) => string;
}

/** Reads the theme as it is now. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const kind = themeKind();
  const color = (fallback: string, ...names: string[]) => {
    for (const name of names) {
      const value = style.getPropertyValue(`--vscode-${name}`).trim();
      if (value !== '') return value;
    }
    return fallback;
  };
  const dark = kind === 'dark' || kind === 'highContrast';
  const foreground = color(dark ? '#cccccc' : '#3b3b3b', 'foreground', 'editor-foreground');
  const highContrast = kind === 'highContrast' || kind === 'highContrastLight';
  return {
    kind,
    foreground,
    background: color(dark ? '#1f1f1f' : '#ffffff', 'editor-background'),
    muted: highContrast ? foreground : color(foreground, 'descriptionForeground'),
    grid: highContrast ? withAlpha(foreground, 0.35) : withAlpha(foreground, 0.12),
    border: highContrast ? color(foreground, 'contrastBorder') : color(withAlpha(foreground, 0.25), 'widget-border', 'panel-border'),
    focus: color(foreground, 'focusBorder'),
    error: color('#e51400', 'errorForeground'),
    warning: color('#bf8803', 'editorWarning-foreground'),
    fontFamily: color('sans-serif', 'font-family'),
    fontSize: Number.parseFloat(color('13px', 'font-size')) || 13,
    category: index => categoryColor(kind, index),
  };
}

/** Calls back after every change of theme; returns the way to stop. */
export function onThemeChange(listener: (theme: Theme) => void): () => void {
  let queued = false;
  const observer = new MutationObserver(() => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => {
      queued = false;
      listener(readTheme());
    });
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-kind'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  return () => observer.disconnect();
}

/** True when the user wants things to hold still: the editor's setting or the system's. */
export function reducedMotion(): boolean {
  return document.body.classList.contains('vscode-reduce-motion') || matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** The same colour, more transparent, for canvas drawing. */
export function withAlpha(color: string, alpha: number): string {
  return `color-mix(in srgb, ${color} ${Math.round(alpha * 100)}%, transparent)`;
}

function themeKind(): ThemeKind {
  const classes = document.body.classList;
  if (classes.contains('vscode-high-contrast-light')) return 'highContrastLight';
  if (classes.contains('vscode-high-contrast')) return 'highContrast';
  return classes.contains('vscode-light') ? 'light' : 'dark';
}
