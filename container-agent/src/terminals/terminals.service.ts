import { randomUUID } from 'node:crypto';
import {
  terminalLimits,
  type CreateTerminalRequest,
  type TerminalListResponse,
} from '@codex-webapp/contracts';
import type { TerminalResponse } from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { type ConfigType } from '@nestjs/config';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { AgentSettingsService } from '../agent-settings/agent-settings.service.ts';
import { agentEnvironmentConfig } from '../agents/agents.config.ts';
import { agentEnvironment } from '../process/environment.ts';
import { startPty, type Pty } from '../process/pty.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { AnswerBudget } from './answer-budget.ts';
import { findShell } from './shell-program.ts';
import { Terminal } from './terminal.ts';
import { toTerminalResponse } from './terminal.mapper.ts';
import { TerminalScreen } from './terminal-screen.ts';

/** The terminals of this container. They live until their shell ends, somebody closes them, or the container ends. */
@Injectable()
export class TerminalsService implements OnApplicationShutdown {
  private readonly logger = new Logger(TerminalsService.name);
  private readonly terminals = new Map<string, Terminal>();
  /** Shells that ended and left something running, which ends with the container at the latest. */
  private leftovers: readonly Terminal[] = [];
  private starting = 0;
  private count = 0;

  constructor(
    @Inject(sessionConfig.KEY) private readonly config: SessionConfig,
    @Inject(agentEnvironmentConfig.KEY)
    private readonly environment: ConfigType<typeof agentEnvironmentConfig>,
    private readonly settings: AgentSettingsService,
    private readonly clock: Clock,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    const all = [...this.terminals.values(), ...this.leftovers];
    await Promise.all(all.map((terminal) => terminal.kill()));
  }

  list(): TerminalListResponse {
    return { terminals: [...this.terminals.values()].map(toTerminalResponse) };
  }

  /** @throws terminal.limit_reached, terminal.unavailable */
  async create(size: CreateTerminalRequest): Promise<TerminalResponse> {
    if (this.terminals.size + this.starting >= terminalLimits.terminalsMax) {
      throw new DomainError('terminal.limit_reached', {
        message: `A session has at most ${terminalLimits.terminalsMax} terminals. Close one of them first.`,
      });
    }
    this.starting += 1;
    try {
      const terminal = await this.start(size);
      this.keep(terminal);
      return toTerminalResponse(terminal);
    } catch (cause) {
      throw new DomainError('terminal.unavailable', {
        message: 'A terminal cannot be started here. The log of the container says why.',
        cause,
      });
    } finally {
      this.starting -= 1;
    }
  }

  /** @throws terminal.not_found */
  get(id: string): Terminal {
    const terminal = this.terminals.get(id);
    if (terminal) return terminal;
    throw new DomainError('terminal.not_found', { message: 'This terminal is closed.' });
  }

  /** Ends the shell and all it started. @throws terminal.not_found */
  async remove(id: string): Promise<void> {
    const terminal = this.get(id);
    this.terminals.delete(id);
    await terminal.kill();
  }

  private async start({ cols, rows }: CreateTerminalRequest): Promise<Terminal> {
    const id = randomUUID();
    const size = { cols, rows };
    const budget = new AnswerBudget(this.clock);
    let pty: Pty | null = null;
    const screen = await TerminalScreen.create(size, (answer) => {
      if (budget.take()) pty?.write(answer);
    });
    const { homePath, workspacePath } = this.config;
    const variables = await this.findVariables();
    pty = await startPty(findShell(), [], {
      ...size,
      cwd: workspacePath,
      env: {
        ...agentEnvironment(this.environment, { home: homePath, workspacePath }),
        ...variables,
        COLORTERM: 'truecolor',
      },
      marker: `terminal-${id}`,
    });
    this.count += 1;
    return new Terminal({
      id,
      number: this.count,
      createdAt: this.clock.date(),
      size,
      pty,
      screen,
      clock: this.clock,
    });
  }

  /** A terminal is what people look for trouble with: without main-server it opens all the same. */
  private async findVariables(): Promise<Readonly<Record<string, string>>> {
    try {
      return (await this.settings.find()).environment;
    } catch (error) {
      this.logger.warn({ msg: 'A terminal starts without the variables of its session', err: error });
      return {};
    }
  }

  private keep(terminal: Terminal): void {
    this.terminals.set(terminal.id, terminal);
    this.logger.log({ msg: 'Terminal started', terminalId: terminal.id });
    void terminal.exited.then(() => {
      this.terminals.delete(terminal.id);
      this.leftovers = [...this.leftovers, terminal].filter((one) => one.isAlive());
      this.logger.log({ msg: 'Terminal ended', terminalId: terminal.id });
    });
  }
}
