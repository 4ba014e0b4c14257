// One stretch of work on a run: it prepares, runs the loop and brings the run to an orderly end, whatever happens; what was reached is
// safe in the run folder at any moment.
import { configFolders } from '../core/config-folders.ts';
import { messageOf, StudioError } from '../core/errors.ts';
import { createBatchSource } from '../data/batches.ts';
import type { LoadOptions } from '../data/dataset.ts';
import type { Statement } from '../engine/choose.ts';
import type { Device } from '../engine/engine.ts';
import { codeReach } from '../model/code-reach.ts';
import { countParameters } from '../model/summary.ts';
import { COLUMNS_FILE, columnsJson, columnsOf, readColumns } from '../runs/columns.ts';
import type { RunEvent, RunInfo, RunOutcome, TensorFile } from '../runs/events.ts';
import { RunTensorBoard } from '../runs/tensorboard.ts';
import type { RunWriter } from '../runs/writer.ts';
import { formatDiagnostic, type Diagnostic } from '../spec/diagnostics.ts';
import { Background } from './background.ts';
import { BaselineTask, baselineWarning } from './baseline-task.ts';
import { Breath } from './breath.ts';
import { hasCheckpoint, lossFacts, readCheckpoint, startPosition, stateOf, type Position } from './checkpoint.ts';
import { CompiledPrograms } from './compiled.ts';
import { checkedConfig, type Config } from './config.ts';
import { Control } from './control.ts';
import { Evaluator } from './evaluate.ts';
import { fitOfData } from './data-fit.ts';
import { DeviceNotes } from './device-notes.ts';
import { openExperiment, stepsPerEpochOf, type Experiment } from './experiment.ts';
import { writeFinalPictures } from './final-pictures.ts';
import { log } from './log.ts';
import { TrainingLoop, type LoopEnd, type Training } from './loop.ts';
import { metricsWarning } from './meaningful.ts';
import { ModelFiles } from './models.ts';
import { batchPlan, prepareSession, progressText, readingText, type Prepared } from './prepare.ts';
import { Pretraining } from './pretrain.ts';
import { RebuiltAs } from './probe-rebuilt.ts';
import { Recorder, type NewEvent } from './recorder.ts';
import { StatusReporter, type Facts } from './status.ts';
import type { TrainOptions, TrainResult } from './trainer.ts';
import type { Beginning } from './transfer.ts';
import { versions } from './version.ts';
import { judgedSplit, Views } from './views.ts';

type CommonOptions = Pick<TrainOptions, 'dataFolders' | 'cacheFolder' | 'devicesFolder' | 'signal' | 'onStatus' | 'onEvent' | 'onRun' | 'batchWorker'>;

/** One stretch of work on a run, from an open folder to its end. */
export class RunWork {
  private readonly tensorboard: RunTensorBoard;
  private readonly recorder: Recorder;
  private status: StatusReporter | undefined;
  private position: Position = startPosition;
  /** Why the output cannot be what the data is. */
  private outOfReach: string | undefined;
  private readonly warned = new Set<string>();

  constructor(
    private readonly writer: RunWriter,
    private readonly config: Config,
    private readonly options: CommonOptions,
    private readonly device: string,
    private readonly threads: number | undefined,
  ) {
    this.tensorboard = new RunTensorBoard(writer.folder);
    this.recorder = new Recorder(writer, this.tensorboard, options.onEvent);
  }

  /** @param untold events that the checkpoint knows and events.jsonl does not. */
  async work(start: Position, beginning: Beginning | undefined, untold: readonly RunEvent[]): Promise<TrainResult> {
    this.position = start;
    try {
      const status = this.status = new StatusReporter(this.writer, this.startFacts(start), this.options.onStatus);
      this.options.onRun?.({ id: this.writer.id, folder: this.writer.folder });
      status.write();
      log(this.writer, `${start.step === 0 ? 'Started' : `Resumed after ${start.epoch} epochs, step ${start.step}`} by process ${process.pid}. aeconf ${versions()['aeconf']}, Node ${process.version}.`);
      this.warn(this.config.warnings);
      if (start.step !== 0) this.tensorboard.event({ type: 'resume', time: Date.now(), ...this.at() });
      for (const event of untold) this.recorder.record(event);
      const { experiment, prepared } = await this.prepare(status, beginning);
      try {
        return await this.trainIn(experiment, prepared, status, start, beginning?.tensors ?? {});
      } finally {
        await prepared.session.dispose();
      }
    } catch (error) {
      this.endBadly(error);
      throw error;
    } finally {
      this.status?.close();
      this.tensorboard.close();
      this.writer.close();
    }
  }

