import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

/** The paths of all gateways of an app, by their own metadata. */
export function listGatewayPaths(app: INestApplicationContext): readonly string[] {
  const providers = [...app.get(ModulesContainer).values()].flatMap((module) => [
    ...module.providers.values(),
  ]);
  const paths = providers.flatMap(({ metatype }) => {
    if (typeof metatype !== 'function' || Reflect.getMetadata('websockets:is_gateway', metatype) !== true)
      return [];
    const options = Reflect.getMetadata('websockets:gateway_options', metatype) as
      { path?: string } | undefined;
    return [options?.path ?? '/'];
  });
  return [...new Set(paths)].sort();
}
