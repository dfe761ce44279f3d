import { afterEach, describe, expect, it } from '@jest/globals';
import { sessionBlobs } from './session-blobs.ts';

const { fetch: realFetch } = globalThis;
const sha256 = '0a'.repeat(32);

function answerWith(status: number, body: string): void {
  globalThis.fetch = (url) => {
    expect(url).toBe(`/api/blobs/${sha256}`);
    return Promise.resolve(new Response(body, { status }));
  };
}

afterEach(() => {
  globalThis.fetch = realFetch;
});

describe('sessionBlobs', () => {
  it('reads all of what is not longer than asked for', async () => {
    answerWith(200, 'wörds');
    expect(await sessionBlobs.read(sha256, 6)).toEqual({ text: 'wörds', isCut: false });
  });

  it('reads the beginning of what is longer, and no half of a letter', async () => {
    answerWith(200, 'wörds');
    expect(await sessionBlobs.read(sha256, 2)).toEqual({ text: 'w', isCut: true });
  });

  it('tells what is not there yet from what went wrong', async () => {
    answerWith(404, '{}');
    expect(await sessionBlobs.read(sha256, 10)).toBeNull();
    answerWith(503, '{}');
    await expect(sessionBlobs.read(sha256, 10)).rejects.toThrow('Try again');
  });
});