  private startFacts(start: Position): Facts {
    return { state: 'preparing', epochs: this.config.spec.training.epochs, ...this.at(), message: 'Reading the data', ...lossFacts(start, this.config.spec) };
  }

  /** The place of an event that happens now. */
  private at(): { readonly epoch: number; readonly step: number } {
    if (this.status) return this.status.place;
    return this.placeOf(this.position);
  }

  private placeOf({ epoch, stepInEpoch, step }: Position): { readonly epoch: number; readonly step: number } {
    const { stepsPerEpoch } = this.writer.info;
    return { epoch: epoch + (stepsPerEpoch > 0 ? stepInEpoch / stepsPerEpoch : 0), step };
  }

  private tell(event: NewEvent): void {
    this.recorder.record(this.recorder.stamp(event));
  }

  private alert(level: 'info' | 'warning' | 'error', message: string): void {
    log(this.writer, message);
    this.tell({ type: 'alert', level, message, ...this.at() });
  }

  /** Says what was found in the config, each thing once: the shape of the data shows more. */
  private warn(warnings: readonly Diagnostic[]): void {
    for (const text of warnings.map(formatDiagnostic)) {
      if (!this.warned.has(text)) this.alert('warning', text);
      this.warned.add(text);
    }
  }

  private requireGoingOn(): void {
    if (this.options.signal?.aborted) throw new StudioError('cancelled', 'Stopped before training began.');
  }

  private async prepare(status: StatusReporter, beginning: Beginning | undefined): Promise<{ experiment: Experiment; prepared: Prepared }> {
    const { dataFolders, cacheFolder, signal } = this.options;
    const { spec, path: configPath } = this.config;
    const experiment = await openExperiment(spec, {
      baseFolders: configFolders(configPath), dataFolders,
      ...(cacheFolder === undefined ? {} : { cacheFolder }),
      ...(signal === undefined ? {} : { signal }),
      onProgress: progress => status.refresh({ message: progressText(progress) }),
      ...await this.dataBefore(),
    }, shape => { this.warn(checkedConfig(this.config.text, configPath, this.config.overrides, shape).warnings); });
    this.requireGoingOn();
    this.requireSameData(experiment);
    await this.meetData(experiment);
    const unmeasured = metricsWarning(spec.training.metrics, experiment.dataset, judgedSplit(experiment));
    if (unmeasured !== undefined) this.alert('warning', unmeasured);
    status.write({ message: 'Choosing a device' });
    const prepared = await prepareSession(experiment, () => beginning?.state(experiment) ?? experiment.programs.initialState(spec.seed), this.device, {
      threads: this.threads, configPath, notes: new DeviceNotes(this.options.devicesFolder),
    });
    const { dataset, model } = experiment;
    const { total, trainable } = countParameters(model.parameters);
    const reach = codeReach(model);
    const { device: { id, name }, statements } = prepared.choice;
    log(this.writer, `${dataset.name}: ${dataset.train.count} + ${dataset.validation.count} samples of ${dataset.shape.join('×')}. ${total} parameters. Device: ${name}.`);
    for (const { name: which, text } of statements) log(this.writer, `${which}: ${text}.`);
    const reading = readingText(dataset);
    if (reading !== undefined) this.alert('info', reading);
    const begun = beginning?.describe?.(experiment);
    if (begun !== undefined) this.alert('info', begun);
    this.writer.updateInfo({
      device: { id, name, ...reasonsOf(statements, this.writer.info.device) },
      dataset: {
        name: dataset.name, shape: dataset.shape, train: dataset.train.count, validation: dataset.validation.count,
        ...(dataset.classNames ? { classNames: dataset.classNames } : {}),
        ...(dataset.train.stored ? { fromDisk: true as const } : {}),
      },
      model: { latentShape: model.latentShape, parameters: total, trainable, ...(reach === undefined ? {} : { codes: reach }) },
      stepsPerEpoch: stepsPerEpochOf(experiment),
    });
    this.requireGoingOn();
    return { experiment, prepared };
  }

  /** Where the samples were when the run began, on which their order, and so every batch, depends; and how their columns were normalised. */
  private async dataBefore(): Promise<Pick<LoadOptions, 'place' | 'normalization'>> {
    const { train, fromDisk } = this.writer.info.dataset;
    if (train === 0) return {};
    const normalization = (await readColumns(this.writer.folder))?.normalization;
    return { place: fromDisk ? 'disk' : 'memory', ...(normalization === undefined ? {} : { normalization }) };
  }

