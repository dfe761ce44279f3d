import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { WebSocket } from 'ws';
import { answerPings } from './answer-pings.ts';

/** A socket whose pongs are sent when the test says so. */
class SlowSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  readonly pongs: string[] = [];
  sent: () => void = () => undefined;

  pong(data: Buffer, _mask: boolean, sent: () => void): void {
    this.pongs.push(String(data));
    this.sent = sent;
  }
}

describe('answerPings', () => {
  it('keeps one pong for a peer that pings and does not read', () => {
    const socket = new SlowSocket();
    answerPings(socket as unknown as WebSocket);
    for (let n = 0; n < 1_000; n += 1) socket.emit('ping', Buffer.from(`${n}`));
    expect(socket.pongs).toEqual(['0']);
  });

  it('answers the next ping once the pong before it is sent', () => {
    const socket = new SlowSocket();
    answerPings(socket as unknown as WebSocket);
    socket.emit('ping', Buffer.from('a'));
    socket.sent();
    socket.emit('ping', Buffer.from('b'));
    expect(socket.pongs).toEqual(['a', 'b']);
  });

  it('says nothing on a socket that closes', () => {
    const socket = new SlowSocket();
    answerPings(socket as unknown as WebSocket);
    socket.readyState = 2;
    socket.emit('ping', Buffer.from('a'));
    expect(socket.pongs).toEqual([]);
  });
});
