import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { agentVersion } from './version.ts';

/** The document of container-agent's REST API; nothing needs to listen for it. */
export function createOpenApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Codex WebApp container-agent')
    .setDescription(
      'Runs inside the container of one session. Reached through the front door of its session origin.',
    )
    .setVersion(agentVersion)
    .addApiKey(
      { type: 'apiKey', in: 'header', name: 'x-front-door', description: 'Proof of the front door.' },
      'front-door',
    )
    .addSecurityRequirements('front-door')
    .build();
  return SwaggerModule.createDocument(app, config);
}
