// What pictures are called: their file's name in words.

/** "generated/prior-seed-3.png" → "Prior seed 3". */
export function pictureTitle(file: string): string {
  const words = (file.split('/').at(-1) ?? file).replace(/\.\w+$/, '').replaceAll(/[-_]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
