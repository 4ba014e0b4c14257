// `aeconf datasets`
import { describeDatasets } from '../../data/named-sets.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatCount } from '../format.ts';
import { printTable } from '../table.ts';

export const datasets: Handler = async ({ args, terminal, json }) => {
  const found = await describeDatasets({ dataFolders: args.all('data') });
  if (json) terminal.out(`${JSON.stringify({ datasets: found })}\n`);
  else {
    printTable(terminal, found.map(({ name, description, train, test, shape, note }) =>
      [name, description, `${formatCount(train)} + ${formatCount(test)}`, shape?.join('×') ?? '', note]), { least: { 0: Infinity } });
  }
  return exitCodes.ok.code;
};
