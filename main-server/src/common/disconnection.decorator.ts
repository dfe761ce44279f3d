import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';

/** Aborted when the connection is gone; also after the answer, when nobody looks any more. */
export const Disconnection = createParamDecorator(
  (_data: unknown, context: ExecutionContext): AbortSignal => {
    const controller = new AbortController();
    context
      .switchToHttp()
      .getResponse<Response>()
      .once('close', () => controller.abort());
    return controller.signal;
  },
);
