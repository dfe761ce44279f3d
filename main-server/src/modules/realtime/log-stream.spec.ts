import { ServerResponse, IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import { LogStream } from './log-stream.ts';

const minuteMs = 60_000;

describe('LogStream', () => {
  it('asks for nothing any more when its client left before it began', async () => {
    const clock = new FakeClock();
    const isStillAllowed = jest.fn(() => Promise.resolve(true));
    const follow = jest.fn(async function* () {});
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    const stream = new LogStream(response, { sessionId: 's', clock, isStillAllowed, follow });
    response.destroy();
    await stream.run();
    clock.advance(10 * minuteMs);
    expect(isStillAllowed).not.toHaveBeenCalled();
    expect(follow).not.toHaveBeenCalled();
  });
});
