import { agentIdPattern, credentialKinds, type CredentialKind } from '@codex-webapp/contracts';
import { IsIn, Matches } from 'class-validator';

export class CredentialParams {
  @Matches(agentIdPattern, { message: 'agent must be the id of an agent, such as codex' })
  readonly agent: string;

  @IsIn(credentialKinds)
  readonly kind: CredentialKind;
}

export class AgentParams {
  @Matches(agentIdPattern, { message: 'agent must be the id of an agent, such as codex' })
  readonly agent: string;
}
