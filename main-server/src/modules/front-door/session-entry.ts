import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { DomainError } from '@codex-webapp/nest-kit';
import { z } from 'zod';
import type { Eventual } from '../../common/eventual.ts';
import { PublicOrigin } from '../../common/public-origin.ts';
import { TicketsService } from '../tickets/tickets.service.ts';
import { answerJson, plainHeaders } from './answers.ts';
import { answerPage } from './pages.ts';
import { SessionGuests, type HostedSession } from './session-guests.ts';
import { SessionOriginGrantsService } from './session-origin-grants.service.ts';
import { enterScript, signedOutScript } from './session-entry.scripts.ts';

export interface EntryRoute {
  readonly method: string;
  readonly path: string;
  /** Whether who has not entered yet may ask it. */
  readonly isPublic: boolean;
  readonly answer: (
    request: IncomingMessage,
    response: ServerResponse,
    session: HostedSession,
  ) => Eventual<void>;
}

const entrySchema = z.strictObject({ ticket: z.string().min(1).max(256) });
const bodyMaxBytes = 4 * 1024;

/** `/__session/*`, on the session's own origin and on those of its previews: turns a ticket into the cookie of a session's origin. The ticket is in the fragment, so that no server sees it in a URL. */
@Injectable()
export class SessionEntry {
  readonly routes: readonly EntryRoute[] = [
    {
      method: 'GET',
      path: '/__session/enter',
      isPublic: true,
      answer: (_request, response, session) => this.showEntering(response, session),
    },
    {
      method: 'POST',
      path: '/__session/enter',
      isPublic: true,
      answer: (request, response, session) => this.enter(request, response, session),
    },
    {
      method: 'GET',
      path: '/__session/enter.js',
      isPublic: true,
      answer: (_request, response) => answerScript(response, enterScript),
    },
    {
      method: 'GET',
      path: '/__session/signed-out.js',
      isPublic: true,
      answer: (_request, response) => answerScript(response, signedOutScript),
    },
    {
      method: 'GET',
      path: '/__session/config.json',
      isPublic: false,
      answer: (_request, response, session) => this.showConfig(response, session),
    },
  ];

  constructor(
    private readonly guests: SessionGuests,
    private readonly grants: SessionOriginGrantsService,
    private readonly tickets: TicketsService,
    private readonly publicOrigin: PublicOrigin,
  ) {}

  /** @throws route.not_found, ticket.invalid, request.invalid, login.expired */
  async answer(
    request: IncomingMessage,
    response: ServerResponse,
    session: HostedSession,
    path: string,
  ): Promise<void> {
    const route = this.routes.find((each) => each.method === request.method && each.path === path);
    if (!route) throw new DomainError('route.not_found', { message: 'There is nothing here.' });
    if (!route.isPublic) await this.guests.getGuest(request, session);
    return route.answer(request, response, session);
  }

  /** For a page that was opened without a cookie: the app around it lets it enter again. */
  showSignedOut(response: ServerResponse, session: HostedSession): void {
    answerPage(response, {
      status: 401,
      title: 'Open this session from the app',
      paragraphs: ['This page opens inside the app only, for who is logged in there.'],
      link: { href: `${this.publicOrigin.app}/sessions/${session.id}`, text: 'Open it there' },
      script: '/__session/signed-out.js',
      data: { app: this.publicOrigin.app },
      frameAncestors: session.frameAncestors,
    });
  }

  private showEntering(response: ServerResponse, session: HostedSession): void {
    answerPage(response, {
      status: 200,
      title: 'Opening the session',
      paragraphs: ['One moment …'],
      script: '/__session/enter.js',
      data: { app: this.publicOrigin.app },
      frameAncestors: session.frameAncestors,
    });
  }

  private async enter(
    request: IncomingMessage,
    response: ServerResponse,
    session: HostedSession,
  ): Promise<void> {
    const { ticket } = await readEntry(request);
    const subject = this.tickets.redeem(ticket, 'enter', { sessionId: session.id, origin: session.origin });
    const secret = await this.grants.create(subject);
    response.writeHead(204, { ...plainHeaders, 'set-cookie': this.guests.writeCookie(secret) }).end();
  }

  private showConfig(response: ServerResponse, session: HostedSession): void {
    // A preview's page is the container's; that the cookie is kept is all it may hear.
    const config = 'port' in session ? {} : { appOrigin: this.publicOrigin.app, sessionId: session.id };
    answerJson(response, 200, config);
  }
}

async function readEntry(request: IncomingMessage): Promise<z.output<typeof entrySchema>> {
  if (!/^application\/json(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new DomainError('request.unsupported_media_type', { message: 'Send JSON.' });
  }
  if (Number(request.headers['content-length'] ?? 0) > bodyMaxBytes) throw tooLarge();
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > bodyMaxBytes) throw tooLarge();
  }
  try {
    return entrySchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DomainError('request.invalid', { message: 'Send {"ticket": "…"}.', cause });
  }
}

function tooLarge(): DomainError {
  return new DomainError('request.too_large', { message: 'The body is too large.' });
}

function answerScript(response: ServerResponse, script: string): void {
  response.writeHead(200, { ...plainHeaders, 'content-type': 'text/javascript; charset=utf-8' }).end(script);
}
