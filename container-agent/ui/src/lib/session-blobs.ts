import type { BlobSource, BlobText } from '@codex-webapp/ui/conversation';
import { UnavailableError } from '@codex-webapp/ui/conversation';

/** Content that is too large for the conversation, on the session's own origin. */
export const sessionBlobs: BlobSource = {
  urlOf: (sha256) => `/api/blobs/${sha256}`,
  read: async (sha256, maxBytes) => {
    const response = await ask(`/api/blobs/${sha256}`);
    if (response.status === 404) return null;
    if (!response.ok || response.body === null)
      throw new UnavailableError(`The server answered ${response.status}. Try again in a moment.`);
    return readFirst(response.body, maxBytes);
  },
};

async function ask(url: string): Promise<Response> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(60_000) });
  } catch {
    throw new UnavailableError('The server cannot be reached.');
  }
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
