import { describe, expect, it } from '@jest/globals';
import { ContainerProviderError } from '../src/modules/containers/providers/container-provider.errors.ts';
import { FailingContainerProvider } from '../src/modules/containers/providers/fake/fake.provider.ts';
import { createTestApp } from './support/create-test-app.ts';
import { FakeWorld } from './support/fake-world.ts';
import { waitFor } from './support/wait-for.ts';

const metricsToken = 'a-token-for-metrics-alone';

async function collect(world: FakeWorld): Promise<string> {
  return (await world.app.withToken(metricsToken).get('/metrics')).text;
}

function setUp(provider?: FailingContainerProvider): Promise<FakeWorld> {
  return FakeWorld.create({ env: { METRICS_TOKEN: metricsToken }, ...(provider ? { provider } : {}) });
}

describe('metrics', () => {
  it('are read by administrators, and by who has the token for them', async () => {
    await using app = await createTestApp({ env: { METRICS_TOKEN: metricsToken } });
    const admin = await app.addAdmin();
    const readers = [
      app.as(admin),
      app.withToken(await app.addToken(admin, 'read')),
      app.withToken(metricsToken),
    ];
    for (const reader of readers) {
      const { status, headers, text } = await reader.get('/metrics');
      expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
      expect(text).toMatch(/process_resident_memory_bytes \d/);
    }
    expect((await app.anonymous().get('/metrics')).status).toBe(401);
    expect((await app.withToken(`${metricsToken}x`).get('/metrics')).status).toBe(401);
    expect((await app.as(await app.addUser()).get('/metrics')).status).toBe(403);
  });

  it('have figures of the process from the first look on', async () => {
    await using app = await createTestApp();
    const { text } = await app.as(await app.addAdmin()).get('/metrics');
    const delay = /^nodejs_eventloop_lag_mean_seconds (\S+)$/m.exec(text)?.[1];
    expect(Number(delay)).toBeGreaterThan(0);
    expect(Number(delay)).toBeLessThan(60);
  });

  it('are for administrators alone where no token is set', async () => {
    await using app = await createTestApp();
    expect((await app.withToken(metricsToken).get('/metrics')).status).toBe(401);
    expect((await app.as(await app.addAdmin()).get('/metrics')).status).toBe(200);
  });

  it('tell of running sessions what they use, and of stopped ones nothing', async () => {
    await using world = await setUp();
    const [running, stopped] = [await world.addRunning(), await world.addRunning()];
    world.clock.shift(60_000);
    await waitFor(async () => (await collect(world)).includes(running));
    await world.command(stopped, 'stop');
    await world.settled(stopped, 'stopped');
    const text = await collect(world);
    const labels = `{session="${running}",provider="docker"}`;
    expect(text).toContain(`codex_webapp_session_memory_bytes${labels} 1048576`);
    expect(text).toContain(`codex_webapp_session_memory_limit_bytes${labels} 4194304`);
    expect(text).toContain(`codex_webapp_session_disk_bytes${labels} 1048576`);
    expect(text).not.toContain(stopped);
    const container = world.provider.containers.get(running);
    if (container) container.cpuSeconds += 3;
    world.clock.shift(30_000);
    await waitFor(async () => {
      const cores = /codex_webapp_session_cpu_cores\{[^}]+\} (\S+)/.exec(await collect(world))?.[1];
      return Number(cores) > 0;
    });
    expect(text).toContain('codex_webapp_sessions{container_status="running"} 1');
    expect(text).toContain('codex_webapp_sessions{container_status="stopped"} 1');
    expect(text).toContain('codex_webapp_connections{kind="link"} 2');
  });

  it('count starts of containers by how they ended', async () => {
    const provider = new FailingContainerProvider();
    await using world = await setUp(provider);
    provider.failWith(new ContainerProviderError('rejected', 'No.'));
    const { id } = await world.app.addSession(world.user);
    await world.settled(id, 'error');
    provider.heal();
    await world.addRunning();
    const text = await collect(world);
    expect(text).toContain('codex_webapp_container_starts_total{provider="docker",outcome="failed"} 1');
    expect(text).toContain('codex_webapp_container_starts_total{provider="docker",outcome="ready"} 1');
    expect(text).toContain('codex_webapp_container_start_seconds_count{provider="docker"} 1');
  });
});
