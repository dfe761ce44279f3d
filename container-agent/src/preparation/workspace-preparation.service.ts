import path from 'node:path';
import { type MainFrameOf, type PreparationReport, type PreparationStep } from '@codex-webapp/contracts';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { AgentSettingsService } from '../agent-settings/agent-settings.service.ts';
import { AgentSetupError } from '../agents/programs/agent-setup.error.ts';
import { untilAborted } from '../agents/programs/until-aborted.ts';
import { agentEnvironmentConfig } from '../agents/agents.config.ts';
import { MainLinkService } from '../main-link/main-link.service.ts';
import { agentEnvironment } from '../process/environment.ts';
import { killTree } from '../process/kill-tree.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { cloneRepository, dropClone, isCloneThere, placeClone } from './clone-repository.ts';
import { PreparationLog } from './preparation-log.ts';
import { type PreparationRecord, PreparationRecords } from './preparation-records.ts';
import { PreparationReports } from './preparation-reports.ts';
import { StepFailure, type StepContext } from './preparation-step.ts';
import { runSetupScript } from './run-setup-script.ts';

export type PreparationOrder = Omit<MainFrameOf<'workspace.prepare'>, 'type'>;
type StepName = PreparationStep['name'];

interface Work {
  readonly attempt: number;
  readonly ending: AbortController;
  readonly done: Promise<void>;
}

const diskFailure = 'The workspace could not be written to. Is the disk of the session full?';

/**
 * Brings the workspace to what main-server orders before it sends prompts. What is done is written down on the volume and
 * never done again; what was under way when a process ended is begun anew; what failed waits for the next attempt.
 */
@Injectable()
export class WorkspacePreparation implements OnApplicationBootstrap {
  private readonly logger = new Logger(WorkspacePreparation.name);
  private readonly folder: string;
  private readonly records: PreparationRecords;
  private readonly reports: PreparationReports;
  private readonly marker: string;
  readonly log: PreparationLog;
  private work: Work | null = null;
  private isStopped = false;

  constructor(
    @Inject(sessionConfig.KEY) private readonly config: SessionConfig,
    @Inject(agentEnvironmentConfig.KEY)
    private readonly environment: ConfigType<typeof agentEnvironmentConfig>,
    private readonly link: MainLinkService,
    private readonly settings: AgentSettingsService,
  ) {
    this.folder = path.join(config.statePath, 'preparation');
    this.records = new PreparationRecords(this.folder);
    this.log = new PreparationLog(this.folder);
    this.reports = new PreparationReports((report) => link.send({ type: 'preparation.changed', ...report }));
    this.marker = `prepare-${config.sessionId}`;
  }

  onApplicationBootstrap(): void {
    this.link.onFrame((frame) => {
      if (frame.type === 'workspace.prepare') this.prepare(frame);
    });
  }

  /** The same order again is answered by how far it is; another one takes its place. */
  prepare(order: PreparationOrder): void {
    if (this.isStopped) return;
    if (this.work?.attempt === order.attempt) return this.reports.repeat();
    const earlier = this.work;
    const ending = new AbortController();
    earlier?.ending.abort();
    const done = this.carryOut(order, earlier, ending.signal).catch((error: unknown) => {
      this.logger.error({ msg: 'The workspace could not be prepared', err: error });
      this.reports.fail(diskFailure);
    });
    this.work = { attempt: order.attempt, ending, done };
  }

  /** Ends what is under way; the next process begins it anew. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.work?.ending.abort();
    await this.work?.done;
    this.reports.stop();
  }

  private async carryOut(order: PreparationOrder, earlier: Work | null, signal: AbortSignal): Promise<void> {
    if (earlier) await earlier.done;
    // Of the process before us, which may have ended without ending them.
    else await killTree({ root: null, marker: this.marker }, { graceMs: 0 });
    if (signal.aborted) return;
    const steps: StepName[] = [
      ...(order.repository ? (['clone'] as const) : []),
      ...(order.script === null ? [] : (['script'] as const)),
    ];
    this.reports.begin(this.describe(order.attempt, steps), this.log);
    if (steps.length === 0) await this.tidyUp();
    for (const step of steps) {
      if (!(await this.ensureDone(step, order, signal))) return;
    }
    this.reports.send();
  }

  /** False when it failed, now or before, or was ended. */
  private async ensureDone(step: StepName, order: PreparationOrder, signal: AbortSignal): Promise<boolean> {
    const { failure, ...states } = this.records.read();
    if (states[step] === 'done') return true;
    if (failure?.attempt === order.attempt && failure.step === step) {
      this.reports.fail(failure.reason, step);
      return false;
    }
    const startedAt = performance.now();
    this.reports.change(step, { state: 'running' });
    try {
      await this.run(step, order, signal);
    } catch (error) {
      if (signal.aborted) return false;
      const isExplained = error instanceof StepFailure || error instanceof AgentSetupError;
      if (!isExplained) this.logger.error({ msg: 'A step of the preparation failed', step, err: error });
      const reason = isExplained ? error.message : diskFailure;
      this.records.change({ failure: { attempt: order.attempt, step, reason } });
      this.reports.fail(reason, step);
      return false;
    } finally {
      this.log.flush();
    }
    this.records.change({ [step]: 'done', failure: null });
    const tookMs = Math.round(performance.now() - startedAt);
    this.reports.change(step, { state: 'done', detail: null, percent: null, tookMs });
    return true;
  }

  private async run(step: StepName, order: PreparationOrder, signal: AbortSignal): Promise<void> {
    const { workspacePath, homePath } = this.config;
    const context: StepContext = {
      log: this.log,
      signal,
      onProgress: (detail, percent) => this.reports.progress(step, detail, percent),
    };
    const { marker, folder } = this;
    const env = agentEnvironment(this.environment, { home: homePath, workspacePath });
    const findVariables = async () => (await untilAborted(this.settings.find(), signal)).environment;
    if (step === 'script' && order.script !== null) {
      this.log.append('$ setup script\n');
      const options = { workspacePath, folder, env: { ...env, ...(await findVariables()) }, marker };
      return runSetupScript(order.script, options, context);
    }
    if (!order.repository) return;
    if (this.records.read().clone !== 'placing' || !(await isCloneThere(workspacePath))) {
      this.log.clear();
      this.log.append(`$ git clone ${order.repository.url}\n`);
      const options = { workspacePath, env, variables: await findVariables(), marker };
      await cloneRepository(order.repository, options, context);
      this.records.change({ clone: 'placing' });
    }
    await placeClone(workspacePath);
  }

  /** Goes on without: what cannot be thrown away holds nobody up. */
  private async tidyUp(): Promise<void> {
    try {
      await dropClone(this.config.workspacePath);
    } catch (error) {
      this.logger.warn({ msg: 'What was half cloned could not be removed', err: error });
    }
  }

  private describe(attempt: number, names: readonly StepName[]): PreparationReport {
    const record = this.findRecord();
    const steps = names.map((name): PreparationStep => {
      const state = record?.[name] === 'done' ? 'done' : 'waiting';
      return { name, state, detail: null, percent: null, tookMs: null };
    });
    return { attempt, steps, reason: null, tail: '' };
  }

  /** Null when it cannot be read: then the step that needs it says so, and the user can go on without. */
  private findRecord(): PreparationRecord | null {
    try {
      return this.records.read();
    } catch {
      return null;
    }
  }
}
