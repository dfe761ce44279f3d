import type { WriteWorkspaceFileRequest } from '@codex-webapp/contracts/workspace';
import type { UploadOptions } from '@codex-webapp/ui/conversation';
import { toError } from './api-client.ts';
import { fileUrl } from './workspace-api.ts';

/** Of a new file; `fetch` would not say how far it is. Rejects with words for people. */
export async function uploadFile(path: string, file: Blob, options: UploadOptions): Promise<void> {
  const request: WriteWorkspaceFileRequest = {
    content: await toBase64(file),
    encoding: 'base64',
    ifVersion: 'new',
  };
  await put(fileUrl(path), JSON.stringify(request), options);
}

function put(url: string, body: string, { onProgress, signal }: UploadOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open('PUT', url);
    request.setRequestHeader('content-type', 'application/json');
    request.upload.addEventListener('progress', ({ loaded, total }) =>
      onProgress(total === 0 ? 0 : loaded / total),
    );
    request.addEventListener('load', () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(toError(request.status, request.responseText));
    });
    request.addEventListener('error', () =>
      reject(new Error('The connection broke. Remove it and try again.')),
    );
    request.addEventListener('abort', () => reject(new Error('It was taken back.')));
    request.addEventListener('loadend', () => signal.removeEventListener('abort', abort));
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    request.send(body);
  });
}

function toBase64(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => {
      const url = typeof reader.result === 'string' ? reader.result : '';
      resolve(url.replace(/^data:[^,]*,/, ''));
    });
    reader.addEventListener('error', () => reject(new Error('The file cannot be read.')));
    reader.readAsDataURL(file);
  });
}
