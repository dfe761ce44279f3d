import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

export const apiDocsPath = '/api/docs';

/** The description of the REST API, the same for the committed file and for `/api/docs`. */
export function createOpenApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Codex WebApp')
    .setDescription('Sessions of coding agents, each in its own container.')
    .setVersion('1')
    .addCookieAuth('codex-webapp-login', { type: 'apiKey', in: 'cookie' }, 'login')
    .addBearerAuth({ type: 'http', description: 'An API token, `cwt_…`.' }, 'token')
    .addBearerAuth({ type: 'http', description: "A container's session token." }, 'container')
    .build();
  return SwaggerModule.createDocument(app, config);
}
