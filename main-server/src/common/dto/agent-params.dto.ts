import { agentIdPattern } from '@codex-webapp/contracts';
import { Matches } from 'class-validator';

export class AgentParams {
  @Matches(agentIdPattern, { message: 'agent must be the id of an agent, such as codex' })
  readonly agent: string;
}
