import { agentIdPattern, type RenewLeaseRequest } from '@codex-webapp/contracts';
import { Matches } from 'class-validator';

export class RenewLeaseDto implements RenewLeaseRequest {
  @Matches(agentIdPattern)
  readonly agent: string;

  @Matches(/^[0-9a-f]{64}$/, { message: 'refusedTokenHash must be a SHA-256 in hex' })
  readonly refusedTokenHash: string;
}
