import { describe, expect, it } from '@jest/globals';
import { askAgain } from './ask-again.ts';
import type { WebhookAnswer } from './main-server-client.ts';

describe('askAgain', () => {
  /** Answers one after the other, the last one for ever. */
  function serverOf(...statuses: readonly number[]) {
    let asked = 0;
    const call = (): Promise<WebhookAnswer> => {
      const status = statuses[Math.min(asked, statuses.length - 1)] ?? 0;
      asked += 1;
      return Promise.resolve({ status, body: null });
    };
    return { call, asked: () => asked };
  }

  it('waits for a server that is being restarted', async () => {
    const server = serverOf(0, 0, 503, 0, 200);
    expect(await askAgain(server, 'credentials')).toMatchObject({ status: 200 });
  });

  it('takes an answer that is no good after a few tries', async () => {
    const server = serverOf(500);
    expect(await askAgain(server, 'credentials')).toMatchObject({ status: 500 });
    expect(server.asked()).toBe(3);
  });

  it('gives nothing where the server does not know the question', async () => {
    const call = () =>
      Promise.resolve({ status: 404, body: { error: { code: 'route.not_found', message: '' } } });
    expect(await askAgain({ call }, 'credentials')).toBeNull();
  });
});
