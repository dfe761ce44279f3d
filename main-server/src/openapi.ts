export { createOpenApiDocument } from './openapi/openapi-document.ts';
