import { request, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { archiveType } from '@codex-webapp/nest-kit';
import { ContainerProviderError } from '../container-provider.errors.ts';
import {
  answerLineSchema,
  instanceHeader,
  pathOf,
  resultSchemas,
  type AnswerLine,
  type ProvisionerRequest,
  type ProvisionerResult,
  type ProvisionerVerb,
} from './provisioner.messages.ts';

export interface AskOptions {
  readonly onLine?: (line: AnswerLine) => void;
  readonly signal?: AbortSignal;
}

/** The other end of the provisioner's socket. */
export class ProvisionerClient {
  constructor(
    private readonly socketPath: string,
    private readonly instanceId: string,
  ) {}

  /** @throws ContainerProviderError as the provisioner had it, or `unreachable` */
  async ask<V extends ProvisionerVerb>(
    verb: V,
    body: ProvisionerRequest<V>,
    { onLine, signal }: AskOptions = {},
  ): Promise<ProvisionerResult<V>> {
    for await (const line of this.lines(verb, body, signal)) {
      if (line.type === 'result') return resultSchemas[verb].parse(line.value) as ProvisionerResult<V>;
      onLine?.(line);
    }
    throw lost();
  }

  /** Everything it says, the result included. */
  async *lines<V extends ProvisionerVerb>(
    verb: V,
    body: ProvisionerRequest<V>,
    signal?: AbortSignal,
  ): AsyncIterable<AnswerLine> {
    signal?.throwIfAborted();
    let answer: IncomingMessage | null = null;
    try {
      answer = await this.send(verb, JSON.stringify(body), signal);
      for await (const line of linesOf(answer)) {
        assertNoError(line);
        yield line;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof ContainerProviderError ? error : lost(error);
    } finally {
      answer?.destroy();
    }
  }

  /** @throws ContainerProviderError before the first byte; what is cut short later ends with an error */
  async bytes<V extends ProvisionerVerb>(
    verb: V,
    body: ProvisionerRequest<V>,
    signal?: AbortSignal,
  ): Promise<Readable> {
    signal?.throwIfAborted();
    const answer = await this.send(verb, JSON.stringify(body), signal).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw lost(error);
    });
    if (answer.headers['content-type'] === archiveType) return answer;
    for await (const line of linesOf(answer)) assertNoError(line);
    throw lost();
  }

  private send(verb: string, body: string, signal?: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          socketPath: this.socketPath,
          method: 'POST',
          path: pathOf(verb),
          headers: { 'content-type': 'application/json', [instanceHeader]: this.instanceId },
          // A kept connection may be closed at the other end in the moment it is used again, and nothing is asked twice.
          agent: false,
          ...(signal === undefined ? {} : { signal }),
        },
        resolve,
      );
      sent.once('error', reject);
      sent.end(body);
    });
  }
}

async function* linesOf(answer: IncomingMessage): AsyncIterable<AnswerLine> {
  for await (const text of createInterface({ input: answer })) {
    const line: unknown = JSON.parse(text);
    const parsed = answerLineSchema.safeParse(line);
    if (parsed.success) yield parsed.data;
    // Steps of a newer provisioner mean nothing here, and change nothing.
    else if ((line as { readonly type?: unknown } | null)?.type !== 'progress') throw parsed.error;
  }
}

function assertNoError(line: AnswerLine): void {
  if (line.type !== 'error') return;
  throw new ContainerProviderError(line.reason, line.message, { isRetryable: line.isRetryable });
}

function lost(cause?: unknown): ContainerProviderError {
  const message = 'The provisioner does not answer. It alone may use Docker here: look whether it runs.';
  return new ContainerProviderError('unreachable', message, { cause });
}
