// `npm run package`: builds for this platform and packs the .vsix that "Install from VSIX…" takes.
import { relative } from 'node:path';
import { main, root, run } from './lib/process.mjs';
import { ensureDependencies, packageExtension } from './lib/tools.mjs';

await main(async () => {
  await ensureDependencies();
  const built = await run(process.execPath, ['scripts/build.mjs', '--production', ...process.argv.slice(2)]);
  if (built !== 0) return built;
  console.log(`Packed ${relative(root, await packageExtension())}`);
  return 0;
});