  /** Says what was made of the data, and where the experiment is made for other numbers. @throws StudioError('data') when it can only fail. */
  private async meetData(experiment: Experiment): Promise<void> {
    const { dataset } = experiment;
    for (const note of dataset.notes ?? []) this.alert('info', note);
    const { output, corruption } = fitOfData(experiment);
    const warnings = [output, corruption].filter(warning => warning !== undefined);
    for (const warning of warnings) this.alert('warning', warning);
    if (warnings.length > 0) this.status?.note({ warning: warnings.join(' ') });
    this.outOfReach = output;
    const columns = columnsOf(dataset);
    if (columns !== undefined) await this.writer.file(COLUMNS_FILE, Buffer.from(columnsJson(columns)));
  }

  /** A run that goes on with other data would not be the same run. */
  private requireSameData({ dataset }: Experiment): void {
    const before = this.writer.info.dataset;
    if (before.train === 0) return;
    const now = { shape: dataset.shape.join('×'), train: dataset.train.count, validation: dataset.validation.count };
    if (now.shape === before.shape.join('×') && now.train === before.train && now.validation === before.validation) return;
    throw new StudioError('data', `The data is not what the run was started with: ${now.train} + ${now.validation} samples of ${now.shape} now, ${before.train} + ${before.validation} of ${before.shape.join('×')} then. Bring the old data back, or start a new run.`);
  }

  private async trainIn(experiment: Experiment, { session, choice }: Prepared, status: StatusReporter, start: Position, kept: TensorFile): Promise<TrainResult> {
    const { writer, options, recorder } = this;
    const { dataset, spec, programs } = experiment;
    const source = createBatchSource(dataset.train, dataset, batchPlan(experiment), { workerPath: options.batchWorker });
    const compiled = new CompiledPrograms(session, programs, source.samples === undefined ? {} : { trainStep: { target: source.samples } });
    const evaluator = new Evaluator(experiment, compiled);
    const breath = new Breath();
    const training: Training = {
      experiment, epochs: spec.training.epochs, source, compiled, evaluator, breath,
      views: new Views(experiment, evaluator),
      rebuilt: new RebuiltAs(experiment, evaluator, writer),
      models: new ModelFiles(programs, writer, breath, columnsOf(dataset)),
      writer, recorder, status,
      control: new Control(writer.folder, options.signal),
      background: new Background(),
      baseline: new BaselineTask(experiment, session, writer, message => { this.alert('warning', message); }),
    };
    try {
      status.note({ epochs: spec.training.epochs });
      if (start.step <= 0) await training.background.start(() => training.views.writeSamples(writer));
      await this.prepareRebuilt(training);
      const pretrained = await this.pretrain(training, choice.device, start, kept);
      status.begin(seenSamples(start, experiment), spec.training.epochs * dataset.train.count);
      const end = pretrained === 'stopped' ? { why: pretrained, position: this.position } : await new TrainingLoop(training, this.position).run();
      this.position = end.position;
      await training.background.idle();
      return await this.end(training, end);
    } finally {
      // What is still being written gets to its end; its own errors matter less than the one that brought us here.
      await training.background.idle().catch((error: unknown) => { process.emitWarning(messageOf(error)); });
      await training.baseline.cancel().catch((error: unknown) => { process.emitWarning(messageOf(error)); });
      await training.rebuilt.close();
      await source.dispose();
    }
  }

  private async prepareRebuilt({ rebuilt, control, status }: Training): Promise<void> {
    const goOn = (): void => {
      if (control.wish() === 'stop') throw new StudioError('cancelled', 'Stopped before training began.');
    };
    await rebuilt.prepare({ threads: this.threads, goOn, tell: message => { status.refresh({ message }); } });
  }

  /** Does what comes before the first step, as far as it is not done, and says that training begins. */
  private async pretrain(training: Training, device: Device, start: Position, kept: TensorFile): Promise<'done' | 'stopped'> {
    const { experiment: { spec: { pretraining } }, status } = training;
    status.write({ state: 'training', message: '' });
    if (pretraining === undefined || start.step > 0) return 'done';
    const { threads, options: { batchWorker } } = this;
    const end = await new Pretraining(training, pretraining, device, { threads, batchWorker }).run(start, kept);
    if (end.stopped) {
      this.position = end.position;
      return 'stopped';
    }
    this.position = startPosition;
    status.write({ ...this.placeOf(startPosition), message: '' });
    return 'done';
  }

