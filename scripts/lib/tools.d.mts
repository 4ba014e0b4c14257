/** A Node that code-server runs on. */
export function node24(): Promise<string>;
/** Packs the extension as users install it; gives the path of the .vsix. */
export function packageExtension(): Promise<string>;
/** A Chromium to drive, if there is one. */
export function findChromium(): string | undefined;
/** The desktop VS Code of this machine, if there is one. */
export function findDesktopCode(): string | undefined;
