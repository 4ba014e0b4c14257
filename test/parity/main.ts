// The parts of `npm run parity` that need our own code (run.mjs calls them one by one): export FOLDER, keep FOLDER, train DEVICE
// FOLDER, move FOLDER, report FOLDER. Names with commas behind that are the courses that are meant, all others staying as they were.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../src/core/errors.ts';
import { listDevices } from '../../src/engine/engines.ts';
import { allCourses, effectOfRounding, lossesOn, openCourse } from './course.ts';
import { exportCourse } from './export.ts';
import { readGolden, writeGolden } from './golden.ts';
import { page, tableOf, type Table, type Trained } from './table.ts';

const [command, ...args] = process.argv.slice(2) as [string, ...string[]];
/** What was asked for in particular. */
const only = (names: string | undefined): readonly string[] | undefined => names?.split(',').filter(name => name !== '');
const fileOf = (folder: string, device: string): string => join(folder, `losses-${device}.json`);

/** One sample after another; what was done is kept should a later one end the process. */
async function train(id: string, folder: string, names: readonly string[]): Promise<void> {
  const device = (await listDevices({ gpus: id !== 'cpu' && id !== 'wasm' })).find(each => each.id === id);
  const trained: Trained = { device: id, name: device?.name ?? id, losses: {}, errors: {} };
  const save = (running?: string): void => {
    const errors = running === undefined ? trained.errors : { ...trained.errors, [running]: 'the process ended in it' };
    writeFileSync(fileOf(folder, id), JSON.stringify({ ...trained, errors }));
  };
  if (device === undefined || !device.available) {
    trained.missing = device?.note ?? 'there is none on this machine';
    save();
    return;
  }
  for (const name of names) {
    save(name);
    try {
      trained.losses[name] = await lossesOn(device, openCourse(name));
    } catch (error) {
      trained.errors[name] = messageOf(error);
    }
  }
  save();
}

/** What one rounding does to each sample, on the CPU. */
async function move(folder: string, names: readonly string[]): Promise<void> {
  const cpu = (await listDevices({ gpus: false })).find(({ id }) => id === 'cpu')!;
  const effects: Record<string, number> = {};
  for (const name of names) {
    effects[name] = await effectOfRounding(cpu, openCourse(name));
    writeFileSync(join(folder, 'moved.json'), JSON.stringify(effects));
  }
}

function report(folder: string, names: readonly string[] | undefined): void {
  const numbers = join('docs', 'parity.json');
  const before = names === undefined ? undefined : JSON.parse(readFileSync(numbers, 'utf8')) as Table;
  const effects = JSON.parse(readFileSync(join(folder, 'moved.json'), 'utf8')) as Record<string, number>;
  const trained = ['cpu', 'wasm', 'tensorflow', 'webgpu'].filter(id => existsSync(fileOf(folder, id)))
    .map(id => JSON.parse(readFileSync(fileOf(folder, id), 'utf8')) as Trained);
  const machine = `${cpus()[0]?.model.trim() ?? process.arch}, ${cpus().length} threads, Node ${process.versions.node}`;
  const table = tableOf(readGolden(), { machine, trained, effects }, before);
  writeFileSync(numbers, `${JSON.stringify(table, undefined, 1)}\n`);
  writeFileSync(join('docs', 'PARITY.md'), page(table));
  const over = table.rows.flatMap(row => row.cells.filter(({ fails }) => fails).map(({ device }) => `${row.name} on ${device}`));
  process.stdout.write(`docs/PARITY.md: ${table.rows.length} rows, ${over.length === 0 ? 'all within their limits' : `over their limits: ${over.join(', ')}`}.\n`);
}

switch (command) {
  case 'export': (only(args[1]) ?? allCourses()).forEach((name, place) => { exportCourse(openCourse(name), args[0]!, place); }); break;
  case 'keep': writeGolden(args[0]!, args[1] === undefined ? undefined : readGolden()); break;
  case 'train': await train(args[0]!, args[1]!, only(args[2]) ?? allCourses()); break;
  case 'move': await move(args[0]!, only(args[1]) ?? allCourses()); break;
  case 'report': report(args[0]!, only(args[1])); break;
  default: throw new Error(`There is no "${command}".`);
}
// Some drivers keep threads of their own alive.
process.exit(0);
