// `aeconf devices`
import { listDevices } from '../../engine/engines.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatTable } from '../format.ts';

export const devices: Handler = async ({ terminal, json }) => {
  const found = await listDevices();
  if (json) terminal.out(`${JSON.stringify({ devices: found })}\n`);
  else terminal.out(formatTable(found.map(({ id, name, available, note }) => [id, name, available ? 'available' : 'not available', note ?? ''])));
  return exitCodes.ok.code;
};
