import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { WithoutProof } from '../common/front-door.guard.ts';
import { MainLinkService, type LinkState } from '../main-link/main-link.service.ts';
import { Outbox } from '../main-link/outbox.ts';
import { TurnService } from '../turns/turn.service.ts';
import { agentVersion } from '../version.ts';

class HealthResponse {
  @ApiProperty()
  readonly version: string;

  @ApiProperty({ enum: ['connecting', 'connected', 'waiting', 'refused', 'closed'] })
  readonly link: LinkState;

  @ApiProperty({ description: 'Events that main-server has not committed yet.' })
  readonly outboxDepth: number;

  @ApiProperty({ type: String, nullable: true })
  readonly runningTurnId: string | null;
}

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly link: MainLinkService,
    private readonly outbox: Outbox,
    private readonly turns: TurnService,
  ) {}

  @Get()
  @WithoutProof()
  @ApiOkResponse({ type: HealthResponse })
  check(): HealthResponse {
    return {
      version: agentVersion,
      link: this.link.state,
      outboxDepth: this.outbox.depth,
      runningTurnId: this.turns.runningTurnId,
    };
  }
}
