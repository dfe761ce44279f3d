import { createHash } from 'node:crypto';
import { containerSettingsSchema } from '@codex-webapp/contracts';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AgentSetupError } from '../agents/programs/agent-setup.error.ts';
import { askAgain } from '../main-link/ask-again.ts';
import { MainLinkService } from '../main-link/main-link.service.ts';
import { MainServerClient } from '../main-link/main-server-client.ts';
import { type AgentSettings, type GivenSettings, nothingGiven } from './agent-settings.ts';

/** Settings as main-server gives them, kept in memory and nowhere else until it says that they changed. */
@Injectable()
export class AgentSettingsService implements AgentSettings, OnApplicationBootstrap {
  private known: GivenSettings | null = null;
  /** What was asked for before a change may be from before it. */
  private changes = 0;
  private problems: readonly string[] = [];
  private readonly told = new Set<string>();

  constructor(
    private readonly client: MainServerClient,
    private readonly link: MainLinkService,
  ) {}

  onApplicationBootstrap(): void {
    this.link.onFrame(({ type }) => {
      if (type === 'agent_settings.changed') this.forget();
    });
    // What changed while there was no link was not said.
    this.link.onReady(() => this.forget());
  }

  async find(): Promise<GivenSettings> {
    if (this.known !== null) return this.known;
    const changesBefore = this.changes;
    const settings = await this.fetch();
    if (changesBefore === this.changes) this.known = settings;
    return settings;
  }

  takeNotices(): readonly string[] {
    const notices = this.problems.filter((problem) => !this.told.has(problem));
    for (const notice of notices) this.told.add(notice);
    return notices;
  }

  private forget(): void {
    this.changes += 1;
    this.known = null;
  }

  private async fetch(): Promise<GivenSettings> {
    const answer = await askAgain(this.client, 'agent-settings');
    // An older main-server has none to give.
    if (answer === null) return nothingGiven;
    const answered = containerSettingsSchema.safeParse(answer.body);
    if (answer.status !== 200 || !answered.success) {
      throw new AgentSetupError(
        'The server does not say which variables and MCP servers this session has. Try again in a moment.',
        { cause: answered.error },
      );
    }
    const { environment, mcpServers, problems } = answered.data;
    this.problems = problems;
    const parts = JSON.stringify([environment, mcpServers]);
    return {
      revision: createHash('sha256').update(parts).digest('hex'),
      environment: Object.fromEntries(environment.map(({ name, value }) => [name, value])),
      mcpServers,
    };
  }
}
