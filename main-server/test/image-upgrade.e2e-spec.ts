import { describe, expect, it } from '@jest/globals';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { WriteQueue } from '../src/database/write-queue.ts';
import { ContainerReconciler } from '../src/modules/containers/container-reconciler.ts';
import { containerEvents, type ContainerChanged } from '../src/modules/containers/container.events.ts';
import { ContainerProviderError } from '../src/modules/containers/providers/container-provider.errors.ts';
import type {
  ContainerRef,
  ContainerSpec,
  StartOptions,
} from '../src/modules/containers/providers/container-provider.ts';
import { FakeContainerProvider } from '../src/modules/containers/providers/fake/fake.provider.ts';
import { FakeWorld } from './support/fake-world.ts';
import { waitFor } from './support/wait-for.ts';

const first = { name: 'registry.test/agent:1', id: 'sha256:1' };
const second = { name: 'registry.test/agent:1', id: 'sha256:2' };

/** Cannot get a newer image. */
class NoNewerImageContainerProvider extends FakeContainerProvider {
  override start(spec: ContainerSpec, options?: StartOptions): Promise<ContainerRef> {
    if (spec.pullsImage !== true) return super.start(spec, options);
    const message = 'The registry does not have it.';
    return Promise.reject(new ContainerProviderError('image_unavailable', message));
  }
}

/** Loses the answer of the first start, and lets its repetition wait. A newer image comes meanwhile. */
class LostAnswerContainerProvider extends FakeContainerProvider {
  private lostOf: string | null = null;
  private goOn: () => void = () => undefined;
  private readonly mayGoOn = new Promise<void>((resolve) => (this.goOn = resolve));

  override async start(spec: ContainerSpec, options?: StartOptions): Promise<ContainerRef> {
    if (this.lostOf === spec.sessionId) await this.mayGoOn;
    const ref = await super.start(spec, options);
    if (this.lostOf !== null) return ref;
    this.lostOf = spec.sessionId;
    this.image = second;
    throw new ContainerProviderError('failed', 'The engine hung up.', { isRetryable: true });
  }

  letGo(): void {
    this.goOn();
  }
}

async function createWorld(provider = new FakeContainerProvider()): Promise<FakeWorld> {
  provider.image = first;
  return FakeWorld.create({ provider });
}

