import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseIntPipe,
  Patch,
  Post,
  Query,
} from '@nestjs/common';
import type {
  PreviewTicketResponse,
  SessionListResponse,
  SessionOptionsResponse,
  SessionResponse,
  TicketResponse,
} from '@codex-webapp/contracts';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { CreateSessionDto } from './dto/create-session.dto.ts';
import { CreateTicketDto } from './dto/create-ticket.dto.ts';
import { ListSessionsDto } from './dto/list-sessions.dto.ts';
import { UpdateSessionDto } from './dto/update-session.dto.ts';
import { SessionCreationService } from './session-creation.service.ts';
import { SessionOptionsService } from './session-options.service.ts';
import { SessionRemovalService } from './session-removal.service.ts';
import { SessionTicketsService } from './session-tickets.service.ts';
import { SessionsService } from './sessions.service.ts';

@Controller('api/sessions')
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly creation: SessionCreationService,
    private readonly removal: SessionRemovalService,
    private readonly tickets: SessionTicketsService,
    private readonly choices: SessionOptionsService,
  ) {}

  @Get()
  list(@CurrentUser() user: AuthUser, @Query() query: ListSessionsDto): Promise<SessionListResponse> {
    return this.sessions.list(user, query);
  }

  @Post()
  create(@CurrentUser() user: AuthUser, @Body() dto: CreateSessionDto): Promise<SessionResponse> {
    return this.creation.create(user, dto);
  }

  @Get('options')
  options(@CurrentUser() user: AuthUser): Promise<SessionOptionsResponse> {
    return this.choices.list(user);
  }

  @Get(':sessionId')
  get(@CurrentUser() user: AuthUser, @Param('sessionId') sessionId: string): Promise<SessionResponse> {
    return this.sessions.get(user, sessionId);
  }

  @Patch(':sessionId')
  update(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Body() dto: UpdateSessionDto,
  ): Promise<SessionResponse> {
    return this.sessions.update(user, sessionId, dto);
  }

  @HttpCode(204)
  @Delete(':sessionId')
  remove(@CurrentUser() user: AuthUser, @Param('sessionId') sessionId: string): Promise<void> {
    return this.removal.remove(user, sessionId);
  }

  @Post(':sessionId/ws-ticket')
  issueTicket(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Body() dto: CreateTicketDto,
  ): Promise<TicketResponse> {
    return this.tickets.issue(user, sessionId, dto);
  }

  @Post(':sessionId/previews/:port/ticket')
  issuePreviewTicket(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Param('port', ParseIntPipe) port: number,
  ): Promise<PreviewTicketResponse> {
    return this.tickets.issueForPreview(user, sessionId, port);
  }
}
