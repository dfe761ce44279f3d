import type { BlobSource, BlobText } from '@codex-webapp/ui/conversation';
import { UnavailableError } from '@codex-webapp/ui/conversation';

/** Content that is too large for the conversation, on the session's own origin. */
export const sessionBlobs: BlobSource = {
  read: async (sha256, maxBytes) => {
    const response = await ask(sha256);
    return response?.body ? readFirst(response.body, maxBytes) : null;
  },
  save: async (sha256) => {
    const response = await ask(sha256);
    if (!response) return false;
    offerFile(await response.blob(), `${sha256.slice(0, 12)}.txt`);
    return true;
  },
};

/** Null where it is not there. */
async function ask(sha256: string): Promise<Response | null> {
  const response = await fetch(`/api/blobs/${sha256}`, { signal: AbortSignal.timeout(60_000) }).catch(() => {
    throw new UnavailableError('The server cannot be reached.');
  });
  if (response.status === 404) return null;
  if (!response.ok) {
    throw new UnavailableError(`The server answered ${response.status}. Try again in a moment.`);
  }
  return response;
}

/** A link to the server would be asked for without the cookie, which belongs to this page inside the app alone. */
function offerFile(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

async function readFirst(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<BlobText> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = '';
  let left = maxBytes;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { text: text + decoder.decode(), isCut: false };
    text += decoder.decode(value.subarray(0, left), { stream: true });
    left -= value.length;
    if (left >= 0) continue;
    await reader.cancel();
    return { text, isCut: true };
  }
}
