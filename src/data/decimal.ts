// Decimal numbers from bytes without making strings: exact when the digits fit in 2⁵³ and the power of ten is at most 10²²
// (W. D. Clinger, "How to Read Floating Point Numbers Accurately", 1990); everything else is left to the caller.

const powers = Float64Array.from({ length: 23 }, (_, n) => Number(`1e${n}`));

const result = { value: NaN, end: 0 };

/**
 * Parses the number that starts at `start` and must be followed by `separator` or the end of the line. Spaces around it are skipped, unless they separate.
 * @param point what stands before its decimals: 46, a point, or 44, a comma
 * @returns its value, or NaN when it is not of the simple form; and where it ended. The object is reused by the next call.
 */
export function parseDecimal(bytes: Uint8Array, start: number, end: number, separator: number, point = 46): { readonly value: number; readonly end: number } {
  let i = start;
  result.value = NaN;
  while (i < end && bytes[i] === 32 && separator !== 32) i++;
  let negative = false;
  if (bytes[i] === 45) {
    negative = true;
    i++;
  } else if (bytes[i] === 43) i++;
  let mantissa = 0;
  let digits = 0;
  let scale = 0;
  const first = i;
  for (; i < end; i++) {
    const digit = bytes[i]! - 48;
    if (digit < 0 || digit > 9) break;
    mantissa = mantissa * 10 + digit;
    if (mantissa > 0) digits++;
  }
  let seen = i - first;
  if (i < end && bytes[i] === point) {
    const decimals = ++i;
    for (; i < end; i++) {
      const digit = bytes[i]! - 48;
      if (digit < 0 || digit > 9) break;
      mantissa = mantissa * 10 + digit;
      if (mantissa > 0) digits++;
    }
    scale = decimals - i;
    seen -= scale;
  }
  if (seen === 0 || digits > 15) return result;
  if (i < end && (bytes[i]! | 32) === 101) {
    let sign = 1;
    i++;
    if (bytes[i] === 45 || bytes[i] === 43) sign = bytes[i++] === 45 ? -1 : 1;
    let exponent = 0;
    const from = i;
    for (; i < end && i < from + 5; i++) {
      const digit = bytes[i]! - 48;
      if (digit < 0 || digit > 9) break;
      exponent = exponent * 10 + digit;
    }
    if (i === from) return result;
    scale += sign * exponent;
  }
  while (i < end && bytes[i] === 32 && separator !== 32) i++;
  if ((i < end && bytes[i] !== separator) || scale < -22 || scale > 22) return result;
  const value = scale < 0 ? mantissa / powers[-scale]! : mantissa * powers[scale]!;
  result.value = negative ? -value : value;
  result.end = i;
  return result;
}