describe('the image of a session', () => {
  it('is named, and called outdated once the next start would use another', async () => {
    await using world = await createWorld();
    const id = await world.addRunning();
    expect(await world.status(id)).toMatchObject({ image: first.name, isOutdated: false });
    await world.app.get(ContainerReconciler).reconcileAll();
    const told: ContainerChanged[] = [];
    world.app
      .get(EventEmitter2)
      .on(containerEvents.changed, (changed: ContainerChanged) => told.push(changed));
    world.provider.image = second;
    await world.app.get(ContainerReconciler).reconcileAll();
    expect(await world.status(id)).toMatchObject({ image: first.name, isOutdated: true });
    expect(told.map(({ container }) => container)).toMatchObject([{ sessionId: id, isOutdated: true }]);
  });

  it('of a container that was there already is not what the next ones are made from', async () => {
    const provider = new LostAnswerContainerProvider();
    await using world = await createWorld(provider);
    const { id } = await world.app.addSession(world.user);
    await waitFor(() => provider.image === second);
    const other = await world.addRunning();
    provider.letGo();
    await world.connectStarted(id);
    expect(await world.status(id)).toMatchObject({ image: first.name, isOutdated: true });
    expect(await world.status(other)).toMatchObject({ isOutdated: false });
  });

  it('is upgraded in one action, with a new generation on the same data', async () => {
    await using world = await createWorld();
    const id = await world.addRunning();
    world.provider.image = second;
    const { generation } = await world.status(id);
    const { status, body } = await world.command(id, 'upgrade');
    expect([status, body.status]).toEqual([200, 'creating']);
    await world.connectStarted(id);
    const after = await world.status(id);
    expect(after).toMatchObject({ status: 'running', isOutdated: false });
    expect(after.generation).toBeGreaterThan(generation);
    expect(world.provider.starts.map(({ pullsImage }) => pullsImage)).toEqual([false, true]);
    expect(world.provider.containers.get(id)?.lines[0]).toContain('run 2');

    await world.command(id, 'restart');
    await world.connectStarted(id);
    expect(world.provider.starts.at(-1)?.pullsImage).toBe(false);
  });

  it('is upgraded by the start of a session that is stopped', async () => {
    await using world = await createWorld();
    const id = await world.addRunning();
    await world.command(id, 'stop');
    await world.command(id, 'upgrade');
    await world.connectStarted(id);
    expect(world.provider.starts.at(-1)?.pullsImage).toBe(true);
  });

  it('is not upgraded under a turn, unless that may end', async () => {
    await using world = await createWorld();
    const id = await world.addRunning();
    await world.app
      .get(WriteQueue)
      .run((manager) => manager.query(`UPDATE sessions SET running_turn_id = 'turn-1' WHERE id = ?`, [id]));
    const { generation } = await world.status(id);
    const refused = await world.command(id, 'upgrade', {});
    expect([refused.status, refused.body.error.code]).toEqual([409, 'container.turn_running']);
    expect(await world.status(id)).toMatchObject({ status: 'running', generation });
    expect((await world.command(id, 'upgrade', { endsTurn: 'yes' })).status).toBe(400);
    expect((await world.command(id, 'upgrade', { endsTurn: true })).status).toBe(200);
    await world.connectStarted(id);
    expect(world.provider.starts.at(-1)?.pullsImage).toBe(true);
  });

  it('that cannot be upgraded leaves a session that starts from the one it had', async () => {
    await using world = await createWorld(new NoNewerImageContainerProvider());
    const id = await world.addRunning();
    await world.command(id, 'upgrade');
    await world.settled(id, 'error');
    const failed = await world.status(id);
    expect(failed.reason).toContain('does not have it');
    await world.command(id, 'start');
    await world.connectStarted(id);
    expect(world.provider.containers.get(id)?.lines[0]).toContain('run 2');
  });

  it('is nothing to upgrade where there is none', async () => {
    await using world = await FakeWorld.create({ provider: new FakeContainerProvider('process') });
    const id = await world.addRunning();
    const { status, body } = await world.command(id, 'upgrade');
    expect([status, body.error.code]).toEqual([409, 'container.no_image']);
    expect(await world.status(id)).toMatchObject({ status: 'running', image: null, isOutdated: false });
  });
});

describe('what can be done about a container', () => {
  it('is listed with what it keeps and destroys, as the container is now', async () => {
    await using world = await createWorld();
    const id = await world.addRunning();
    const list = async () => {
      const answer = await world.app.as(world.user).get(`/api/sessions/${id}/container/status`);
      return answer.body.recovery as readonly { action: string; keeps: string[]; destroys: string[] }[];
    };
    const running = await list();
    expect(running.map(({ action }) => action)).toEqual([
      'recreate',
      'upgrade',
      'stop',
      'download',
      'delete',
    ]);
    expect(running[0]?.destroys.join()).toContain('programs that run');
    await world.command(id, 'stop');
    const stopped = await list();
    expect(stopped.map(({ action }) => action)).toEqual([
      'start',
      'recreate',
      'upgrade',
      'download',
      'delete',
    ]);
    expect(stopped[0]?.destroys).toEqual([]);
    for (const { action, keeps } of stopped)
      expect(keeps.join().includes('workspace')).toBe(action !== 'delete');
  });

  it('is, among others, to make it anew on the same data', async () => {
    await using world = await createWorld();
    const id = await world.addRunning();
    await world.command(id, 'recreate');
    await world.connectStarted(id);
    expect(world.provider.containers.get(id)?.lines[0]).toContain('run 2');
    await waitFor(async () => (await world.status(id)).status === 'running');
  });
});
