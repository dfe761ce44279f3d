import { RequestMethod, type INestApplicationContext } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { accessKey, type Access } from './access.decorator.ts';

/** One HTTP route of the app, as its controller declares it. */
export interface RouteEntry {
  /** `<Controller>_<method>` */
  readonly operationId: string;
  readonly method: string;
  /** e.g. `/api/sessions/:sessionId` */
  readonly path: string;
  readonly access: Access;
}

/** Every route of every controller, whatever documents it. Works without instances, as in Nest's preview mode. */
export function listRoutes(app: INestApplicationContext): readonly RouteEntry[] {
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
          access: accessOf(handler) ?? accessOf(controller) ?? 'user',
        })),
      );
    });
  });
}

function accessOf(target: object): Access | undefined {
  return Reflect.getMetadata(accessKey, target) as Access | undefined;
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
