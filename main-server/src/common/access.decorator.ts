import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { AuthUser, ContainerIdentity } from './auth-user.ts';

/** Who may call a route. Without one of the decorators below: every logged-in user. */
export type Access = 'public' | 'user' | 'admin' | 'metrics' | 'container';

/** Metadata key of `Access`, on a handler or a controller. */
export const accessKey = 'codex-webapp:access';

/** A route for strangers. */
export const Public = () => SetMetadata(accessKey, 'public' satisfies Access);

/** A route for admins; others get `user.forbidden`. */
export const AdminOnly = () => SetMetadata(accessKey, 'admin' satisfies Access);

/** A route for admins, and for who comes with METRICS_TOKEN. */
export const MetricsRoute = () => SetMetadata(accessKey, 'metrics' satisfies Access);

/** A route for the container of a session, which is named by the route's `:sessionId`. Needs its session token. */
export const ContainerRoute = () => SetMetadata(accessKey, 'container' satisfies Access);

/** What the guard found out about a request, for the parameter decorators. */
export interface AccessRequest extends Request {
  authUser?: AuthUser;
  container?: ContainerIdentity;
}

export const CurrentUser = createParamDecorator((_data: unknown, context: ExecutionContext): AuthUser => {
  const { authUser } = context.switchToHttp().getRequest<AccessRequest>();
  if (!authUser) throw new Error('CurrentUser on a route without a user');
  return authUser;
});

export const CurrentContainer = createParamDecorator(
  (_data: unknown, context: ExecutionContext): ContainerIdentity => {
    const { container } = context.switchToHttp().getRequest<AccessRequest>();
    if (!container) throw new Error('CurrentContainer on a route that is not @ContainerRoute()');
    return container;
  },
);
