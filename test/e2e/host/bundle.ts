// Bundles the host suite as VS Code wants it: one CommonJS file. Mocha stays outside; it is found in node_modules.
import { build } from 'esbuild';
import { join } from 'node:path';

/** Must run in the root of the repository. @returns the path of the bundle. */
export async function bundleHostSuite(): Promise<string> {
  const outfile = join(process.cwd(), 'out/e2e-host/index.js');
  await build({
    entryPoints: [join(process.cwd(), 'test/e2e/host/index.ts')],
    bundle: true,
    outfile,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outfile;
}
