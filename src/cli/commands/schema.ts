// `aeconf schema`
import { schemaText } from '../../spec/emit.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const schema: Handler = ({ terminal }) => {
  terminal.out(schemaText());
  return Promise.resolve(exitCodes.ok.code);
};