  /** Brings a run that went well to its end: the resulting weights, models, pictures, the last words. */
  private async end(training: Training, { why, position }: LoopEnd): Promise<TrainResult> {
    const { experiment: { spec }, compiled, models, status, evaluator } = training;
    const outcome: RunOutcome = why === 'stopped' ? 'stopped' : 'finished';
    const epoch = why !== 'stopped' && spec.training.earlyStopping?.restoreBest ? await this.restoreBest(training, { why, position }) : position.epoch;
    await models.write(await compiled.session.getState(), epoch);
    if (position.epoch > 0) await writeFinalPictures(training.experiment, evaluator, this.writer);
    if (outcome === 'stopped') await training.baseline.cancel();
    const baseline = position.epoch > 0 ? await training.baseline.compare(evaluator) : undefined;
    const warning = baseline && outcome === 'finished' ? baselineWarning(baseline, this.outOfReach) : undefined;
    if (warning !== undefined) this.alert('warning', warning);
    const facts = lossFacts(position, spec);
    this.tell({ type: 'end', outcome, ...this.at() });
    log(this.writer, `${outcome === 'stopped' ? 'Stopped' : 'Finished'} after ${position.epoch} epochs, step ${position.step}, ${this.writer.elapsed.toFixed(1)} s of training.`);
    // A short run ends before its baseline is known, or just after.
    if (!this.recorder.hasBaseline && baseline?.levels !== undefined) this.recorder.baseline(baseline.levels, position.step);
    status.write({ ...facts, state: outcome, message: '', ...(baseline === undefined ? {} : { pca: baseline.mse }) });
    return { id: this.writer.id, folder: this.writer.folder, outcome, ...facts, ...(baseline === undefined ? {} : { baseline }), seconds: this.writer.elapsed };
  }

  /** Brings back the weights of the best epoch. @returns the epoch whose weights the session holds now. */
  private async restoreBest({ experiment: { programs, spec }, compiled }: Training, { why, position: { epoch, best } }: LoopEnd): Promise<number> {
    if (best === undefined || best.epoch === epoch) return epoch;
    const kept = hasCheckpoint(this.writer.folder, 'best') ? await readCheckpoint(this.writer.folder, 'best') : undefined;
    if (kept?.position.epoch !== best.epoch) {
      this.alert('warning', `The weights of epoch ${best.epoch}, the best one, are not kept any more: those of epoch ${epoch} are the result.`);
      return epoch;
    }
    await compiled.session.setState(stateOf(programs, kept));
    this.alert('info', `${why === 'early stopping' ? `No improvement for ${spec.training.earlyStopping!.patience} epochs. ` : ''}The weights of epoch ${best.epoch} are the result.`);
    return best.epoch;
  }

  /** The last words of a run that failed, as far as the disk still takes them; the error itself is thrown on. */
  private endBadly(error: unknown): void {
    const cancelled = error instanceof StudioError && error.reason === 'cancelled';
    const message = messageOf(error);
    try {
      if (!cancelled) this.alert('error', message);
      this.tell({ type: 'end', outcome: cancelled ? 'stopped' : 'failed', message, ...this.at() });
      this.status?.write({ state: cancelled ? 'stopped' : 'failed', message });
    } catch (second) {
      process.emitWarning(`The run folder could not be told: ${messageOf(second)}`);
    }
  }
}

/** Why this device, and why none of the others, for run.json. A run that goes on where it was keeps its first reasons. */
function reasonsOf(statements: readonly Statement[], before: RunInfo['device']): Pick<RunInfo['device'], 'reason' | 'others'> {
  const chosen = statements.find(statement => statement.chosen)!;
  if (chosen.asked && chosen.id === before.id && before.reason !== undefined) {
    const { reason, others } = before;
    return { reason, ...(others === undefined ? {} : { others }) };
  }
  const others = statements.filter(statement => !statement.chosen).map(({ id, name, available, text }) => ({ id, name, available, reason: text }));
  return { reason: chosen.text, ...(others.length === 0 ? {} : { others }) };
}

function seenSamples({ epoch, stepInEpoch }: Position, { dataset, spec }: Experiment): number {
  return epoch * dataset.train.count + Math.min(stepInEpoch * spec.training.batchSize, dataset.train.count);
}
