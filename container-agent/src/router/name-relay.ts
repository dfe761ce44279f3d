import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isPublicQuestion, refusalOf } from './question.ts';

const answerMaxMs = 5_000;
/** Questions under way, of all sessions and of one. */
const waitingMax = 1_024;
const waitingOfOneMax = 64;
const shortestQuestionBytes = 12;

/** Passes questions for names on to the engine's resolver, and answers back. Too many at once are dropped, as UDP may. */
export function startNameRelay(
  listensAt: number,
  resolver: { readonly address: string; readonly port: number },
): Socket {
  const server = createSocket('udp4');
  const waiting = new Map<string, number>();
  let total = 0;

  // Who asked may be gone; nobody waits for an answer then.
  const answer = (message: Buffer, { port, address }: RemoteInfo): void =>
    server.send(message, port, address, () => undefined);

  const ask = (question: Buffer, from: RemoteInfo): void => {
    if (!isPublicQuestion(question)) {
      if (question.length > shortestQuestionBytes) answer(refusalOf(question), from);
      return;
    }
    const ofOne = waiting.get(from.address) ?? 0;
    if (total >= waitingMax || ofOne >= waitingOfOneMax) return;
    total += 1;
    waiting.set(from.address, ofOne + 1);
    const socket = createSocket('udp4');
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      socket.close();
      total -= 1;
      const left = (waiting.get(from.address) ?? 1) - 1;
      if (left > 0) waiting.set(from.address, left);
      else waiting.delete(from.address);
    };
    const timer = setTimeout(end, answerMaxMs);
    socket.once('error', end);
    socket.once('message', (message) => {
      answer(message, from);
      end();
    });
    socket.send(question, resolver.port, resolver.address, (error) => error && end());
  };

  server.on('message', ask);
  server.bind(listensAt, '0.0.0.0');
  return server;
}
