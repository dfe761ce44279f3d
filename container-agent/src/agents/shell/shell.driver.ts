import { randomUUID } from 'node:crypto';
import type { PermissionOption } from '@codex-webapp/contracts';
import { type AgentSettings, noSettings } from '../../agent-settings/agent-settings.ts';
import { agentEnvironment } from '../../process/environment.ts';
import { ProcessStartError, startProcess, type RunningProcess } from '../../process/running-process.ts';
import type { AgentAvailability, AgentDriver, AgentTurn, TurnResult } from '../agent-driver.ts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';
import { notice } from '../programs/notice.ts';
import { untilAborted } from '../programs/until-aborted.ts';
import { CommandOutput } from './command-output.ts';
import { readOutput } from './read-output.ts';

export interface ShellOptions {
  /** HOME of the commands. */
  readonly homePath: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Variables of the session; absent: none. */
  readonly settings?: AgentSettings;
}

const titleMaxLength = 200;
const commandMaxLength = 8_192;
const interruptGraceMs = 300;
/** One pipe for both streams keeps their lines in the order in which they were written. */
const joinStreams = 'exec bash -lc "$1" 2>&1';

const options: PermissionOption[] = [
  { optionId: 'allow_once', name: 'Run it', kind: 'allow_once' },
  { optionId: 'allow_always', name: 'Run all commands of this session', kind: 'allow_always' },
  { optionId: 'reject_once', name: 'Do not run it', kind: 'reject_once' },
];

/**
 * The agent without an agent: a message is a bash command. Each one begins in the workspace with a fresh login shell, so
 * `cd` and variables end with it; files and background processes stay.
 */
export class ShellDriver implements AgentDriver {
  readonly summary = {
    id: 'shell',
    name: 'Shell',
    description: 'Runs each message as a bash command in the workspace. Needs no key.',
  };
  private running: RunningProcess | null = null;
  /** The user allowed all commands; asked again after a restart of the container. */
  private isAllowedAlways = false;

  constructor(private readonly shell: ShellOptions) {}

  async check(): Promise<AgentAvailability> {
    return { isAvailable: true, reason: null };
  }

  async run(turn: AgentTurn): Promise<TurnResult> {
    const toolCallId = randomUUID();
    const title = turn.text.trim().split('\n', 1)[0]?.slice(0, titleMaxLength) || 'bash';
    const command = turn.text.slice(0, commandMaxLength);
    const mayRun = await this.askPermission(turn, toolCallId, command);
    if (mayRun === null) return { outcome: 'interrupted' };
    await turn.emit({ type: 'tool.started', toolCallId, kind: 'execute', title, command });
    if (!mayRun) {
      await turn.emit({ type: 'tool.ended', toolCallId, status: 'declined' });
      return { outcome: 'completed' };
    }
    return this.execute(turn, toolCallId);
  }

  async close(): Promise<void> {
    await this.running?.kill({ graceMs: interruptGraceMs });
  }

  /** Null when nobody answers. */
  private async askPermission(turn: AgentTurn, toolCallId: string, command: string): Promise<boolean | null> {
    if (turn.permissionMode === 'full-auto' || this.isAllowedAlways) return true;
    const answer = await turn.ask({
      type: 'permission.requested',
      agentRequestId: randomUUID(),
      toolCallId,
      title: 'Run this command?',
      detail: command,
      options,
    });
    if (!answer) return null;
    const optionId = 'optionId' in answer ? answer.optionId : 'reject_once';
    this.isAllowedAlways = optionId === 'allow_always';
    return optionId === 'allow_once' || optionId === 'allow_always';
  }

  private async execute(turn: AgentTurn, toolCallId: string): Promise<TurnResult> {
    const startedAt = performance.now();
    let running: RunningProcess;
    try {
      running = await this.start(turn);
    } catch (error) {
      if (turn.signal.aborted) {
        await turn.emit({ type: 'tool.ended', toolCallId, status: 'interrupted', exitCode: null });
        return { outcome: 'interrupted' };
      }
      await turn.emit({ type: 'tool.ended', toolCallId, status: 'failed', exitCode: null });
      return { outcome: 'failed', reason: explainStart(error) };
    }
    this.running = running;
    const kill = (): void => void running.kill({ graceMs: interruptGraceMs });
    turn.signal.addEventListener('abort', kill, { once: true });
    if (turn.signal.aborted) kill();
    const output = new CommandOutput(() => performance.now());
    await readOutput(running, async (text) => {
      const live = output.take(text);
      if (live !== '') await turn.emit({ type: 'tool.delta', toolCallId, text: live });
    });
    turn.signal.removeEventListener('abort', kill);
    this.running = null;
    const { code, signal } = await running.exited;
    const isInterrupted = turn.signal.aborted;
    await turn.emit({
      type: 'tool.ended',
      toolCallId,
      status: statusOf(isInterrupted, code),
      exitCode: code,
      output: output.replacement,
      truncated: output.isTruncated ? true : undefined,
      durationMs: Math.round(performance.now() - startedAt),
    });
    if (isInterrupted) return { outcome: 'interrupted' };
    if (signal) await turn.emit(notice('warning', `The command was ended by ${signal}.`));
    await this.tellWhatStillRuns(turn, running);
    return { outcome: 'completed' };
  }

  private async start(turn: AgentTurn): Promise<RunningProcess> {
    const { homePath: home, environment, settings = noSettings } = this.shell;
    const given = await untilAborted(settings.find(), turn.signal);
    for (const text of settings.takeNotices()) await turn.emit(notice('warning', text));
    return startProcess('/bin/bash', ['-c', joinStreams, 'bash', turn.text], {
      cwd: turn.workspacePath,
      env: {
        ...agentEnvironment(environment, { home, workspacePath: turn.workspacePath }),
        ...given.environment,
      },
      marker: turn.turnId,
      stdin: 'none',
    });
  }

  private async tellWhatStillRuns(turn: AgentTurn, running: RunningProcess): Promise<void> {
    const left = running.list();
    if (left.length === 0) return;
    const names = left.slice(0, 5).map((entry) => `${entry.name} (${entry.pid})`);
    const more = left.length > names.length ? ` and ${left.length - names.length} more` : '';
    const text = `Still running in the background: ${names.join(', ')}${more}. What they print from now on is not shown.`;
    await turn.emit(notice('info', text));
  }
}

function statusOf(isInterrupted: boolean, code: number | null): 'interrupted' | 'completed' | 'failed' {
  if (isInterrupted) return 'interrupted';
  return code === 0 ? 'completed' : 'failed';
}

function explainStart(error: unknown): string {
  if (error instanceof AgentSetupError) return error.message;
  const code = error instanceof ProcessStartError ? error.code : 'UNKNOWN';
  if (code === 'E2BIG')
    return 'The command is too long for bash. Put it into a file of the workspace and run that.';
  if (code === 'ENOENT') return 'bash or the workspace is not there. Restart the container.';
  return `The command could not be started (${code}).`;
}
