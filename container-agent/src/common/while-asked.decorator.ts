import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';

/** A signal that is aborted when nobody waits for the answer any more. */
export const WhileAsked = createParamDecorator((_data: unknown, context: ExecutionContext): AbortSignal => {
  const asked = new AbortController();
  context
    .switchToHttp()
    .getResponse<Response>()
    .once('close', () => asked.abort());
  return asked.signal;
});
