import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { ApiError } from './api-error.ts';

type Schema = Readonly<Record<string, unknown>>;

interface Operation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
}

interface Route {
  readonly validate: ValidateFunction;
  readonly properties: ReadonlySet<string>;
}

const documentUrl = new URL('../fixtures/openapi.json', import.meta.url);

/** Whether a request is one that Dokploy takes, by the document the API gives of itself. */
export class RequestSchemas {
  private readonly routes = new Map<string, Route>();

  constructor() {
    const document = JSON.parse(readFileSync(documentUrl, 'utf8')) as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    };
    // Strings of a query become numbers and booleans there; a body is taken as it is.
    const body = new Ajv2020({ strict: false, allErrors: true });
    const query = new Ajv2020({ strict: false, allErrors: true, coerceTypes: true, useDefaults: true });
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const schema = toSchema(operation);
        const properties = new Set(Object.keys(schema['properties'] ?? {}));
        const validate = (method === 'get' ? query : body).compile(schema);
        this.routes.set(`${method} ${path.slice(1)}`, { validate, properties });
      }
    }
  }

  has(method: string, name: string): boolean {
    return this.routes.has(`${method.toLowerCase()} ${name}`);
  }

  /**
   * The input as the route sees it: unknown keys are dropped in silence, except inside the objects whose schema forbids
   * them. `onDropped` hears their names.
   */
  check(
    method: string,
    name: string,
    given: Readonly<Record<string, unknown>>,
    onDropped: (keys: readonly string[]) => void,
  ): Record<string, unknown> {
    const route = this.routes.get(`${method.toLowerCase()} ${name}`);
    if (route === undefined) throw new ApiError('NOT_FOUND', 'Not found');
    const dropped = Object.keys(given).filter((key) => !route.properties.has(key));
    if (dropped.length > 0) onDropped(dropped);
    const input = Object.fromEntries(Object.entries(given).filter(([key]) => route.properties.has(key)));
    if (route.validate(input)) return input;
    throw new ApiError('BAD_REQUEST', 'Input validation failed', (route.validate.errors ?? []).map(toIssue));
  }
}

function toSchema({ parameters, requestBody }: Operation): Schema {
  if (requestBody !== undefined) return requestBody.content['application/json'].schema;
  const all = parameters ?? [];
  return {
    type: 'object',
    properties: Object.fromEntries(all.map(({ name, schema }) => [name, schema])),
    required: all.filter(({ required }) => required).map(({ name }) => name),
  };
}

function toIssue({ keyword, instancePath, message }: ErrorObject): object {
  return { code: keyword, path: instancePath.split('/').slice(1), message };
}
