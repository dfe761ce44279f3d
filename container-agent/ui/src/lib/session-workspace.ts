import { attachmentsFolder } from '@codex-webapp/contracts/prompts';
import type { SearchResponse } from '@codex-webapp/contracts/workspace';
import type { WorkspaceSource } from '@codex-webapp/ui/conversation';
import { ApiError, callApi } from './api-client.ts';
import { uploadFile } from './upload-file.ts';
import { workspaceApi } from './workspace-api.ts';

const imageTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
};

/** What is attached is nothing to commit. */
const ignoreFile = { path: `${attachmentsFolder}/.gitignore`, content: '*\n' };

/** The workspace of the page's own origin, which its container answers for. */
export const sessionWorkspace: WorkspaceSource = {
  upload: async (path, file, options) => {
    await ensureIgnored();
    await uploadFile(path, file, options);
  },
  readImage: async (path) => {
    const { content, encoding } = await workspaceApi.read(path);
    const type = imageTypes[path.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'image/png';
    return encoding === 'base64' ? new Blob([fromBase64(content)], { type }) : null;
  },
  findFiles: async (query, signal) => {
    try {
      return await findFiles(query, signal);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'container.unreachable')
        throw new Error('The session sleeps. Its files can be named once it runs.', { cause: error });
      throw error;
    }
  },
};

/** What stands in a folder that was named, else what is called so anywhere. */
async function findFiles(query: string, signal: AbortSignal): Promise<readonly string[]> {
  if (query === '' || query.endsWith('/')) {
    const { entries } = await workspaceApi.list(query.replace(/\/$/, ''));
    return entries
      .filter(({ name }) => name !== '.git' && name !== attachmentsFolder)
      .map(({ path, type }) => (type === 'directory' ? `${path}/` : path));
  }
  const parameters = new URLSearchParams({ q: query, in: 'names' });
  const { hits } = await callApi<SearchResponse>(
    'GET',
    `/api/workspace/search?${parameters.toString()}`,
    undefined,
    signal,
  );
  return [...new Set(hits.map(({ path }) => path))].filter(
    (path) => !path.startsWith(`${attachmentsFolder}/`),
  );
}

async function ensureIgnored(): Promise<void> {
  const { path, content } = ignoreFile;
  try {
    await workspaceApi.write(path, { content, ifVersion: 'new' });
  } catch (error) {
    // It stands there already, perhaps as the user wants it.
    if (!(error instanceof ApiError) || error.code !== 'workspace.changed') throw error;
  }
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
