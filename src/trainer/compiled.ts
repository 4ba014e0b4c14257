// A session with its programs, each compiled once per batch size: the full one and that of a last, smaller batch.
import type { CompiledProgram, RowsOf, Session } from '../engine/engine.ts';
import type { Program } from '../graph/program.ts';

/** The programs of an autoencoder that are run batch by batch. */
type ProgramName = 'trainStep' | 'evaluate' | 'encode' | 'decode' | 'reconstruct' | 'locate';

export class CompiledPrograms<N extends string = ProgramName> {
  private readonly compiled = new Map<string, Promise<CompiledProgram>>();

  /** @param rowsOf by program: the matrices that its inputs are rows of. */
  constructor(
    readonly session: Session,
    private readonly programs: Readonly<Record<NoInfer<N>, (batch: number) => Program>>,
    private readonly rowsOf: Readonly<Record<string, RowsOf>> = {},
  ) {}

  get(name: N, batch: number): Promise<CompiledProgram> {
    const key = `${name} ${batch}`;
    let program = this.compiled.get(key);
    if (program === undefined) {
      program = this.session.compile(this.programs[name](batch), this.rowsOf[name]);
      this.compiled.set(key, program);
    }
    return program;
  }
}
