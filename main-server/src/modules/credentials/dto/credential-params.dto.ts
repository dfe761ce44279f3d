import { credentialKinds, type CredentialKind } from '@codex-webapp/contracts';
import { IsIn } from 'class-validator';
import { AgentParams } from '../../../common/dto/agent-params.dto.ts';

export class CredentialParams extends AgentParams {
  @IsIn(credentialKinds)
  readonly kind: CredentialKind;
}
