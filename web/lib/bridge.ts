import { fieldProblemsOf, invalidFields } from '@codex-webapp/contracts/errors';
import { sessionMessageSchema, type PageMessage, type SessionMessage } from '@codex-webapp/contracts/bridge';

type MessageListener = (event: MessageEvent) => void;

/** What the bridge needs of the page's window. */
export interface BridgePage {
  addEventListener(type: 'message', listener: MessageListener): void;
  removeEventListener(type: 'message', listener: MessageListener): void;
}

/** What the bridge needs of the iframe. Its window exists once it is in the page. */
export interface BridgeFrame {
  readonly contentWindow: Pick<Window, 'postMessage'> | null;
}

export interface BridgeOptions {
  readonly page: BridgePage;
  readonly frame: BridgeFrame;
  /** The one origin that is listened to and spoken to. */
  readonly origin: string;
  readonly onMessage: (message: SessionMessage) => void;
}

export interface Bridge {
  send(message: PageMessage): void;
  close(): void;
}

/**
 * Speaks with the session UI in `frame`. The only place of this app that listens to `message` or posts one.
 * What does not come from this very window at this very origin is ignored; what it says and we do not understand is
 * answered with the field that is wrong.
 */
export function openBridge({ page, frame, origin, onMessage }: BridgeOptions): Bridge {
  const handleMessage: MessageListener = (event) => {
    // Compare the window, not only the origin: a session's page can be open in other tabs and frames too.
    if (event.origin !== origin || frame.contentWindow === null || event.source !== frame.contentWindow)
      return;
    const { data, error } = sessionMessageSchema.safeParse(event.data);
    if (data !== undefined) return onMessage(data);
    send({ type: 'ERROR', error: invalidFields('bridge.invalid', fieldProblemsOf(error)) });
  };
  const send = (message: PageMessage): void => frame.contentWindow?.postMessage(message, origin);
  page.addEventListener('message', handleMessage);
  return {
    send,
    close: () => page.removeEventListener('message', handleMessage),
  };
}
