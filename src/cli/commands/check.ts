// `aeconf check FILE...`
import { readConfigText } from '../../trainer/config.ts';
import { checkConfig } from '../../model/check.ts';
import { formatDiagnostic } from '../../spec/diagnostics.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { overridesOf } from '../overrides.ts';
import { paint } from '../terminal.ts';

export const check: Handler = async ({ args, terminal, json }) => {
  const overrides = overridesOf(args);
  const files = [];
  for (const file of args.positionals) {
    files.push({ file, diagnostics: checkConfig(await readConfigText(file), file, { overrides }).diagnostics });
  }
  const wrong = files.some(({ diagnostics }) => diagnostics.some(({ severity }) => severity === 'error'));
  if (json) terminal.out(`${JSON.stringify({ files })}\n`);
  else {
    for (const { file, diagnostics } of files) {
      for (const diagnostic of diagnostics) terminal.out(`${formatDiagnostic(diagnostic)}\n`);
      if (!diagnostics.some(({ severity }) => severity === 'error')) terminal.err(`${file}: ${paint(terminal, 'green', 'ok')}\n`);
    }
  }
  return wrong ? exitCodes.spec.code : exitCodes.ok.code;
};
