import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { listRoutes } from '../common/route-list.ts';
import { answers, type AnswerName } from './answers.ts';
import { operations } from './operations.ts';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Responses = Operation['responses'];
type Security = NonNullable<Operation['security']>;

const securityOf: Readonly<Record<string, Security>> = {
  public: [],
  container: [{ container: [] }],
  user: [{ login: [] }, { token: [] }],
  admin: [{ login: [] }, { token: [] }],
  metrics: [{ login: [] }, { token: [] }, { metrics: [] }],
};

/** Its events and their data are those of the session's socket; docs/protocol.md says what they mean. */
const eventStream = {
  'text/event-stream': {
    schema: {
      type: 'string' as const,
      description: 'Events with a name each, as docs/protocol.md lists them; the data of each is one JSON.',
    },
  },
};

const archive = {
  'application/gzip': {
    schema: {
      type: 'string' as const,
      format: 'binary',
      description:
        'A gzipped tar with one folder, `workspace`. Whole when the answer has an end: what breaks in the middle breaks the connection.',
    },
  },
};

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The description of the REST API, the same for the committed file and for `/api/docs`. Nothing needs to listen. */
export function createOpenApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Codex WebApp')
    .setDescription('Sessions of coding agents, each in its own container.')
    .setVersion('1')
    .addCookieAuth('codex-webapp-login', { type: 'apiKey', in: 'cookie' }, 'login')
    .addBearerAuth({ type: 'http', description: 'An API token, `cwt_…`.' }, 'token')
    .addBearerAuth(
      { type: 'http', description: "The session token of the session's container." },
      'container',
    )
    .addBearerAuth({ type: 'http', description: 'METRICS_TOKEN of the environment.' }, 'metrics')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  const access = new Map(listRoutes(app).map((route) => [route.operationId, route.access]));
  for (const [route, path] of Object.entries(document.paths)) {
    for (const method of methods) {
      const operation = path[method];
      if (!operation) continue;
      nameAllOf(route, operation);
      describe(operation, access.get(operation.operationId ?? '') ?? 'user');
    }
  }
  const schemas = { ...document.components?.schemas, ...answerSchemas() };
  return {
    ...document,
    paths: sorted(document.paths),
    components: { ...document.components, schemas: sorted(schemas) },
  };
}

/** What a guard reads of the path is no parameter of the method. */
function nameAllOf(route: string, operation: Operation): void {
  const named = operation.parameters ?? [];
  const isNamed = (name: string) => named.some((parameter) => 'name' in parameter && parameter.name === name);
  const others = [...route.matchAll(/\{(\w+)\}/g)].flatMap(([, name = '']) => (isNamed(name) ? [] : [name]));
  operation.parameters = [
    ...others.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }) as const),
    ...named,
  ];
}

function describe(operation: Operation, access: string): void {
  operation.security = securityOf[access] ?? [];
  const answer = operations[operation.operationId ?? ''];
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!status.startsWith('2') || !response || '$ref' in response) continue;
    response.description = status === '201' ? 'Made' : 'Done';
    delete response.content;
    if (answer === 'text') response.content = { 'text/plain': { schema: { type: 'string' } } };
    else if (answer === 'events') response.content = eventStream;
    else if (answer === 'archive') response.content = archive;
    else if (answer !== undefined && answer !== 'nothing') response.content = jsonOf(answer);
  }
  const responses: Responses = operation.responses;
  responses.default = { description: 'Refused', content: jsonOf('Error') };
}

function jsonOf(name: AnswerName) {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } };
}

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

function answerSchemas(): Schemas {
  const entries = Object.entries(answers).map(([name, schema]) => [
    name,
    z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'output' }),
  ]);
  return Object.fromEntries(entries) as Schemas;
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
