// All systems in the order of the page.
import type { System } from './row.ts';
import { batchnorm } from './rows/batchnorm.ts';
import { convolutional } from './rows/convolutional.ts';
import { deep } from './rows/deep.ts';
import { field } from './rows/field.ts';
import { janet } from './rows/janet.ts';
import { beyond, types } from './rows/types.ts';

export const systems: readonly System[] = [janet, convolutional, batchnorm, types, deep, beyond, field];
