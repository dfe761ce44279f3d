import { EventEmitter2 } from '@nestjs/event-emitter';
import type { ContainerResponse, SessionResponse } from '@codex-webapp/contracts';
import { ContainerProviderRegistry } from '../../src/modules/containers/providers/container-provider.registry.ts';
import { FakeContainerProvider } from '../../src/modules/containers/providers/fake/fake.provider.ts';
import { SessionContainersService } from '../../src/modules/containers/session-containers.service.ts';
import { LinkRegistry } from '../../src/modules/link/link-registry.ts';
import { linkEvents } from '../../src/modules/link/link.events.ts';
import type { Link } from '../../src/modules/link/link.ts';
import { createTestApp, type TestApp, type TestAppOptions, type TestUser } from './create-test-app.ts';
import { ShiftedClock } from './shifted-clock.ts';
import { waitFor } from './wait-for.ts';

type ContainerVerb = 'create' | 'start' | 'stop' | 'restart' | 'recreate' | 'upgrade';

interface FakeWorldOptions extends Pick<TestAppOptions, 'env' | 'folder'> {
  readonly provider?: FakeContainerProvider;
}

/** The app with sessions that run in memory, connect when the test says so, and a time that it can shift. */
export class FakeWorld implements AsyncDisposable {
  private constructor(
    readonly app: TestApp,
    readonly user: TestUser,
    readonly provider: FakeContainerProvider,
    readonly clock: ShiftedClock,
  ) {}

  static async create({
    provider = new FakeContainerProvider(),
    env,
    folder,
  }: FakeWorldOptions = {}): Promise<FakeWorld> {
    const clock = new ShiftedClock();
    provider.now = () => clock.now();
    const app = await createTestApp({
      clock,
      env: { ...env },
      ...(folder === undefined ? {} : { folder }),
      override: (builder) =>
        builder
          .overrideProvider(ContainerProviderRegistry)
          .useValue(new ContainerProviderRegistry([provider], provider.name)),
    });
    return new FakeWorld(app, await app.addUser(), provider, clock);
  }

  /** One that runs and is connected. */
  async addRunning(user: TestUser = this.user): Promise<string> {
    const { id } = await this.app.addSession(user);
    await this.connectStarted(id);
    return id;
  }

  /** What the container of a start does once it runs. */
  async connectStarted(sessionId: string): Promise<number> {
    await waitFor(() => this.provider.containers.get(sessionId)?.state.state === 'running');
    const generation = this.provider.containers.get(sessionId)?.spec.generation ?? 0;
    this.connect(sessionId, generation);
    await this.settled(sessionId, 'running');
    return generation;
  }

  /** Its link comes up. */
  connect(sessionId: string, generation: number): void {
    const link = {
      sessionId,
      generation,
      agents: [],
      isDrained: true,
      send: () => undefined,
      close: () => undefined,
    };
    this.app.get(LinkRegistry).put(link as unknown as Link);
    this.app.get(EventEmitter2).emit(linkEvents.connected, { sessionId, generation, runningTurnId: null });
  }

  /** Its link is gone, and nobody has noticed that the container is, too. */
  disconnect(sessionId: string): void {
    const link = this.app.get(LinkRegistry).get(sessionId);
    if (link) this.app.get(LinkRegistry).remove(link);
  }

  async status(sessionId: string): Promise<ContainerResponse> {
    const answer = await this.app.as(this.user).get(`/api/sessions/${sessionId}/container/status`);
    return answer.body as ContainerResponse;
  }

  async session(sessionId: string): Promise<SessionResponse> {
    return (await this.app.as(this.user).get(`/api/sessions/${sessionId}`)).body as SessionResponse;
  }

  async settled(sessionId: string, status: ContainerResponse['status']): Promise<void> {
    const containers = this.app.get(SessionContainersService);
    const look = async (): Promise<string> => {
      const [row] = await this.app.query<{ status: string }>(
        'SELECT status FROM containers WHERE session_id = ?',
        [sessionId],
      );
      return row?.status ?? 'absent';
    };
    await waitFor(async () => (await look()) === status && !containers.isBusy(sessionId), 15_000);
  }

  command(sessionId: string, verb: ContainerVerb, body?: object, user = this.user) {
    return this.app.as(user).post(`/api/sessions/${sessionId}/container/${verb}`, body);
  }

  prompt(sessionId: string, text: string) {
    return this.app.as(this.user).post(`/api/sessions/${sessionId}/messages`, { text });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app[Symbol.asyncDispose]();
  }
}
