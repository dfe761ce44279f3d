import { RequestMethod, type INestApplicationContext, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';

/** One HTTP route of an app, as its controller declares it. */
export interface RouteHandler {
  /** `<Controller>_<method>` */
  readonly operationId: string;
  readonly method: string;
  /** e.g. `/api/sessions/:sessionId` */
  readonly path: string;
  /** Carries the metadata of the method's decorators. */
  readonly handler: object;
  readonly controller: Type<unknown>;
}

/** Every route of every controller, whatever documents it. Works without instances, as in Nest's preview mode. */
export function listRouteHandlers(app: INestApplicationContext): readonly RouteHandler[] {
  const scanner = new MetadataScanner();
  const modules = [...app.get(ModulesContainer).values()];
  const controllers = new Set(
    modules.flatMap((module) => [...module.controllers.values()].map(({ metatype }) => metatype)),
  );
  return [...controllers].flatMap((controller) => {
    if (typeof controller !== 'function') return [];
    const prototype = controller.prototype as Record<string, object>;
    return scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler = prototype[name];
      const number = handler && (Reflect.getMetadata(METHOD_METADATA, handler) as number | undefined);
      if (handler === undefined || number === undefined) return [];
      return pathsOf(controller).flatMap((prefix) =>
        pathsOf(handler).map((path) => ({
          operationId: `${controller.name}_${name}`,
          method: RequestMethod[number] ?? 'ALL',
          path: join(prefix, path),
          handler,
          controller: controller as Type<unknown>,
        })),
      );
    });
  });
}

function pathsOf(target: object): readonly string[] {
  const path: unknown = Reflect.getMetadata(PATH_METADATA, target);
  return (Array.isArray(path) ? path : [path]).map((one) => (typeof one === 'string' ? one : ''));
}

function join(...parts: readonly string[]): string {
  return `/${parts
    .flatMap((part) => part.split('/'))
    .filter(Boolean)
    .join('/')}`;
}
