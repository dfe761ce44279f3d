import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';

/** Aborted when the connection is gone; also after the answer, when nobody looks any more. */
export const Disconnection = createParamDecorator(
  (_data: unknown, context: ExecutionContext): AbortSignal => {
    const controller = new AbortController();
    const response = context.switchToHttp().getResponse<Response>();
    // The guards took their time; whoever left meanwhile is not announced again.
    if (response.closed) controller.abort();
    else response.once('close', () => controller.abort());
    return controller.signal;
  },
);
