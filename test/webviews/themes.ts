// The colours a page gets from VS Code, for the themes it is looked at in: Light Modern, Dark Modern and the two high-contrast
// ones. A webview has them as --vscode-* properties on its root; those a theme leaves unset are missing here too.

export type ThemeName = 'light' | 'dark' | 'highContrast' | 'highContrastLight';

export interface TestTheme {
  readonly bodyClasses: readonly string[];
  readonly kind: string;
  readonly colors: Readonly<Record<string, string>>;
}

const type = { 'font-family': 'system-ui, "Ubuntu", "Droid Sans", "DejaVu Sans", sans-serif', 'font-size': '13px', 'font-weight': 'normal', 'editor-font-family': '"Droid Sans Mono", "DejaVu Sans Mono", monospace', 'editor-font-size': '14px' };

const light: Record<string, string> = {
  ...type,
  'foreground': '#3b3b3b', 'descriptionForeground': '#3b3b3b', 'disabledForeground': 'rgba(97, 97, 97, 0.5)', 'errorForeground': '#f85149', 'icon-foreground': '#3b3b3b', 'focusBorder': '#005fb8',
  'editor-background': '#ffffff', 'editor-foreground': '#3b3b3b', 'widget-border': '#e5e5e5', 'panel-border': '#e5e5e5', 'editorWidget-background': '#f8f8f8', 'editorWarning-foreground': '#bf8803',
  'button-background': '#005fb8', 'button-foreground': '#ffffff', 'button-border': 'rgba(0, 0, 0, 0.1)', 'button-hoverBackground': '#0258a8', 'button-secondaryBackground': '#e5e5e5', 'button-secondaryForeground': '#3b3b3b', 'button-secondaryHoverBackground': '#cccccc',
  'checkbox-background': '#f8f8f8', 'checkbox-border': '#cecece', 'checkbox-foreground': '#3b3b3b', 'dropdown-background': '#ffffff', 'dropdown-border': '#cecece', 'dropdown-foreground': '#3b3b3b', 'dropdown-listBackground': '#ffffff',
  'input-background': '#ffffff', 'input-border': '#cecece', 'input-foreground': '#3b3b3b', 'input-placeholderForeground': '#767676', 'inputOption-activeBackground': '#bed6ed', 'inputOption-activeBorder': '#005fb8', 'inputOption-activeForeground': '#000000',
  'inputValidation-errorBackground': '#f2dede', 'inputValidation-errorBorder': '#be1100', 'list-hoverBackground': '#f2f2f2', 'list-activeSelectionBackground': '#e8e8e8', 'list-activeSelectionForeground': '#000000', 'toolbar-hoverBackground': 'rgba(184, 184, 184, 0.31)',
  'badge-background': '#cccccc', 'badge-foreground': '#3b3b3b', 'progressBar-background': '#005fb8', 'scrollbarSlider-background': 'rgba(100, 100, 100, 0.4)', 'textLink-foreground': '#005fb8',
  'editorHoverWidget-background': '#f8f8f8', 'editorHoverWidget-foreground': '#3b3b3b', 'editorHoverWidget-border': '#c8c8c8',
  'charts-foreground': '#3b3b3b', 'charts-lines': 'rgba(59, 59, 59, 0.5)', 'charts-red': '#e51400', 'charts-blue': '#0063d3', 'charts-yellow': '#bf8803', 'charts-orange': '#d18616', 'charts-green': '#388a34', 'charts-purple': '#652d90',
};

const dark: Record<string, string> = {
  ...type,
  'foreground': '#cccccc', 'descriptionForeground': '#9d9d9d', 'disabledForeground': 'rgba(204, 204, 204, 0.5)', 'errorForeground': '#f85149', 'icon-foreground': '#cccccc', 'focusBorder': '#0078d4',
  'editor-background': '#1f1f1f', 'editor-foreground': '#cccccc', 'widget-border': '#313131', 'panel-border': '#2b2b2b', 'editorWidget-background': '#202020', 'editorWarning-foreground': '#cca700',
  'button-background': '#0078d4', 'button-foreground': '#ffffff', 'button-border': 'rgba(255, 255, 255, 0.07)', 'button-hoverBackground': '#026ec1', 'button-secondaryBackground': '#313131', 'button-secondaryForeground': '#cccccc', 'button-secondaryHoverBackground': '#3c3c3c',
  'checkbox-background': '#313131', 'checkbox-border': '#3c3c3c', 'checkbox-foreground': '#f0f0f0', 'dropdown-background': '#313131', 'dropdown-border': '#3c3c3c', 'dropdown-foreground': '#cccccc', 'dropdown-listBackground': '#1f1f1f',
  'input-background': '#313131', 'input-border': '#3c3c3c', 'input-foreground': '#cccccc', 'input-placeholderForeground': '#989898', 'inputOption-activeBackground': 'rgba(36, 137, 219, 0.51)', 'inputOption-activeBorder': '#2488db', 'inputOption-activeForeground': '#ffffff',
  'inputValidation-errorBackground': '#5a1d1d', 'inputValidation-errorBorder': '#be1100', 'list-hoverBackground': '#2a2d2e', 'list-activeSelectionBackground': '#04395e', 'list-activeSelectionForeground': '#ffffff', 'toolbar-hoverBackground': 'rgba(90, 93, 94, 0.31)',
  'badge-background': '#616161', 'badge-foreground': '#f8f8f8', 'progressBar-background': '#0078d4', 'scrollbarSlider-background': 'rgba(121, 121, 121, 0.4)', 'textLink-foreground': '#4daafc',
  'editorHoverWidget-background': '#202020', 'editorHoverWidget-foreground': '#cccccc', 'editorHoverWidget-border': '#454545',
  'charts-foreground': '#cccccc', 'charts-lines': 'rgba(204, 204, 204, 0.5)', 'charts-red': '#f14c4c', 'charts-blue': '#59a4f9', 'charts-yellow': '#cca700', 'charts-orange': '#d18616', 'charts-green': '#89d185', 'charts-purple': '#b180d7',
};

