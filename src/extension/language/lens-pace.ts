// How often the lenses above a config are made anew while it trains. VS Code draws them half a second after everything else, in a
// frame of their own, so how far a run has come is told there more and more calmly. The status bar is ahead of them.

const CALMEST = 30_000;

/** @returns whether lenses are due, given what they say of states (told at once) and of progress; it takes it that they are made then */
export function lensPace(clock = () => performance.now()): (states: string, progress: string) => boolean {
  let knownStates = '';
  let knownProgress = '';
  let turned = clock();
  let told = -Infinity;
  return (states, progress) => {
    const now = clock();
    if (states !== knownStates) turned = now;
    else if (progress === knownProgress || now - told < Math.min((now - turned) / 4, CALMEST)) return false;
    knownStates = states;
    knownProgress = progress;
    told = now;
    return true;
  };
}
