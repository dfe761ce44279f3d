import { describe, expect, it } from '@jest/globals';
import { createOpenApiDocument } from '../src/openapi.ts';
import { listRoutes } from '../src/common/route-list.ts';
import { operations } from '../src/openapi/operations.ts';
import { createTestApp } from './support/create-test-app.ts';

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
