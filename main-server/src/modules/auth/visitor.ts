import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** Who knocks, before anybody has checked who it is. */
export interface Visitor {
  /** Of the socket's peer, or what a trusted proxy says. */
  readonly ip: string;
  readonly userAgent: string;
  /** As it came. */
  readonly cookies: string;
}

export const CurrentVisitor = createParamDecorator((_data: unknown, context: ExecutionContext): Visitor => {
  const { ip, headers } = context.switchToHttp().getRequest<Request>();
  return { ip: ip ?? '', userAgent: headers['user-agent'] ?? '', cookies: headers.cookie ?? '' };
});
