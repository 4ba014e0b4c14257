// The engines find their native packages from where they lie themselves.

/** This file, both as a module of its own and inside the CommonJS bundle. */
export function here(): string {
  return typeof __filename === 'string' ? __filename : import.meta.url;
}
