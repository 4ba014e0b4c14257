// What is remembered of devices, in the user's cache folder: checks by program and driver, so that none is repeated, and what was
// last said of each device for a config, so that a list of devices can show it without looking at any data.
import * as path from 'node:path';
import { StudioError } from '../core/errors.ts';
import { userCacheFolder } from '../core/user-folders.ts';
import { verdictBook, type CheckOptions } from '../engine/checks.ts';
import type { Choice, Statement } from '../engine/choose.ts';
import { Notebook } from '../engine/notebook.ts';
import type { Spec } from '../spec/schema.ts';
import { productVersion } from './version.ts';

/** What was said of the devices for one config. */
interface Said {
  readonly statements: readonly Statement[];
}

const isSaid = (value: object): value is Said =>
  'statements' in value && Array.isArray(value.statements) && value.statements.every((item: Partial<Statement> | null) => typeof item?.id === 'string' && typeof item.text === 'string');

export class DeviceNotes {
  private readonly verdicts;
  private readonly said: Notebook<Said>;

  /** @param folder the user's cache folder for devices when left out. */
  constructor(folder: string = userCacheFolder('devices')) {
    this.verdicts = verdictBook(path.join(folder, 'checks'));
    this.said = new Notebook(path.join(folder, 'configs'), isSaid);
  }

  /** For `chooseDevice`. */
  get options(): Pick<CheckOptions, 'book' | 'version'> {
    return { book: this.verdicts, version: productVersion };
  }

  /** What was said of each device for this config; empty when it was never trained nor checked. */
  of(spec: Spec, configPath: string): readonly Statement[] {
    return this.said.find(keyOf(spec, configPath))?.statements ?? [];
  }

  /** Remembers what `choose` says, or how it refuses the device that was asked for. */
  async choosing(spec: Spec, configPath: string, choose: () => Promise<Choice>): Promise<Choice> {
    try {
      const choice = await choose();
      this.remember(spec, configPath, choice.statements);
      return choice;
    } catch (error) {
      const refused = error instanceof StudioError ? error.options.details as { readonly statement?: Statement } | undefined : undefined;
      if (refused?.statement !== undefined) this.remember(spec, configPath, [refused.statement]);
      throw error;
    }
  }

  /** @returns how many checks there were. */
  forget(): number {
    this.said.forget();
    return this.verdicts.forget();
  }

  private remember(spec: Spec, configPath: string, statements: readonly Statement[]): void {
    const telling = statements.filter(({ asked, measured }) => !asked || measured !== undefined);
    if (telling.length === 0) return;
    // A single device was asked for: the others stand as they were.
    const others = telling.some(({ asked }) => !asked) ? [] : this.of(spec, configPath).filter(({ id }) => telling.every(told => told.id !== id));
    this.said.keep(keyOf(spec, configPath), { statements: [...telling, ...others] });
  }
}

/** A config as far as it decides on the programs: how long it trains and what is shown does not. */
function keyOf({ name: _name, seed: _seed, views: _views, sweep: _sweep, training: { epochs: _epochs, earlyStopping: _stopping, ...training }, ...rest }: Spec, configPath: string): string {
  return JSON.stringify([path.dirname(path.resolve(configPath)), rest, training]);
}
