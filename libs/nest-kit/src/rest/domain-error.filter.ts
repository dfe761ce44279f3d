import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { ErrorBody } from '@codex-webapp/contracts';
import type { Request, Response } from 'express';
import { requestIdOf } from './request-context.ts';
import { toDomainError } from './to-domain-error.ts';

/** The one place where an error becomes an HTTP answer: the code's status, the words of the error, and the request id. */
@Catch()
export class DomainErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(DomainErrorFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    // A gateway has a filter of its own; an error that still gets here belongs to nobody's HTTP answer.
    if (host.getType() !== 'http') throw thrown;
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const error = toDomainError(thrown);
    const requestId = requestIdOf(request);
    this.log(error, request.path, requestId);
    if (response.headersSent) {
      // Half an answer must not look like a whole one.
      response.destroy();
      return;
    }
    const retryAfter = retryAfterOf(error);
    if (retryAfter !== null) response.setHeader('retry-after', retryAfter);
    // What is left of the body is not read to its end.
    if (error.definition.status === 413) response.setHeader('connection', 'close');
    const body: ErrorBody = { error: error.toPayload(), requestId };
    response.status(error.definition.status).json(body);
  }

  private log(error: ReturnType<typeof toDomainError>, path: string, requestId: string): void {
    const { level, kind } = error.definition;
    const fields = { msg: 'Request refused', code: error.code, path, requestId };
    if (kind === 'internal')
      this.logger.error({ ...fields, msg: 'Request failed', err: error.cause ?? error });
    else if (level === 'warn') this.logger.warn({ ...fields, err: error.cause });
    else if (level === 'info') this.logger.log(fields);
    else this.logger.debug(fields);
  }
}

/** In whole seconds; null where coming back does not help. */
function retryAfterOf(error: ReturnType<typeof toDomainError>): string | null {
  const details = error.details as { retryAfterSeconds?: unknown } | undefined;
  if (typeof details?.retryAfterSeconds === 'number') return String(details.retryAfterSeconds);
  return error.definition.status === 503 || error.definition.status === 429 ? '1' : null;
}
