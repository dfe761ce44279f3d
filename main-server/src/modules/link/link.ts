import type { AgentFrameOf, MainFrame } from '@codex-webapp/contracts';

/** The connection of one session's container, from its hello to its end. */
export interface Link {
  readonly sessionId: string;
  readonly generation: number;
  /** What the container can run, as it said in its hello. */
  readonly agents: AgentFrameOf<'hello'>['agents'];
  /** Whether it takes `workspace.prepare`. */
  readonly canPrepare: boolean;
  /** Whether all that stood in the container's outbox at its hello is stored. */
  readonly isDrained: boolean;
  /** Nothing happens on a link that has ended: whoever needs an answer waits for the next one. */
  send(frame: MainFrame): void;
  /** Takes nothing more in; another link of the session is about to take over. */
  retire(): void;
  close(code: number, reason: string): void;
}

/** What a link needs of its socket. */
export interface LinkSocket {
  readonly OPEN: number;
  readonly readyState: number;
  /** Bytes sent that the other end has not taken yet. */
  readonly bufferedAmount: number;
  send(text: string): void;
  close(code: number, reason: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  on(event: 'message', listener: (data: Buffer | ArrayBuffer | Buffer[], isBinary: boolean) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}
