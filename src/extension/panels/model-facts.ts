// What only the program can tell of a config as it is saved: the shape of its data, where the text does not say it, and the memory that
// training takes. Asked once for every saved text, in trusted workspaces; it opens the data that the config names.
import * as vscode from 'vscode';
import { messageOf } from '../../core/errors.ts';
import type { ShownModel } from '../../protocol/messages.ts';
import { ask } from '../program.ts';
import { dataFoldersOf } from '../settings.ts';
import type { Studio } from '../studio.ts';

interface Facts {
  readonly inputShape: readonly number[];
  readonly memory?: NonNullable<ShownModel['memory']>;
}

export class ModelFacts {
  private asked: string | undefined;
  private known: { readonly text: string; readonly facts: Facts } | undefined;
  private failed: string | undefined;
  private asking: AbortController | undefined;

  constructor(private readonly studio: Pick<Studio, 'program' | 'log'>, private readonly onNews: () => void) {}

  /** The shape of a sample when the file was saved last. */
  get shape(): readonly number[] | undefined {
    return this.known?.facts.inputShape;
  }

  /** Why the shape is not known. */
  get failure(): string | undefined {
    return this.failed;
  }

  /** What is known of the file with exactly that text. */
  of(text: string): Facts | undefined {
    return this.known?.text === text ? this.known.facts : undefined;
  }

  /** Begins to ask about a saved text, unless that was done. */
  ask(file: string, text: string): void {
    if (!vscode.workspace.isTrusted || this.asked === text) return;
    this.asked = text;
    this.asking?.abort();
    const asking = this.asking = new AbortController();
    const folders = dataFoldersOf(vscode.Uri.file(file)).flatMap(folder => ['--data', folder]);
    ask(this.studio.program, ['summary', file, ...folders], { signal: asking.signal }).then(answer => {
      const facts = factsOf(answer);
      if (facts === undefined || asking.signal.aborted) return;
      this.known = { text, facts };
      this.failed = undefined;
      this.onNews();
    }).catch((error: unknown) => {
      if (asking.signal.aborted) return;
      this.failed = messageOf(error);
      this.studio.log.warn(`Model page: ${this.failed}`);
      this.onNews();
    });
  }

  dispose(): void {
    this.asking?.abort();
  }
}

function factsOf(answer: unknown): Facts | undefined {
  if (typeof answer !== 'object' || answer === null || !('inputShape' in answer) || !Array.isArray(answer.inputShape)) return undefined;
  const inputShape = answer.inputShape.filter((extent): extent is number => typeof extent === 'number');
  const memory = 'memory' in answer ? answer.memory : undefined;
  const isMemory = (value: unknown): value is NonNullable<ShownModel['memory']> => typeof value === 'object' && value !== null
    && 'bytes' in value && typeof value.bytes === 'number' && 'batchSize' in value && typeof value.batchSize === 'number';
  return { inputShape, ...(isMemory(memory) ? { memory } : {}) };
}
