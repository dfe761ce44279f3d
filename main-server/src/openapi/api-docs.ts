import type { INestApplication } from '@nestjs/common';
import { SwaggerModule } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import { apiDocsPath } from '../common/api-docs-path.ts';
import { createOpenApiDocument } from './openapi-document.ts';

/** Scripts come from files of ours; Swagger UI writes styles into its elements. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A page at `/api/docs` to read the API and to try it. */
export function serveApiDocs(app: INestApplication): void {
  app.use(apiDocsPath, (_request: Request, response: Response, next: NextFunction) => {
    response.setHeader('content-security-policy', contentSecurityPolicy);
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    next();
  });
  SwaggerModule.setup(apiDocsPath, app, () => createOpenApiDocument(app), {
    customSiteTitle: 'Codex WebApp API',
    jsonDocumentUrl: `${apiDocsPath}/openapi.json`,
    yamlDocumentUrl: `${apiDocsPath}/openapi.yaml`,
  });
}
