import type { WorkspaceEntry, WorkspaceFileResponse } from '@codex-webapp/contracts/workspace';

const entry = (
  name: string,
  type: WorkspaceEntry['type'],
  sizeBytes: number | null = null,
): WorkspaceEntry => ({
  name,
  path: name,
  type,
  sizeBytes,
  modifiedAt: '2026-11-22T10:00:00.000Z',
});

const entries: readonly WorkspaceEntry[] = [
  entry('.git', 'directory'),
  entry('node_modules', 'directory'),
  entry('src', 'directory'),
  entry('current', 'link'),
  entry('package.json', 'file', 1_204),
  entry('logo.png', 'file', 48_211),
  entry('README.md', 'file', 5_810),
  entry('token.ts', 'file', 812),
];

const text = `import type { Clock } from './clock.ts';

const day = 24 * 60 * 60 * 1_000;
const lifetimeMs = 30 * day;

/** A token that ends after \`lifetimeMs\`. */
export function createToken(userId: string, clock: Clock): Token {
  const issuedAt = clock.now();
  return { userId, issuedAt, expiresAt: issuedAt + lifetimeMs };
}
`;

/** Answers the workspace API in the page itself: the gallery has no server. */
export function serveFiles(): void {
  window.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, location.href);
    if (init?.method === 'PUT') return Promise.resolve(failure(412, 'workspace.changed', 'It was changed.'));
    if (url.pathname === '/api/workspace/files') {
      return Promise.resolve(
        Response.json({ path: url.searchParams.get('path'), entries, isTruncated: false }),
      );
    }
    const path = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
    if (path === 'package.json') return Promise.resolve(failure(413, 'workspace.too_large', 'Too large.'));
    const isBinary = path.endsWith('.png');
    const file: WorkspaceFileResponse = {
      path,
      sizeBytes: isBinary ? 48_211 : text.length,
      modifiedAt: '2026-11-22T10:00:00.000Z',
      version: '1',
      encoding: isBinary ? 'base64' : 'utf8',
      content: isBinary ? '' : text,
      isBinary,
    };
    return Promise.resolve(Response.json(file));
  };
}

function failure(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message }, requestId: 'gallery' }, { status });
}
