import type { INestApplicationContext } from '@nestjs/common';
import { listRouteHandlers } from '@codex-webapp/nest-kit';
import { accessKey, type Access } from './access.decorator.ts';

/** One HTTP route of the app, and who may call it. */
export interface RouteEntry {
  /** `<Controller>_<method>` */
  readonly operationId: string;
  readonly method: string;
  /** e.g. `/api/sessions/:sessionId` */
  readonly path: string;
  readonly access: Access;
}

/** Every route of every controller. Works without instances, as in Nest's preview mode. */
export function listRoutes(app: INestApplicationContext): readonly RouteEntry[] {
  return listRouteHandlers(app).map(({ operationId, method, path, handler, controller }) => ({
    operationId,
    method,
    path,
    access: accessOf(handler) ?? accessOf(controller) ?? 'user',
  }));
}

function accessOf(target: object): Access | undefined {
  return Reflect.getMetadata(accessKey, target) as Access | undefined;
}
