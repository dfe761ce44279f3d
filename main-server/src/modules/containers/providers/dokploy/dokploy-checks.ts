import type { DokployCheck, DokployCheckName } from '@codex-webapp/contracts';
import { dokployCheckNames } from '@codex-webapp/contracts';
import { ContainerProviderError } from '../container-provider.errors.ts';
import { currentUser, serverList, versionText } from './dokploy-answers.ts';
import { DokployApiError } from './dokploy-api.errors.ts';
import type { DokployConnection } from './dokploy-connection.ts';
import { DokployEngine, parseConstraint } from './dokploy-engine.ts';
import { imageNote, mainUrlNote } from './dokploy-notes.ts';
import { DokployClient } from './dokploy.client.ts';

/** Deleting volumes, own networks and sourceType came by then. */
const oldestVersion = [0, 30, 0] as const;
const testTimeoutMs = 8_000;

/** What keeps Dokploy from being used, as far as one look tells; null when nothing does. Answers within `timeoutMs`. */
export async function findWhatIsWrong(
  connection: DokployConnection,
  timeoutMs: number,
): Promise<string | null> {
  const problem = imageNote(connection.image) ?? (connection.mainUrl === null ? mainUrlNote : null);
  if (problem !== null) return problem;
  try {
    const client = new DokployClient({ ...connection, timeoutMs, attempts: 1 });
    const role = checkRole(client);
    // Told after what the version's check says.
    role.catch(() => undefined);
    await checkVersion(client);
    await role;
    return null;
  } catch (error) {
    return describe(error);
  }
}

/** Looks at everything sessions will need, and changes nothing. */
export async function testConnection(connection: DokployConnection): Promise<readonly DokployCheck[]> {
  const client = new DokployClient({ ...connection, timeoutMs: testTimeoutMs });
  const engine = new DokployEngine(client);
  const { serverId, placement } = connection;
  const steps: Readonly<Record<DokployCheckName, () => Promise<string>>> = {
    address: async () => {
      await client.health();
      return `Dokploy answers at ${connection.baseUrl}.`;
    },
    version: async () => `Version ${await checkVersion(client)}.`,
    key: () => checkRole(client),
    server: async () => {
      if (serverId === null) return 'Sessions run on Dokploy’s own host.';
      const servers = await client.get('server.all', serverList);
      const found = servers.find((server) => server.serverId === serverId);
      if (found !== undefined) return `Sessions run on the server ${found.name}.`;
      throw refused(
        `Dokploy has no server ${serverId}. It has: ${servers.map(toServer).join(', ') || 'none'}.`,
      );
    },
    engine: async () => {
      const ready = (await engine.listNodes(serverId)).filter(({ isReady }) => isReady);
      if (ready.length === 0)
        throw refused('No node of the swarm can take work. Check them in Docker Swarm.');
      return `The swarm can take work on: ${ready.map(({ hostname }) => hostname).join(', ')}.`;
    },
    nodes: async () => {
      if (placement.length === 0) return 'Sessions run on the node of Dokploy itself.';
      for (const constraint of placement) parseConstraint(constraint);
      const fitting = await engine.listFittingIds(serverId, placement);
      const ready = (await engine.listNodes(serverId)).filter(
        ({ id, isReady }) => isReady && fitting.has(id),
      );
      if (ready.length > 0) return `Sessions run on ${ready.map(({ hostname }) => hostname).join(', ')}.`;
      throw refused(`No node that can take work fits ${placement.join(', ')}.`);
    },
    image: async () => {
      const problem = imageNote(connection.image);
      if (problem !== null) throw refused(problem);
      return `Sessions run ${connection.image}. Whether it can be pulled shows with the first one.`;
    },
    mainUrl: async () => {
      if (connection.mainUrl === null) throw refused(mainUrlNote);
      return `Containers will look for this server at ${connection.mainUrl}.`;
    },
  };
  const checks: DokployCheck[] = [];
  let isCut = false;
  for (const name of dokployCheckNames) {
    const isAboutUs = name === 'image' || name === 'mainUrl';
    if (isCut && !isAboutUs) {
      checks.push({
        name,
        state: 'skipped',
        message: 'Not looked at: something before it has to be right first.',
      });
      continue;
    }
    const check = await carryOut(name, steps[name]);
    checks.push(check);
    isCut ||= check.state === 'failed';
  }
  return checks;
}

async function carryOut(name: DokployCheckName, step: () => Promise<string>): Promise<DokployCheck> {
  try {
    return { name, state: 'ok', message: await step() };
  } catch (error) {
    return { name, state: 'failed', message: describe(error) };
  }
}

async function checkVersion(client: DokployClient): Promise<string> {
  const version = await client.get('settings.getDokployVersion', versionText);
  if (isNewEnough(version)) return version;
  throw refused(`Dokploy is ${version}; sessions need v${oldestVersion.join('.')} or newer. Update Dokploy.`);
}

async function checkRole(client: DokployClient): Promise<string> {
  const { role } = await client.get('user.get', currentUser);
  if (role === 'owner' || role === 'admin') return `The key is that of an ${role}.`;
  throw refused(
    `The key is that of a ${role ?? 'user without a role'}, who would lose access to sessions made at the same time. Use the key of an owner or admin.`,
  );
}

/** What is no number, a build of a branch, is taken for new. */
function isNewEnough(version: string): boolean {
  const parts = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  if (parts === undefined) return true;
  for (const [index, least] of oldestVersion.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

function toServer({ name, serverId }: { readonly name: string; readonly serverId: string }): string {
  return `${name} (${serverId})`;
}

function refused(message: string): ContainerProviderError {
  return new ContainerProviderError('rejected', message);
}

function describe(error: unknown): string {
  if (error instanceof DokployApiError || error instanceof ContainerProviderError) return error.message;
  throw error;
}
