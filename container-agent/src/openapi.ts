import type { INestApplication } from '@nestjs/common';
import { messageSchema, promptSchema, type MessageListResponse } from '@codex-webapp/contracts';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
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
  const document = SwaggerModule.createDocument(app, config);
  const { get: list, post: queue } = document.paths['/api/messages'] ?? {};
  describeAnswer(list, '200', 'The newest messages, oldest first.', 'MessageList');
  describeAnswer(queue, '202', 'Queued at main-server, which delivers it like any other.', 'Prompt');
  const components = document.components ?? {};
  return {
    ...document,
    components: { ...components, schemas: { ...components.schemas, ...answerSchemas() } },
  };
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

/** What main-server answers and is handed on; only interfaces in the code, so the plugin cannot read them. */
const answers = {
  MessageList: z.object({
    messages: z.array(messageSchema),
    nextBefore: z.int().nullable(),
  }) satisfies z.ZodType<MessageListResponse>,
  Prompt: promptSchema,
};

function describeAnswer(
  operation: Operation | undefined,
  status: string,
  description: string,
  schema: keyof typeof answers,
): void {
  if (!operation) throw new Error('the route of an answer is gone');
  const content = { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } };
  operation.responses[status] = { description, content };
}

function answerSchemas() {
  return Object.fromEntries(
    Object.entries(answers).map(([name, schema]) => [
      name,
      z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'output' }) as Schema,
    ]),
  );
}
