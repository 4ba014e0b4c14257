// Before the end-to-end tests: the extension is packed as users get it and installed in a VS Code in the browser, which
// serves all test files. The host suite needs a second server, because its driver suppresses notifications.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { installExtension, quietSettings, startServer } from '../../scripts/lib/server.mjs';
import { findChromium, packageExtension } from '../../scripts/lib/tools.mjs';
import { endTrainers } from './trainers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly chromium: string;
    /** Folder for workspaces and user data of this test run. */
    readonly scratch: string;
    readonly address: string;
    readonly hostAddress: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const chromium = findChromium();
  if (chromium === undefined) throw new Error('No Chromium found; "npm test" installs one or says how.');
  const scratch = join(project.config.root, 'out/e2e');
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });

  const extensions = join(scratch, 'extensions');
  await installExtension(await packageExtension(), extensions);
  const server = await startServer({ folder: join(scratch, 'server'), extensions, settings: { ...quietSettings, 'workbench.colorTheme': 'Dark Modern', 'editor.minimap.enabled': false } });
  const hostServer = await startServer({ folder: join(scratch, 'host-server'), extensions: join(scratch, 'no-extensions'), smokeTestDriver: true });
  project.provide('chromium', chromium);
  project.provide('scratch', scratch);
  project.provide('address', server.address);
  project.provide('hostAddress', hostServer.address);

  return async () => {
    await endTrainers(join(scratch, 'workspaces'));
    await server.stop();
    await hostServer.stop();
  };
}
