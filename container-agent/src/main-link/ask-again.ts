import { setTimeout as sleep } from 'node:timers/promises';
import { BackOff } from './back-off.ts';
import { errorOf, type MainServerClient, type WebhookAnswer } from './main-server-client.ts';

/** Of answers that are no good. */
const triesMax = 3;
/** How long a server that is being restarted is waited for. */
const awayMaxMs = 120_000;
/** Above what main-server waits for who renews a login. */
export const answerDeadlineMs = 15_000;

/**
 * What main-server answers to a question that an older one does not know: then null. Else the last answer of a few
 * tries; while it is away, of two minutes of them.
 */
export async function askAgain(
  client: Pick<MainServerClient, 'call'>,
  path: string,
): Promise<WebhookAnswer | null> {
  const end = performance.now() + awayMaxMs;
  const backOff = new BackOff(500, 5_000);
  for (let tries = 1; ;) {
    const answer = await client.call({ method: 'GET', path, deadlineMs: answerDeadlineMs });
    if (errorOf(answer)?.code === 'route.not_found') return null;
    if (isAway(answer) ? performance.now() > end : answer.status === 200 || tries >= triesMax) return answer;
    if (!isAway(answer)) tries += 1;
    await sleep(backOff.nextMs());
  }
}

function isAway({ status }: WebhookAnswer): boolean {
  return status === 0 || status === 503;
}
