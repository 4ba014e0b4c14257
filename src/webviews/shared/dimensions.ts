// How the dimensions of a latent are called.

/** "z3", or for a latent with axes of its own "z(0, 2, 5)" with row, column and channel. */
export function dimensionName(latentShape: readonly number[]): (dimension: number) => string {
  if (latentShape.length < 2) return dimension => `z${dimension + 1}`;
  return dimension => {
    const place: number[] = [];
    let rest = dimension;
    for (let axis = latentShape.length - 1; axis >= 0; axis--) {
      place.unshift(rest % latentShape[axis]!);
      rest = Math.floor(rest / latentShape[axis]!);
    }
    return `z(${place.join(', ')})`;
  };
}
