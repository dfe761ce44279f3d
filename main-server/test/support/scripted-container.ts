import { randomBytes } from 'node:crypto';
import {
  mainFrameSchema,
  protocolVersion,
  type AgentControls,
  type AgentFrameOf,
  type MainFrame,
  type MainFrameOf,
  type TurnEvent,
} from '@codex-webapp/contracts';
import { WriteQueue } from '../../src/database/write-queue.ts';
import { SessionTokensService } from '../../src/modules/auth/session-tokens.service.ts';
import { ContainerIdentityService } from '../../src/modules/session-state/container-identity.service.ts';
import type { TestApp } from './create-test-app.ts';
import { TestClient } from './test-client.ts';
import { TestSocket } from './test-socket.ts';

export interface HelloOptions {
  readonly runningTurnId?: string | null;
  /** Of its one agent. */
  readonly canSteer?: boolean;
  /** In the place of that one. */
  readonly agents?: AgentFrameOf<'hello'>['agents'];
  /** Missing: one of an older image. */
  readonly canPrepare?: boolean;
}

/** As a hello names it. */
export function describeAgent(
  id: string,
  over: Partial<AgentFrameOf<'hello'>['agents'][number]> = {},
): AgentFrameOf<'hello'>['agents'][number] {
  return { id, name: id, description: '', isAvailable: true, reason: null, ...over };
}

/** A session's container as far as main-server can see one: its token, its link, its outbox. */
export class ScriptedContainer {
  socket: TestSocket<MainFrame>;
  epoch = randomBytes(16).toString('hex');
  seq = 0;
  /** What it was told is committed, and has forgotten. */
  forgottenSeq = 0;

  private constructor(
    private readonly app: TestApp,
    readonly sessionId: string,
    readonly token: string,
  ) {}

  /** Makes the row of a container that runs, as its provider would have, and its token. */
  static async create(app: TestApp, sessionId: string, generation = 1): Promise<ScriptedContainer> {
    await app.get(WriteQueue).run(async (manager) => {
      await manager.query(
        `INSERT INTO containers (session_id, provider, desired, status, generation, token_issued_at, updated_at)
         VALUES (?, 'manual', 'running', 'running', ?, 0, 0)
         ON CONFLICT (session_id) DO UPDATE SET generation = excluded.generation, status = 'running'`,
        [sessionId, generation],
      );
      await manager.query(`UPDATE sessions SET container_status = 'running' WHERE id = ?`, [sessionId]);
    });
    app.get(ContainerIdentityService).forget(sessionId);
    const issuedAt = Math.floor(Date.now() / 1_000);
    const token = app.get(SessionTokensService).issue({ sessionId, generation, issuedAt });
    return new ScriptedContainer(app, sessionId, token);
  }

  /** One that is connected. */
  static async connect(
    app: TestApp,
    sessionId: string,
    options: HelloOptions = {},
  ): Promise<ScriptedContainer> {
    const container = await ScriptedContainer.create(app, sessionId);
    await container.connect(options);
    return container;
  }

  get webhooks(): TestClient {
    return new TestClient(this.app.containerUrl, { authorization: `Bearer ${this.token}` });
  }

  async connect(options: HelloOptions = {}): Promise<MainFrameOf<'hello'>> {
    await this.open();
    this.hello(options);
    return this.waitFor('hello');
  }

  async open(): Promise<void> {
    const url = `${this.app.containerUrl.replace('http', 'ws')}/ws/sessions/${this.sessionId}?role=container`;
    this.socket = await TestSocket.open(url, { authorization: `Bearer ${this.token}` });
  }

  hello({ runningTurnId = null, canSteer, agents, canPrepare }: HelloOptions = {}): void {
    this.socket.send({
      type: 'hello',
      protocolVersion,
      version: '0.1.0',
      bootId: 'boot',
      outbox: { epoch: this.epoch, lastSeq: this.seq, ackedSeq: this.forgottenSeq },
      agents: agents ?? (canSteer === undefined ? [] : [describeAgent('shell', { canSteer })]),
      runningTurnId,
      ...(canPrepare === undefined ? {} : { canPrepare }),
    });
  }

  /** What an agent tells of itself when it starts. */
  report(controls: AgentControls): void {
    this.socket.send({ type: 'agent.controls', ...controls });
  }

  /** Numbers the events and sends them in one frame. Returns the number of the last. */
  send(...events: readonly (TurnEvent | Record<string, unknown>)[]): number {
    const numbered = events.map((event) => ({ seq: (this.seq += 1), at: Date.now(), event }));
    this.socket.send({ type: 'events', epoch: this.epoch, events: numbered });
    return this.seq;
  }

  /** Resolves when everything up to the number is committed. */
  async acked(seq = this.seq): Promise<void> {
    await this.socket.wait((frame) => frame.type === 'ack' && frame.epoch === this.epoch && frame.seq >= seq);
  }

  async sendAcked(...events: readonly (TurnEvent | Record<string, unknown>)[]): Promise<void> {
    await this.acked(this.send(...events));
  }

  async waitFor<T extends MainFrame['type']>(type: T): Promise<MainFrameOf<T>> {
    const frame = await this.socket.wait((one) => one.type === type);
    return mainFrameSchema.parse(frame) as MainFrameOf<T>;
  }

  disconnect(): void {
    this.socket.close();
  }
}
