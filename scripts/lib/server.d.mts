export interface BrowserServer {
  /** http://127.0.0.1:PORT */
  readonly address: string;
  /** 127.0.0.1:PORT */
  readonly host: string;
  readonly userData: string;
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}
export const quietSettings: Readonly<Record<string, unknown>>;
export function installExtension(vsix: string, extensionsFolder: string): Promise<void>;
export function startServer(options: {
  /** Keeps user data and server.log. */
  folder: string;
  extensions: string;
  /** 0 or left out: any free one. */
  port?: number;
  settings?: Readonly<Record<string, unknown>>;
  smokeTestDriver?: boolean;
}): Promise<BrowserServer>;
