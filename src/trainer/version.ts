// The versions a run remembers.
import { version } from '../../package.json';

export const productVersion: string = version;

export function versions(): Record<string, string> {
  return { aeconf: productVersion, node: process.version, platform: `${process.platform}-${process.arch}` };
}
