import type { CreateTicketRequest } from '@codex-webapp/contracts';
import { IsIn } from 'class-validator';
import { IfGiven } from '../../../common/dto/if-given.ts';

export class CreateTicketDto implements CreateTicketRequest {
  @IfGiven()
  @IsIn(['socket', 'enter'])
  readonly purpose?: 'socket' | 'enter';
}
