// `aeconf datasets`
import { describeDatasets } from '../../data/named-sets.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatCount, formatTable } from '../format.ts';

export const datasets: Handler = async ({ args, terminal, json }) => {
  const found = await describeDatasets({ dataFolders: args.all('data') });
  if (json) terminal.out(`${JSON.stringify({ datasets: found })}\n`);
  else {
    terminal.out(formatTable(found.map(({ name, description, train, test, shape, note }) =>
      [name, description, `${formatCount(train)} + ${formatCount(test)}`, shape?.join('×') ?? '', note])));
  }
  return exitCodes.ok.code;
};
