// --set PATH=VALUE and its short forms, as the spec's reader takes them.
import { parseAssignment } from '../spec/paths.ts';
import type { Arguments } from './arguments.ts';

/** @throws StudioError('usage') when something is no assignment. */
export function overridesOf(args: Arguments): Record<string, unknown> {
  const overrides: Record<string, unknown> = {};
  for (const text of args.all('set')) {
    const { path, value } = parseAssignment(text);
    overrides[path] = value;
  }
  const epochs = args.integer('epochs');
  if (epochs !== undefined) overrides['training.epochs'] = epochs;
  return overrides;
}
