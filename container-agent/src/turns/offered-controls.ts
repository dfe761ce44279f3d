import { agentControlsMaxBytes, agentControlsSchema, type AgentControls } from '@codex-webapp/contracts';
import { Injectable, Logger } from '@nestjs/common';
import { MainLinkService } from '../main-link/main-link.service.ts';

/** What each agent of this process said last that can be chosen. main-server is told of changes, and all on every link. */
@Injectable()
export class OfferedControls {
  private readonly logger = new Logger(OfferedControls.name);
  private readonly latest = new Map<string, string>();

  constructor(private readonly link: MainLinkService) {
    link.onReady(() => {
      for (const frame of this.latest.values()) this.send(frame);
    });
  }

  /** What does not fit the protocol is left out: the agent works without. */
  offer(controls: AgentControls): void {
    const parsed = agentControlsSchema.safeParse(controls);
    const frame = parsed.success ? JSON.stringify(parsed.data) : '';
    if (frame === '' || Buffer.byteLength(frame) > agentControlsMaxBytes) {
      this.logger.warn({ msg: 'What can be chosen of an agent does not fit', agent: controls.agent });
      return;
    }
    if (this.latest.get(controls.agent) === frame) return;
    this.latest.set(controls.agent, frame);
    this.send(frame);
  }

  private send(frame: string): void {
    this.link.send({ type: 'agent.controls', ...(JSON.parse(frame) as AgentControls) });
  }
}