const highContrast: Record<string, string> = {
  ...type,
  'foreground': '#ffffff', 'descriptionForeground': 'rgba(255, 255, 255, 0.7)', 'errorForeground': '#f48771', 'icon-foreground': '#ffffff', 'focusBorder': '#f38518', 'contrastBorder': '#6fc3df', 'contrastActiveBorder': '#f38518',
  'editor-background': '#000000', 'editor-foreground': '#ffffff', 'widget-border': '#6fc3df', 'panel-border': '#6fc3df', 'editorWidget-background': '#0c141f', 'editorWarning-foreground': '#ffd370',
  'button-background': '#000000', 'button-foreground': '#ffffff', 'button-border': '#6fc3df', 'button-secondaryForeground': '#ffffff', 'button-secondaryBorder': '#6fc3df',
  'checkbox-background': '#000000', 'checkbox-border': '#6fc3df', 'checkbox-foreground': '#ffffff', 'dropdown-background': '#000000', 'dropdown-border': '#6fc3df', 'dropdown-foreground': '#ffffff', 'dropdown-listBackground': '#000000',
  'input-background': '#000000', 'input-border': '#6fc3df', 'input-foreground': '#ffffff', 'inputOption-activeBackground': 'rgba(0, 0, 0, 0)', 'inputOption-activeBorder': '#6fc3df', 'inputOption-activeForeground': '#ffffff',
  'inputValidation-errorBackground': '#000000', 'inputValidation-errorBorder': '#be1100', 'badge-background': '#000000', 'badge-foreground': '#ffffff', 'progressBar-background': '#6fc3df', 'scrollbarSlider-background': 'rgba(111, 195, 223, 0.6)', 'textLink-foreground': '#21a6ff',
  'editorHoverWidget-background': '#0c141f', 'editorHoverWidget-foreground': '#ffffff', 'editorHoverWidget-border': '#6fc3df',
  'charts-foreground': '#ffffff', 'charts-lines': 'rgba(255, 255, 255, 0.5)', 'charts-red': '#f48771', 'charts-blue': '#59a4f9', 'charts-yellow': '#ffd370', 'charts-orange': '#d18616', 'charts-green': '#89d185', 'charts-purple': '#b180d7',
};

const highContrastLight: Record<string, string> = {
  ...type,
  'foreground': '#292929', 'descriptionForeground': 'rgba(41, 41, 41, 0.7)', 'errorForeground': '#b5200d', 'icon-foreground': '#292929', 'focusBorder': '#006bbd', 'contrastBorder': '#0f4a85', 'contrastActiveBorder': '#006bbd',
  'editor-background': '#ffffff', 'editor-foreground': '#292929', 'widget-border': '#0f4a85', 'panel-border': '#0f4a85', 'editorWidget-background': '#ffffff', 'editorWarning-foreground': '#895503',
  'button-background': '#0f4a85', 'button-foreground': '#ffffff', 'button-border': '#0f4a85', 'button-hoverBackground': '#0f4a85', 'button-secondaryBackground': '#ffffff', 'button-secondaryForeground': '#292929', 'button-secondaryBorder': '#0f4a85',
  'checkbox-background': '#ffffff', 'checkbox-border': '#0f4a85', 'checkbox-foreground': '#292929', 'dropdown-background': '#ffffff', 'dropdown-border': '#0f4a85', 'dropdown-foreground': '#292929', 'dropdown-listBackground': '#ffffff',
  'input-background': '#ffffff', 'input-border': '#0f4a85', 'input-foreground': '#292929', 'inputOption-activeBackground': 'rgba(0, 0, 0, 0)', 'inputOption-activeBorder': '#0f4a85', 'inputOption-activeForeground': '#292929',
  'inputValidation-errorBackground': '#ffffff', 'inputValidation-errorBorder': '#be1100', 'list-hoverBackground': 'rgba(15, 74, 133, 0.1)', 'badge-background': '#0f4a85', 'badge-foreground': '#ffffff', 'progressBar-background': '#0f4a85', 'scrollbarSlider-background': 'rgba(15, 74, 133, 0.4)', 'textLink-foreground': '#0f4a85',
  'editorHoverWidget-background': '#ffffff', 'editorHoverWidget-foreground': '#292929', 'editorHoverWidget-border': '#0f4a85',
  'charts-foreground': '#292929', 'charts-lines': 'rgba(41, 41, 41, 0.5)', 'charts-red': '#b5200d', 'charts-blue': '#0063d3', 'charts-yellow': '#895503', 'charts-orange': '#d18616', 'charts-green': '#374e06', 'charts-purple': '#652d90',
};

export const themes: Readonly<Record<ThemeName, TestTheme>> = {
  light: { bodyClasses: ['vscode-light'], kind: 'vscode-light', colors: light },
  dark: { bodyClasses: ['vscode-dark'], kind: 'vscode-dark', colors: dark },
  highContrast: { bodyClasses: ['vscode-high-contrast'], kind: 'vscode-high-contrast', colors: highContrast },
  highContrastLight: { bodyClasses: ['vscode-high-contrast', 'vscode-high-contrast-light'], kind: 'vscode-high-contrast-light', colors: highContrastLight },
};
