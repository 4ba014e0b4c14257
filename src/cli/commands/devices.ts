// `aeconf devices [FILE]`
import type { Statement } from '../../engine/choose.ts';
import type { Device } from '../../engine/engine.ts';
import { listDevices } from '../../engine/engines.ts';
import { StudioError } from '../../core/errors.ts';
import { readConfig, withoutSweep } from '../../trainer/config.ts';
import { checkDevices } from '../../trainer/device-check.ts';
import { DeviceNotes } from '../../trainer/device-notes.ts';
import type { Context, Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { overridesOf } from '../overrides.ts';
import { threadsOf } from '../run-options.ts';
import { printTable } from '../table.ts';

export const devices: Handler = async context => {
  const { args, terminal, json } = context;
  const notes = new DeviceNotes();
  const forgotten = args.flag('forget') ? notes.forget() : undefined;
  const statements = await statementsOf(context, notes);
  const found = (await listDevices()).map(device => ({ device, said: statements.find(({ id }) => id === device.id) }));
  if (json) {
    const list = found.map(({ device, said }) => ({ ...device, ...(said === undefined ? {} : { said: said.text, chosen: said.chosen, ...(said.measured === undefined ? {} : { measured: said.measured }) }) }));
    terminal.out(`${JSON.stringify({ devices: list, ...(forgotten === undefined ? {} : { forgotten }) })}\n`);
  } else {
    if (forgotten !== undefined) terminal.out(`Forgot ${forgotten} ${forgotten === 1 ? 'check' : 'checks'}.\n`);
    printTable(terminal, found.map(({ device, said }) => rowOf(device, said)), { sentences: true, least: { 0: Infinity, 2: Infinity } });
  }
  return exitCodes.ok.code;
};

/** What is known of the devices for the config, if one was named. */
async function statementsOf({ args, signal }: Context, notes: DeviceNotes): Promise<readonly Statement[]> {
  const configPath = args.positionals[0];
  if (configPath === undefined) {
    if (args.flag('check')) throw new StudioError('usage', '"aeconf devices --check" needs the config whose training step is tried out: aeconf devices FILE --check.');
    return [];
  }
  const overrides = overridesOf(args);
  const threads = threadsOf(args);
  if (args.flag('check')) return (await checkDevices({ configPath, overrides, notes, dataFolders: args.all('data'), signal, ...(threads === undefined ? {} : { threads }) })).statements;
  const { spec, path } = withoutSweep(await readConfig(configPath, overrides));
  return notes.of(spec, path);
}

function rowOf({ id, name, available, note }: Device, said: Statement | undefined): string[] {
  // Whether a device is there is looked at now; what a check said may be of an earlier day.
  if (!available || said === undefined) return [id, name, available ? 'available' : 'not available', note ?? ''];
  return [id, name, 'available', `${said.text}${said.measured === undefined ? '' : ` (measured ${new Date(said.measured).toISOString().slice(0, 10)})`}`];
}
