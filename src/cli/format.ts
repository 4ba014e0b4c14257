// Numbers for people.
import { baselineText as sentence, type Baseline } from '../core/baseline.ts';

/** "0:07", "12:05", "3:02:09" from seconds. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** A loss with four significant digits and no jumping width: "0.01432", "1.432", "NaN". */
export function formatLoss(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e5)) return value.toExponential(3);
  return value.toFixed(magnitude >= 100 ? 1 : magnitude >= 1 ? 3 : 5);
}

/** "PCA with 50 components: mse 0.01198; the model: 0.00931, better than principal components". */
export function baselineText(baseline: Baseline): string {
  return sentence(baseline, formatLoss);
}

/** "60,000". */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** "1.4 MB" (powers of 1,000). */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
