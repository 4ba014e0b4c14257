// Fields of tables for other programs (RFC 4180).

/** Quotes a field where the format asks for it. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
