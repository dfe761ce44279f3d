import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createOpenApiDocument } from '../src/openapi.ts';
import { listRoutes } from '../src/common/route-list.ts';
import { operations } from '../src/openapi/operations.ts';
import { createTestApp } from './support/create-test-app.ts';

interface WrittenParameter {
  readonly name: string;
  readonly in: string;
}

interface WrittenDocument {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { operationId: string; parameters?: readonly WrittenParameter[] }>>
    >
  >;
}

describe('the OpenAPI document', () => {
  it('describes every route, with what it answers and who may call it', async () => {
    await using app = await createTestApp();
    const document = createOpenApiDocument(app.nest);
    const routes = listRoutes(app.nest);
    expect(routes.length).toBeGreaterThan(20);
    for (const { operationId, method, path, access } of routes) {
      const operation = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase() as 'get'];
      expect([operationId, operation?.operationId]).toEqual([operationId, operationId]);
      expect([operationId, operations[operationId] !== undefined]).toEqual([operationId, true]);
      expect([operationId, operation!.security?.length]).toEqual([
        operationId,
        { public: 0, container: 1, user: 2, admin: 2, metrics: 3 }[access],
      ]);
      expect(operation!.responses.default).toMatchObject({
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      });
      const success = Object.entries(operation!.responses).filter(([status]) => status.startsWith('2'));
      expect([operationId, success.length]).toEqual([operationId, 1]);
      if (operations[operationId] !== 'nothing')
        expect([operationId, success[0]![1]]).toEqual([
          operationId,
          expect.objectContaining({ content: expect.any(Object) }),
        ]);
    }
  });

  // As it is written by the build, whose plugin reads what the classes of parameters say.
  it('names the parameters of each path, and what can be waited for', () => {
    const file = new URL('../../docs/openapi.json', import.meta.url);
    const { paths } = JSON.parse(readFileSync(file, 'utf8')) as WrittenDocument;
    const named = (place: string, parameters: readonly WrittenParameter[] = []) =>
      parameters.filter((parameter) => parameter.in === place).map(({ name }) => name);
    for (const [route, methods] of Object.entries(paths)) {
      for (const { operationId, parameters } of Object.values(methods))
        for (const [, name] of route.matchAll(/\{(\w+)\}/g))
          expect([operationId, named('path', parameters)]).toEqual([
            operationId,
            expect.arrayContaining([name]),
          ]);
    }
    const login = paths['/api/credentials/{agent}/login']?.['get'];
    expect(named('query', login?.parameters)).toEqual(['after', 'wait']);
    const queued = paths['/api/sessions/{sessionId}/messages']?.['post'];
    expect(named('query', queued?.parameters)).toEqual(['wait']);
  });

  it('names only schemas it has', async () => {
    await using app = await createTestApp();
    const document = createOpenApiDocument(app.nest);
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    );
    for (const name of names) expect(Object.keys(document.components!.schemas!)).toContain(name);
  });

  it('is shown at /api/docs under a policy without inline scripts', async () => {
    await using app = await createTestApp();
    const page = await app.anonymous().get('/api/docs');
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toMatch(/script-src 'self';/);
    const scripts = [...page.text.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)];
    expect(scripts.length).toBeGreaterThan(0);
    for (const [, attributes, text] of scripts) {
      expect(text!.trim()).toBe('');
      const src = /src="([^"]+)"/.exec(attributes!)?.[1] ?? '';
      const script = await app.anonymous().get(new URL(src, 'http://x/api/docs').pathname);
      expect([src, script.status]).toEqual([src, 200]);
    }
    expect(page.text).not.toMatch(/ on\w+=/);
    expect((await app.anonymous().get('/api/docs/openapi.json')).body.openapi).toMatch(/^3\./);
  });
});
