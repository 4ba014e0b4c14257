// A short sign for each class, so that points can be drawn as letters: colour alone does not tell classes apart for everyone.

/**
 * One character per name, all different as long as the alphabet lasts: a name's own first letter if it is still free, else
 * another of its letters, else any character left; beyond that they repeat. Names that are one character stay as they are.
 */
export function classLetters(names: readonly string[]): string[] {
  const taken = new Set<string>();
  const letters = new Array<string | undefined>(names.length);
  names.forEach((name, i) => {
    if ([...name].length === 1 && !taken.has(name)) {
      letters[i] = name;
      taken.add(name);
    }
  });
  names.forEach((name, i) => {
    if (letters[i] !== undefined) return;
    const own = [...name.toUpperCase()].filter(letter => /[\p{L}\p{N}]/u.test(letter));
    const letter = [...own, ...SPARE].find(candidate => !taken.has(candidate)) ?? SPARE[i % SPARE.length]!;
    letters[i] = letter;
    taken.add(letter);
  });
  return letters.map(letter => letter ?? '?');
}

const SPARE = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijkmnpqrstuvwxyz'];
