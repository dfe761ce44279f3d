import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { DomainError } from '@codex-webapp/nest-kit';
import { answerError } from './answers.ts';
import { previewLimits } from './container-limits.ts';
import { ContainerRequests, badContainerAnswer, bodyTooLarge } from './container-requests.ts';
import { OpenExchanges } from './open-exchanges.ts';
import { answerPage } from './pages.ts';
import { toPortHeaders, toPreviewHeaders, toPreviewLocation } from './preview-headers.ts';
import { ProxiedExchange, type AnswerHead } from './proxied-exchange.ts';
import { isNavigation } from './request-origin.ts';
import type { Guest, HostedPreview } from './session-guests.ts';

/** Hands a request to a port of the session's container, and the answer back without power over anything but its own origin. */
@Injectable()
export class PreviewProxy {
  constructor(
    private readonly requests: ContainerRequests,
    private readonly exchanges: OpenExchanges,
  ) {}

  /** Answers in any case. @throws request.too_many, request.too_large, origin.forbidden, … before */
  pass(request: IncomingMessage, response: ServerResponse, guest: Guest<HostedPreview>): void {
    assertPassable(request);
    // Gone while we looked it up; it would never be told to be over.
    if (response.destroyed) return;
    const { session, user } = guest;
    const opensPage = isNavigation(request);
    const exchange = new ProxiedExchange({
      request,
      response,
      limits: previewLimits,
      open: () => this.requests.openPort(request, guest, toPortHeaders(request, session)),
      toHead: (answer) => toHead(answer, { request, response, session, opensPage }),
      answerFailure: (_response, error) =>
        opensPage ? showUnreachable(response, session, error) : answerError(response, error),
    });
    const remove = this.exchanges.add(
      {
        sessionId: session.id,
        origin: session.origin,
        loginId: user.loginId,
        abort: () => exchange.abort(),
      },
      previewLimits.exchangesMax,
    );
    response.once('close', remove);
    exchange.start();
  }
}

/** A worker would stay on the origin and answer for whatever listens on this port next. */
function assertPassable({ headers }: IncomingMessage): void {
  if (headers['service-worker'] !== undefined) {
    throw new DomainError('origin.forbidden', { message: 'A preview has no service workers.' });
  }
  if (Number(headers['content-length'] ?? 0) > previewLimits.requestBodyMaxBytes) throw bodyTooLarge();
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly session: HostedPreview;
  readonly opensPage: boolean;
}

function toHead(
  answer: IncomingMessage,
  { request, response, session, opensPage }: Asked,
): AnswerHead | null {
  const status = answer.statusCode ?? 0;
  if (status < 200 || status > 599) throw badContainerAnswer();
  const headers = toPreviewHeaders(answer.headers, session);
  const { location } = answer.headers;
  if (location === undefined) return { status, headers };
  const target = toPreviewLocation(location, request, session);
  if (target && 'inside' in target) return { status, headers: { ...headers, location: target.inside } };
  // Only a created thing says in `Location` where it is, without sending anybody there.
  if (status < 300 || status > 399) return { status, headers };
  if (!target || !opensPage) throw badContainerAnswer();
  showWayOut(response, session, target.outside);
  return null;
}

/** Who follows it, knows where to: in a frame, the address of a foreign page is nowhere to be seen. */
function showWayOut(response: ServerResponse, { port, frameAncestors }: HostedPreview, target: URL): void {
  answerPage(response, {
    status: 200,
    title: 'This preview leads elsewhere',
    paragraphs: [
      `What listens on port ${port} sends you to ${target.host}, which is not part of this session.`,
    ],
    link: { href: target.href, text: `Open ${target.host} in a new tab` },
    frameAncestors,
  });
}

function showUnreachable(response: ServerResponse, session: HostedPreview, error: unknown): void {
  if (!(error instanceof DomainError)) return answerError(response, error);
  answerPage(response, {
    status: error.definition.status,
    title: `Nothing answers on port ${session.port}`,
    paragraphs: [
      'The container does not run, or no program in it listens there yet. Start the server, then load this page again.',
    ],
    frameAncestors: session.frameAncestors,
  });
}
