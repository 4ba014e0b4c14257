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
  const unreadable: unknown[] = [];
  for (const file of args.positionals) {
    try {
      files.push({ file, diagnostics: checkConfig(await readConfigText(file), file, { overrides }).diagnostics });
    } catch (error) {
      if (json) throw error;
      unreadable.push(error); // what is wrong with the others is told all the same
    }
  }
  const wrong = files.some(({ diagnostics }) => diagnostics.some(({ severity }) => severity === 'error'));
  if (json) terminal.out(`${JSON.stringify({ files })}\n`);
  else {
    for (const { file, diagnostics } of files) {
      for (const diagnostic of diagnostics) terminal.out(`${formatDiagnostic(diagnostic)}\n`);
      if (!diagnostics.some(({ severity }) => severity === 'error')) terminal.err(`${file}: ${paint(terminal, 'green', 'ok')}\n`);
    }
  }
  if (unreadable.length > 0) throw unreadable[0];
  return wrong ? exitCodes.spec.code : exitCodes.ok.code;
};
