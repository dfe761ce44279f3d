import {
  protocolVersion,
  serverFrameSchema,
  type Cursor,
  type Entry,
  type ServerFrame,
  type ServerFrameOf,
} from '@codex-webapp/contracts';
import {
  conversationReducer,
  emptyConversation,
  type ConversationState,
} from '@codex-webapp/ui/conversation/client';
import { TicketsService } from '../../src/modules/tickets/tickets.service.ts';
import type { TestApp, TestUser } from './create-test-app.ts';
import { TestSocket } from './test-socket.ts';

/** A page that shows a session's conversation, as far as its socket goes. */
export class ConversationPage {
  private constructor(readonly socket: TestSocket<ServerFrame>) {}

  /** Connected and subscribed. */
  static async open(
    app: TestApp,
    user: TestUser,
    sessionId: string,
    cursor: Cursor | null = null,
  ): Promise<ConversationPage> {
    const page = await ConversationPage.connect(app, user, sessionId);
    page.socket.send({ type: 'subscribe', protocolVersion, cursor });
    return page;
  }

  /** Connected, and silent yet. */
  static async connect(app: TestApp, user: TestUser, sessionId: string): Promise<ConversationPage> {
    const { origin } = app;
    const url = socketUrl(app, sessionId, issueTicket(app, user, sessionId, origin));
    return new ConversationPage(await TestSocket.open<ServerFrame>(url, { host: app.host, origin }));
  }

  get entries(): readonly Entry[] {
    return this.socket.frames.flatMap((frame) => (frame.type === 'entries' ? frame.entries : []));
  }

  async waitFor<T extends ServerFrame['type']>(type: T): Promise<ServerFrameOf<T>> {
    const frame = await this.socket.wait((one) => one.type === type);
    return serverFrameSchema.parse(frame) as ServerFrameOf<T>;
  }

  /** What the page draws of all it was sent, by its own reducer. */
  get shown(): ConversationState {
    return shownBy(this.socket);
  }

  /** The first entry for which it holds. */
  async entry(matches: (entry: Entry) => boolean): Promise<Entry> {
    await this.socket.wait((frame) => frame.type === 'entries' && frame.entries.some(matches));
    return this.entries.find(matches)!;
  }

  close(): void {
    this.socket.close();
  }
}

export function shownBy({ frames }: TestSocket<ServerFrame>): ConversationState {
  return conversationReducer(emptyConversation, { type: 'frames.received', frames });
}

/** The texts that wait, in the order in which a page shows them. */
export function queueOf({ prompts }: ConversationState): readonly string[] {
  return prompts.filter(({ status }) => status === 'queued').map(({ text }) => text);
}

export function socketUrl(app: TestApp, sessionId: string, ticket: string, role = 'client'): string {
  return `${app.url.replace('http', 'ws')}/ws/sessions/${sessionId}?token=${ticket}&role=${role}`;
}

export function issueTicket(app: TestApp, user: TestUser, sessionId: string, origin: string): string {
  const { id, username, role, loginId } = user;
  const auth = { id, username, role, via: 'login', loginId, tokenId: null, scope: 'full' } as const;
  return app.get(TicketsService).issue({ purpose: 'socket', user: auth, sessionId, origin }).ticket;
}
