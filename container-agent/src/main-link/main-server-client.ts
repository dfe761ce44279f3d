import type { ErrorBody, ErrorPayload } from '@codex-webapp/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { sessionConfig, type SessionConfig } from '../session.config.ts';

/** What main-server answered; `status` 0 when it did not. */
export interface WebhookAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface WebhookRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Below `/api/container-webhooks/<session>/`. */
  readonly path: string;
  /** JSON as text, so that a repetition is the same to the byte; anything else as bytes. */
  readonly body?: string | Uint8Array;
  readonly idempotencyKey?: string;
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

const answerDeadlineMs = 30_000;

const finalStatuses: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** Speaks to the webhooks of main-server with the session token. */
@Injectable()
export class MainServerClient {
  constructor(@Inject(sessionConfig.KEY) private readonly config: SessionConfig) {}

  /** Never rejects: a server that is away answers with status 0. */
  async call(request: WebhookRequest): Promise<WebhookAnswer> {
    const { mainAppUrl, sessionId, sessionToken } = this.config;
    const deadline = AbortSignal.timeout(request.deadlineMs ?? answerDeadlineMs);
    try {
      const response = await fetch(`${mainAppUrl}/api/container-webhooks/${sessionId}/${request.path}`, {
        method: request.method,
        redirect: 'error',
        signal: request.signal ? AbortSignal.any([deadline, request.signal]) : deadline,
        headers: {
          authorization: `Bearer ${sessionToken}`,
          ...(request.body === undefined ? {} : { 'content-type': contentTypeOf(request.body) }),
          ...(request.idempotencyKey ? { 'idempotency-key': request.idempotencyKey } : {}),
        },
        body: request.body,
      });
      return { status: response.status, body: await parseBody(response) };
    } catch {
      return { status: 0, body: null };
    }
  }
}

function contentTypeOf(body: string | Uint8Array): string {
  return typeof body === 'string' ? 'application/json' : 'application/octet-stream';
}

/** Whether a repetition would be answered alike. A full disk is not such an answer: there will be room again. */
export function isRefusedForGood(answer: WebhookAnswer): boolean {
  return finalStatuses.has(answer.status) || errorOf(answer)?.code === 'blob.limit_reached';
}

/** The error main-server sent, where it sent one. */
export function errorOf(answer: WebhookAnswer): ErrorPayload | null {
  const error = (answer.body as Partial<ErrorBody> | null)?.error;
  return typeof error?.code === 'string' && typeof error.message === 'string' ? error : null;
}

async function parseBody(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // A proxy in between answered; the status says enough.
  }
}
