import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AgentRegistry } from '../agents/agent-registry.ts';
import { AgentLoginsService } from '../logins/agent-logins.service.ts';
import type { LinkFrame } from '../main-link/link-connection.ts';
import { MainLinkService } from '../main-link/main-link.service.ts';
import { DeadTurns } from './dead-turns.ts';
import { TitleSuggestions } from './title-suggestions.ts';
import { TurnService } from './turn.service.ts';

/** Brings main-server's frames to the turns, and the link up once the turns of an earlier process are reported. */
@Injectable()
export class TurnFrames implements OnApplicationBootstrap {
  private readonly logger = new Logger(TurnFrames.name);

  constructor(
    private readonly link: MainLinkService,
    private readonly deadTurns: DeadTurns,
    private readonly turns: TurnService,
    private readonly agents: AgentRegistry,
    private readonly logins: AgentLoginsService,
    private readonly titles: TitleSuggestions,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.deadTurns.report();
    this.titles.resume();
    this.logins.keepFilesWhile(() => this.turns.runningTurnId !== null);
    this.link.onFrame((frame) => void this.take(frame));
    this.link.start(async () => ({
      agents: await this.agents.describe(),
      runningTurnId: this.turns.runningTurnId,
    }));
  }

  private async take(frame: LinkFrame): Promise<void> {
    try {
      await this.handle(frame);
    } catch (error) {
      this.logger.error({ msg: 'A frame of main-server could not be handled', type: frame.type, err: error });
    }
  }

  private async handle(frame: LinkFrame): Promise<void> {
    switch (frame.type) {
      case 'prompt.deliver':
        return this.turns.deliver(frame);
      case 'turn.steer':
        return this.turns.steer(frame);
      case 'turn.interrupt':
        return this.turns.interrupt(frame.turnId);
      case 'agent_request.answer':
        return this.turns.answer(frame.agentRequestId, frame.answer);
      // Those who these are for listen to them themselves.
      case 'workspace.prepare':
      case 'credentials.changed':
      case 'agent_settings.changed':
      case 'error':
        return;
    }
  }
}
