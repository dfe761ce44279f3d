import type { ListFrame } from '@codex-webapp/contracts/realtime';
import type { SessionsAction } from './sessions-state.ts';

/** What a frame of `/ws/events` changes. Null where it changes nothing. */
export function toSessionsAction(frame: ListFrame): SessionsAction | null {
  switch (frame.type) {
    case 'hello':
      return null;
    case 'session.changed':
      return { type: 'session.changed', session: frame.session };
    case 'session.removed':
      return { type: 'session.removed', sessionId: frame.sessionId };
    case 'container.changed':
      return { type: 'container.changed', container: frame.container };
    default:
      return assertNever(frame);
  }
}

function assertNever(frame: never): never {
  throw new Error(`Unknown frame ${JSON.stringify(frame)}`);
}
