import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { errorPayloadSchema, isErrorCode } from '@codex-webapp/contracts';
import {
  archiveType,
  Clock,
  DomainError,
  frontDoorHeader,
  signFrontDoorRequest,
} from '@codex-webapp/nest-kit';
import { z } from 'zod';
import { TunnelRegistry } from '../front-door/tunnel/tunnel-registry.ts';

const path = '/api/workspace/archive';
/** From the request to the head of its answer, or to the end of a refusal; `tar` begins at once. */
const answerDeadlineMs = 30_000;
const errorMaxBytes = 16 * 1024;
const errorBody = z.object({ error: errorPayloadSchema });

/** Archives that container-agent makes of its own workspace. */
@Injectable()
export class TunnelledArchives {
  constructor(
    private readonly tunnels: TunnelRegistry,
    private readonly clock: Clock,
  ) {}

  /** Whether the session's container is connected. */
  isPossible(sessionId: string): boolean {
    return this.tunnels.has(sessionId);
  }

  /** What is cut short ends with an error. @throws container.unreachable, and what container-agent refuses it with */
  async open(sessionId: string, signal: AbortSignal): Promise<Readable> {
    const asked = this.ask(sessionId, signal);
    const cancelDeadline = this.clock.schedule(answerDeadlineMs, () => asked.destroy(unreachable()));
    try {
      const answer = await headOf(asked);
      if (answer.statusCode === 200 && answer.headers['content-type'] === archiveType) return answer;
      throw await toError(answer);
    } finally {
      cancelDeadline();
    }
  }

  private ask(sessionId: string, signal: AbortSignal): ClientRequest {
    const { agent, key } = this.tunnels.get(sessionId);
    const proof = signFrontDoorRequest(key, { method: 'GET', path }, this.clock.now());
    const headers = { host: 'container-agent', [frontDoorHeader]: proof };
    return request({ agent, path, headers, signal }).end();
  }
}

function headOf(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.once('response', resolve);
    asked.on('error', (error) => reject(error instanceof DomainError ? error : unreachable(error)));
  });
}

/** What a container says is not believed, and not kept without an end. */
async function toError(answer: IncomingMessage): Promise<DomainError> {
  if (Number(answer.headers['content-length'] ?? Infinity) > errorMaxBytes) {
    answer.destroy();
    return unreachable();
  }
  try {
    const { error } = errorBody.parse(JSON.parse((await buffer(answer)).toString()));
    if (isErrorCode(error.code)) return new DomainError(error.code, { message: error.message });
  } catch (cause) {
    return unreachable(cause);
  }
  return unreachable();
}

function unreachable(cause?: unknown): DomainError {
  const message = 'The session’s container did not give its files. Try again, or restart it.';
  return new DomainError('container.unreachable', { message, cause });
}
