import { Injectable } from '@nestjs/common';
import type { Cursor, ServerFrameOf } from '@codex-webapp/contracts';
import { SessionContainersService } from '../containers/session-containers.service.ts';
import { HistoryService } from '../history/history.service.ts';
import { MessagesService } from '../messages/messages.service.ts';
import { PromptsService } from '../prompts/prompts.service.ts';
import { TurnsService } from '../prompts/turns.service.ts';
import { AgentRequestsService } from '../agent-requests/agent-requests.service.ts';
import { PreparationsService } from '../preparations/preparations.service.ts';
import { sessionNotFound, SessionStateService } from '../session-state/session-state.service.ts';
import { mergeDeltas } from './merge-deltas.ts';

type DeepReadonly<T> = { readonly [K in keyof T]: DeepReadonly<T[K]> };

export type Snapshot = DeepReadonly<ServerFrameOf<'snapshot'>>;

/** Everything a client needs to draw a session. Costs the same however long the history is. */
@Injectable()
export class SnapshotsService {
  constructor(
    private readonly sessions: SessionStateService,
    private readonly containers: SessionContainersService,
    private readonly messages: MessagesService,
    private readonly prompts: PromptsService,
    private readonly turns: TurnsService,
    private readonly requests: AgentRequestsService,
    private readonly preparations: PreparationsService,
    private readonly history: HistoryService,
  ) {}

  /** To be called where nothing changes the session meanwhile; see HistoryService.open. @throws session.not_found */
  async read(sessionId: string, cursor: Cursor): Promise<Snapshot> {
    const session = await this.sessions.find(sessionId);
    if (!session || session.deletingAt !== null) throw sessionNotFound();
    const page = await this.messages.page(sessionId);
    const openTurns = await this.turns.listOpen(sessionId);
    return {
      type: 'snapshot',
      cursor,
      session: this.sessions.toResponse(session),
      container: await this.containers.status(session),
      messages: page.messages,
      nextBefore: page.nextBefore,
      openEntries: mergeDeltas(await this.history.eventsOfTurns(sessionId, openTurns)),
      prompts: (await this.prompts.listOpen(session)).prompts,
      isPaused: session.isQueuePaused,
      requests: await this.requests.listShown(sessionId, await this.turns.findNewestId(sessionId)),
      preparation: await this.preparations.find(sessionId),
    };
  }
}
