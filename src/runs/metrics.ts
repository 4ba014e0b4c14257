// The metrics of a spec among all the values that a run tells of an epoch: losses, terms, codes.
import { metricNames } from '../spec/schema.ts';
import type { ScalarValues } from './events.ts';

/** In the order of the schema. */
export function metricsOf(values: ScalarValues): ScalarValues {
  return Object.fromEntries(metricNames.flatMap(name => (values[name] === undefined ? [] : [[name, values[name]] as const])));
}
