import type { WebSocket } from 'ws';

/**
 * For sockets made with `autoPong: false`: answers a ping when the pong before it is sent, as RFC 6455 section 5.5.3
 * allows. Otherwise a peer that pings and never reads makes us keep a pong for each of its pings.
 */
export function answerPings(socket: WebSocket): void {
  let isAnswering = false;
  socket.on('ping', (data: Buffer) => {
    if (isAnswering || socket.readyState !== socket.OPEN) return;
    isAnswering = true;
    socket.pong(data, false, () => (isAnswering = false));
  });
}
