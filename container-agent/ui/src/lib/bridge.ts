import {
  pageMessageSchema,
  type PageMessage,
  type PageMessageOf,
  type SessionMessage,
} from '@codex-webapp/contracts/bridge';
import { fieldProblemsOf, invalidFields } from '@codex-webapp/contracts/errors';
import { SessionSocketError } from '@codex-webapp/ui/conversation';

type Listener = (message: PageMessage) => void;

/** What the page around this one is to it. The only place that posts messages or listens to them. */
export interface Bridge {
  send(message: SessionMessage): void;
  /** Returns how to stop listening. */
  on<T extends PageMessage['type']>(type: T, listener: (message: PageMessageOf<T>) => void): () => void;
}

type Options = {
  readonly self: Window;
  readonly parent: Window;
  readonly appOrigin: string;
};

export class PageBridge implements Bridge {
  private readonly listeners = new Map<PageMessage['type'], Set<Listener>>();

  constructor(private readonly options: Options) {
    options.self.addEventListener('message', (event) => this.receive(event));
  }

  send(message: SessionMessage): void {
    // The exact origin: were another page put in its place, it would hear nothing.
    this.options.parent.postMessage(message, this.options.appOrigin);
  }

  on<T extends PageMessage['type']>(type: T, listener: (message: PageMessageOf<T>) => void): () => void {
    const listeners = this.listeners.get(type) ?? new Set();
    this.listeners.set(type, listeners);
    listeners.add(listener as Listener);
    return () => listeners.delete(listener as Listener);
  }

  private receive(event: MessageEvent): void {
    const { parent, appOrigin } = this.options;
    // The window too, not only the origin: a popup of the app's origin is not the page around us.
    if (event.origin !== appOrigin || event.source !== parent) return;
    const parsed = pageMessageSchema.safeParse(event.data);
    if (!parsed.success) {
      this.send({ type: 'ERROR', error: invalidFields('bridge.invalid', fieldProblemsOf(parsed.error)) });
      return;
    }
    for (const listener of this.listeners.get(parsed.data.type) ?? []) listener(parsed.data);
  }
}

/** Without a page around it, run by hand: nobody to tell, nobody to hear. */
export const loneBridge: Bridge = {
  send: () => {},
  on: () => () => {},
};

/** The page answers at once or not at all; the socket asks again. */
const ticketDeadlineMs = 8_000;

/** Asks the page for a ticket, good for one connection. Concurrent calls each ask. */
export function requestTicket(bridge: Bridge, sessionId: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const stopToken = bridge.on('AUTH_TOKEN', (message) => {
      if (message.sessionId !== sessionId) return finish(() => reject(wrongSession));
      finish(() => resolve(message.ticket));
    });
    const timer = setTimeout(
      () => finish(() => reject(new Error('The page gave no ticket in time.'))),
      ticketDeadlineMs,
    );
    function finish(settle: () => void): void {
      clearTimeout(timer);
      stopToken();
      settle();
    }
    bridge.send({ type: 'AUTH_REQUEST' });
  });
}

const wrongSession = new SessionSocketError('signed-out', 'The page gave a ticket of another session.');
