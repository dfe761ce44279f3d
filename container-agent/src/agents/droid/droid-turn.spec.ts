import { describe, expect, it } from '@jest/globals';
import { RecordedTurn } from '../../../test/support/recorded-turn.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import type { DroidProcess } from './droid-process.ts';
import { type DroidNotification, droidNotificationSchema } from './droid-protocol.ts';
import { DroidTurn } from './droid-turn.ts';

/** A droid that takes every message and says nothing by itself. */
class SilentDroid {
  readonly contextWindow = null;
  private lastId = 0;
  readonly asked: string[] = [];
  readonly client = {
    nextId: () => String((this.lastId += 1)),
    ask: (id: string) => {
      this.asked.push(id);
      return Promise.resolve({});
    },
    whenGone: () => new Promise<never>(() => undefined),
  };

  listRunning(): readonly [] {
    return [];
  }
}

function says(notification: object): DroidNotification {
  return droidNotificationSchema.parse(notification);
}

const echo = (requestId: string) =>
  says({
    type: 'create_message',
    requestId,
    message: { id: `m${requestId}`, role: 'user', content: [{ type: 'text', text: 'hi' }] },
  });
const completed = says({ type: 'agent_turn_completed', reason: 'completed' });

describe('DroidTurn', () => {
  async function begin(echoDeadlineMs: number) {
    const droid = new SilentDroid();
    const turn = new RecordedTurn({ text: 'hi', workspacePath: '/workspace' });
    const droidTurn = new DroidTurn(droid as unknown as DroidProcess, turn, 'hi', echoDeadlineMs);
    const result = droidTurn.run(() => Promise.resolve());
    await waitFor(() => droid.asked.length === 1, 5_000, 'the message');
    await droidTurn.onNotification(echo('1'));
    const steered = droidTurn.steer('more', []);
    await waitFor(() => droid.asked.length === 2, 5_000, 'the steered text');
    return { droidTurn, result, steered };
  }

  it('ends, although droid never tells of a text that it took', async () => {
    const { droidTurn, result, steered } = await begin(10);
    const unknown = expect(steered).rejects.toThrow('ended before');
    await droidTurn.onNotification(completed);
    expect(await result).toEqual({ outcome: 'completed' });
    await unknown;
  });

  it('goes on with a text that droid comes to after its answer', async () => {
    const { droidTurn, result, steered } = await begin(60_000);
    await droidTurn.onNotification(completed);
    await droidTurn.onNotification(echo('2'));
    expect(await steered).toBe(true);
    await droidTurn.onNotification(completed);
    expect(await result).toEqual({ outcome: 'completed' });
  });
});
