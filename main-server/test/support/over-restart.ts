import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FakeContainerProvider } from '../../src/modules/containers/providers/fake/fake.provider.ts';
import { FakeWorld } from './fake-world.ts';

/**
 * `before` runs in one server, `after` in the next one on the same data and the same containers.
 * @param env of the first server only
 */
export async function overRestart(
  before: (world: FakeWorld) => Promise<string>,
  after: (world: FakeWorld, sessionId: string) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'over-restart-'));
  const provider = new FakeContainerProvider();
  try {
    let sessionId = '';
    {
      await using world = await FakeWorld.create({ folder, provider, env });
      sessionId = await before(world);
    }
    await using next = await FakeWorld.create({ folder, provider });
    await after(next, sessionId);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
