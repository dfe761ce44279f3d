import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { ContainerRef, ContainerSpec } from '../container-provider.ts';
import { compare } from './dokploy-home.ts';
import {
  makeDokploySetup,
  programImage,
  standingImage,
  type DokploySetup,
  type DokploySetupOptions,
} from '../../../../../test/support/dokploy-setup.ts';
import type { SimulatedImage } from '../../../../../../tools/dokploy-simulator/src/index.ts';
import { waitFor } from '../../../../../test/support/wait-for.ts';

const crashingImage = 'registry.test/codex/crashing:1';
const privateImage = 'registry.test/codex/private:1';
const localImage = 'registry.test/codex/built-here:1';

/**
 * What a real Dokploy was seen doing that its documentation does not say: each is met here, one by one. § is the section
 * of docs/dokploy.md that tells it.
 */
describe('DokployContainerProvider and the ways of Dokploy', () => {
  let setup: DokploySetup;
  let sessionId: string;

  beforeEach(() => {
    sessionId = randomUUID();
  });
  afterEach(() => setup.dispose());

  async function begin(options: DokploySetupOptions = {}): Promise<void> {
    setup = await makeDokploySetup({ connection: { image: standingImage }, ...options });
  }

  function specOf(generation = 1, environment: Record<string, string> = {}, id = sessionId): ContainerSpec {
    return { sessionId: id, generation, environment: { WORKSPACE_PATH: '/data/workspace', ...environment } };
  }

  const start = (generation = 1): Promise<ContainerRef> => setup.provider.start(specOf(generation));
  const rows = () => setup.simulator.dokploy.rows;
  const engine = () => setup.simulator.dokploy.engine(null);
  const app = () => rows().applications[0]!;
  const service = () => engine().services.get(app().appName)!;
  const sent = (route: string) => setup.simulator.requests.filter((request) => request.route === route);
  const ofMember = () =>
    setup.makeProvider({ connection: { apiKey: setup.simulator.keys.create({ role: 'member' }) } });
  const stateOf = async (ref: ContainerRef) => (await setup.provider.inspect(ref)).state;

  describe('transport', () => {
    it('§0 takes an empty 200 for the success it is', async () => {
      await begin();
      await start();
      expect(sent('application.deploy').map(({ status }) => status)).toEqual([200]);
    });

    it('§0 sends no key that Dokploy would drop in silence', async () => {
      await begin();
      const ref = await start();
      await setup.provider.stop(ref);
      await start(2);
      await setup.provider.remove(ref);
      await setup.provider.removeData(sessionId);
      expect([...setup.simulator.droppedKeys]).toEqual([]);
      expect(setup.simulator.requests.filter(({ status }) => status === 400)).toEqual([]);
    });

    it('§0 says what a 401 without a code may mean: also that the rate limit of the key is used up', async () => {
      await begin();
      const limited = setup.simulator.keys.create({ isLimited: true });
      const provider = setup.makeProvider({ connection: { apiKey: limited } });
      const failure = await provider.start(specOf()).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        reason: 'rejected',
        message: expect.stringMatching(
          /wrong, disabled or expired, or its rate limit.*rateLimitEnabled: false/s,
        ),
      });
      expect((failure as Error).message).not.toContain(limited);
    });

    it('§0 says that the key may not do this where a 401 comes with a code', async () => {
      await begin();
      setup.simulator.misfortunes.add({
        route: 'application.create',
        misfortune: { type: 'refuse', status: 401 },
        times: Infinity,
      });
      await expect(start()).rejects.toMatchObject({
        reason: 'rejected',
        message: expect.stringMatching(/not allowed to do this.*owner or admin/s),
      });
    });

    it('§0 says whose key it needs where a member’s key loses apps that it makes at the same time', async () => {
      await begin();
      const provider = ofMember();
      const ids = Array.from({ length: 6 }, () => randomUUID());
      const ends = await Promise.allSettled(ids.map((id) => provider.start(specOf(1, {}, id))));
      const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
      expect(failures.length).toBeGreaterThan(0);
      for (const failure of failures) {
        expect(failure).toMatchObject({
          reason: 'rejected',
          message: expect.stringMatching(/not allowed to do this.*owner or admin/s),
        });
      }
      expect(rows().applications).toHaveLength(6);
    });

    it('§0 offers no sessions with the key of a member, but with that of an admin', async () => {
      await begin();
      expect(await ofMember().check()).toMatchObject({
        isAvailable: false,
        note: expect.stringMatching(/key is that of a member.*lose access.*owner or admin/s),
      });
      const apiKey = setup.simulator.keys.create({ role: 'admin' });
      const ofAdmin = setup.makeProvider({ connection: { apiKey } });
      expect(await ofAdmin.check()).toMatchObject({ isAvailable: true });
    });

    it('§0 sends its key in the one header Dokploy reads, to the socket of a log too', async () => {
      await begin({ connection: { image: programImage } });
      const bearer = { authorization: `Bearer ${setup.simulator.apiKey}` };
      const refused = await fetch(`${setup.simulator.url}/api/user.get`, { headers: bearer });
      expect([refused.status, await refused.json()]).toEqual([401, { message: 'Unauthorized' }]);
      const ref = await start();
      for await (const { text } of setup.provider.logs(ref, { follow: true, tail: 0 }))
        if (text === 'tick') break;
    });

    it('§0 removes an app though its update is a bad request, as that of one that is gone is', async () => {
      await begin();
      const ref = await start();
      setup.simulator.misfortunes.add({
        route: 'application.update',
        misfortune: { type: 'refuse', status: 400 },
        times: 1,
      });
      await setup.provider.remove(ref);
      expect([rows().applications, [...engine().services.keys()]]).toEqual([[], []]);
    });

    it('§0 says in words what a body over 1 MB is, which is answered in plain text', async () => {
      await begin();
      const large = { LARGE: 'x'.repeat(1024 * 1024) };
      await expect(setup.provider.start(specOf(1, large))).rejects.toMatchObject({
        reason: 'rejected',
        message: expect.stringMatching(/more than Dokploy takes.*environment/s),
      });
      expect(engine().services.size).toBe(0);
    });

    it('§0 does not take a refused key for the absence of a session', async () => {
      await begin();
      const ref = await start();
      setup.simulator.keys.revoke(setup.simulator.apiKey);
      await expect(setup.provider.inspect(ref)).rejects.toThrow('does not accept the API key');
      await expect(setup.provider.list()).rejects.toThrow('does not accept the API key');
    });

    it('§0 waits as long as a proxy asks for, and goes on', async () => {
      await begin();
      const refuse = { type: 'refuse', status: 429, retryAfterS: 0 } as const;
      setup.simulator.misfortunes.add({ route: 'application.create', misfortune: refuse, times: 2 });
      setup.simulator.misfortunes.add({
        route: 'application.update',
        misfortune: { ...refuse, status: 503 },
        times: 2,
      });
      expect(await stateOf(await start())).toBe('running');
      expect(rows().applications).toHaveLength(1);
    });

    it('§0 gives up after a few tries, with a sentence', async () => {
      await begin();
      setup.simulator.misfortunes.add({ misfortune: { type: 'refuse', status: 503 }, times: Infinity });
      await expect(start()).rejects.toMatchObject({
        reason: 'unreachable',
        isRetryable: true,
        message: expect.stringContaining('not ready'),
      });
      expect(setup.simulator.requests.length).toBeLessThan(10);
    });

    it('§0 does not wait for ever for an answer', async () => {
      await begin({ times: { requestMs: 100 } });
      setup.simulator.misfortunes.add({ misfortune: { type: 'hang' }, times: Infinity });
      await expect(start()).rejects.toMatchObject({
        message: expect.stringContaining('did not answer in time'),
      });
    });

    it('§0 does not send the key on where a redirect leads', async () => {
      await begin();
      setup.simulator.misfortunes.add({ misfortune: { type: 'refuse', status: 307 }, times: Infinity });
      await expect(start()).rejects.toThrow(/redirects \(307\)/);
    });

    it('§2 puts neither key, password nor environment into an error', async () => {
      await begin({ connection: { registry: { username: 'robot', password: 'canary-password' } } });
      for (let after = 0; after < 40; after += 1) {
        setup.simulator.misfortunes.clear();
        setup.simulator.misfortunes.add({ misfortune: { type: 'refuse', status: 500 }, times: 1, after });
        const failure = await setup.provider
          .start(specOf(after + 1, { SECRET: 'canary-value' }))
          .catch((error: unknown) => error);
        const { message, stack, cause } = failure instanceof Error ? failure : new Error('none');
        const told = `${message}${stack}${String((cause as Error | undefined)?.stack)}${JSON.stringify(failure)}`;
        expect(told).not.toContain('canary');
        expect(told).not.toContain(setup.simulator.apiKey);
      }
    });
  });

  describe('versions', () => {
    it.each(['v0.29.14', 'v0.28.8', 'v0.9.4'])('§6 says that %s is too old', async (version) => {
      await begin({ simulator: { version } });
      expect(await setup.provider.check()).toMatchObject({
        isAvailable: false,
        note: expect.stringMatching(/v0\.30\.0 or newer/),
      });
    });

    it.each(['v0.30.0', 'v0.31.2', 'v1.0.0', 'canary'])('§6 takes %s', async (version) => {
      await begin({ simulator: { version } });
      expect(await setup.provider.check()).toMatchObject({ isAvailable: true });
    });

    it('§6 notices that what it asked for was not kept', async () => {
      await begin();
      const { dokploy } = setup.simulator;
      const { push } = dokploy.rows.applications;
      // As a version that does not know the key.
      dokploy.rows.applications.push = (...added) => {
        for (const row of added) {
          Object.defineProperty(row, 'detachDokployNetwork', {
            get: () => false,
            set: () => {},
            enumerable: true,
          });
        }
        return push.apply(dokploy.rows.applications, added);
      };
      await expect(start()).rejects.toThrow('did not keep what it was told of the network');
      expect(engine().services.size).toBe(0);
    });
  });

  describe('projects', () => {
    it('§1 makes one project for many sessions at once, and finds it again', async () => {
      await begin();
      await Promise.all([1, 2, 3, 4].map(() => setup.provider.start(specOf(1, {}, randomUUID()))));
      await setup.makeProvider().start(specOf());
      expect(rows().projects.map(({ name }) => name)).toEqual(['codex-webapp']);
      expect(rows().applications).toHaveLength(5);
    });

    it('§1 makes one project though the answer was lost', async () => {
      await begin();
      setup.simulator.misfortunes.add({
        route: 'project.create',
        misfortune: { type: 'drop-answer' },
        times: 1,
      });
      await start();
      expect(rows().projects).toHaveLength(1);
    });

    it('§1 uses the oldest of several projects of its name', async () => {
      await begin();
      await start();
      const [mine] = rows().projects;
      rows().projects.unshift({ ...mine!, projectId: 'younger', createdAt: '2999-01-01T00:00:00.000Z' });
      await setup.makeProvider().start(specOf(1, {}, randomUUID()));
      expect(new Set(rows().applications.map(({ environmentId }) => environmentId)).size).toBe(1);
    });

    it('§1 makes the environment it is told to use, once', async () => {
      await begin({ connection: { image: standingImage, environment: 'agents' } });
      setup.simulator.misfortunes.add({
        route: 'environment.create',
        misfortune: { type: 'drop-answer' },
        times: 1,
      });
      await start();
      expect(rows().environments.map(({ name }) => name)).toEqual(['production', 'agents']);
      expect(app().environmentId).toBe(rows().environments[1]?.environmentId);
    });

    it('§1 uses the environment «production» where it is asked for, which no request makes', async () => {
      await begin({ connection: { image: standingImage, environment: 'production' } });
      await start();
      expect(sent('environment.create')).toEqual([]);
      expect(app().environmentId).toBe(rows().environments[0]?.environmentId);
    });

    it('§1 refuses to start beside a service that outlived its app', async () => {
      await begin();
      await start();
      const { appName } = app();
      // As somebody who deletes the project in Dokploy: rows go, services stay.
      rows().applications.length = 0;
      rows().projects.length = 0;
      rows().environments.length = 0;
      const failure = await setup.provider.start(specOf(2)).catch((error: unknown) => error);
      expect(failure).toMatchObject({ message: expect.stringContaining(`docker service rm ${appName}`) });
    });
  });

  describe('create and update', () => {
    it('§2 reads the name of the service from the answer, since Dokploy appends to it', async () => {
      await begin();
      await start();
      expect(app().appName).toMatch(/^cw-[0-9a-f]{12}-[0-9a-f-]{36}-[a-z0-9]{6}$/);
      expect(app().appName.length).toBeLessThanOrEqual(63);
    });

    it('§2 makes one app though the answer was lost', async () => {
      await begin();
      setup.simulator.misfortunes.add({
        route: 'application.create',
        misfortune: { type: 'drop-answer' },
        times: 1,
      });
      await start();
      expect(rows().applications).toHaveLength(1);
    });

    it('§2 makes an app for an image, which would be deployed from GitHub if that were not said', async () => {
      await begin();
      await start();
      expect(sent('application.create').map(({ body }) => body)).toMatchObject([{ sourceType: 'docker' }]);
      expect(rows().deployments.map(({ status }) => status)).toEqual(['done']);
    });

    it('§2 sets everything in one update: image, environment, limits in texts of bytes and billionths', async () => {
      await begin();
      await start();
      expect(sent('application.update')).toHaveLength(1);
      expect(app()).toMatchObject({
        sourceType: 'docker',
        dockerImage: standingImage,
        memoryLimit: String(512 * 1024 * 1024),
        cpuLimit: '1500000000',
        replicas: 1,
        restartPolicySwarm: { Condition: 'none' },
        updateConfigSwarm: { Parallelism: 1, Order: 'stop-first', FailureAction: 'pause' },
        stopGracePeriodSwarm: 10_000_000_000,
        detachDokployNetwork: true,
        networkIds: [rows().networks[0]?.networkId],
        endpointSpecSwarm: { Mode: 'dnsrr' },
        registryId: null,
        labelsSwarm: expect.objectContaining({ 'codex-webapp.session': sessionId }),
      });
    });

    it('§2 gives a session the size it asks for', async () => {
      await begin();
      await setup.provider.start({ ...specOf(), size: 'large' });
      expect(app()).toMatchObject({ memoryLimit: String(1024 ** 3), cpuLimit: '3000000000' });
    });

    it('§4 attaches the volume to the app, and not to nothing', async () => {
      await begin();
      await start();
      expect(rows().mounts).toMatchObject([
        { type: 'volume', applicationId: app().applicationId, mountPath: '/data', volumeName: app().name },
      ]);
    });

    it('§4 makes one volume though the answer was lost, and though it came late', async () => {
      await begin();
      setup.simulator.misfortunes.add({
        route: 'mounts.create',
        misfortune: { type: 'drop-answer' },
        times: 1,
      });
      await start();
      expect(rows().mounts).toHaveLength(1);
      const [mount] = rows().mounts;
      rows().mounts.push({ ...mount!, mountId: 'late' });
      await setup.provider.stop({ provider: 'dokploy', sessionId, id: app().applicationId });
      await start(2);
      expect(rows().mounts).toHaveLength(1);
    });

    it('§5 gives each session a network of its own, and leaves the one that all apps share', async () => {
      await begin();
      await start();
      await setup.provider.start(specOf(1, {}, randomUUID()));
      const networks = [...engine().services.values()].map(({ spec }) => spec.networks);
      expect(networks.flat()).not.toContain('dokploy-network');
      expect(new Set(networks.flat()).size).toBe(2);
    });

    it('§3 hands over the environment unchanged', async () => {
      await begin();
      const odd = { HASH: 'a#b', QUOTES: `'"`, BACK: 'C:\\new', DOLLAR: '$HOME ${X}' };
      await setup.provider.start(specOf(1, odd));
      const { CODEX_WEBAPP_ENV: encoded = '', ...plain } = service().spec.environment;
      expect({ ...plain, ...JSON.parse(Buffer.from(encoded, 'base64').toString()) }).toMatchObject(odd);
    });

    it('§2 logs in to a private registry, by the host the image names', async () => {
      await begin({
        simulator: { images: { [privateImage]: { program: { stands: true }, where: 'private' } } },
        connection: { image: privateImage, registry: { username: 'robot', password: 'secret' } },
      });
      await start();
      expect(app()).toMatchObject({ username: 'robot', password: 'secret', registryUrl: 'registry.test' });
    });

    it('§2 says what to check when the registry lets nobody in', async () => {
      await begin({
        simulator: { images: { [privateImage]: { program: { stands: true }, where: 'private' } } },
        connection: { image: privateImage },
      });
      await expect(start()).rejects.toMatchObject({
        reason: 'image_unavailable',
        message: expect.stringMatching(
          /could not pull the image.*user name and password.*pull access denied/s,
        ),
      });
    });

    it.each(['session', 'codex/session:1'])('§2 refuses %s, which names no registry', async (image) => {
      await begin({ connection: { image } });
      await expect(start()).rejects.toThrow('names no registry');
      expect(await setup.provider.check()).toMatchObject({ isAvailable: false });
      expect(rows().applications).toEqual([]);
    });
  });

  describe('deployments', () => {
    it('§2 says why an image that is on the node alone cannot be used', async () => {
      await begin({
        simulator: { images: { [localImage]: { program: { stands: true }, where: 'local' } } },
        connection: { image: localImage },
      });
      await expect(start()).rejects.toMatchObject({ reason: 'image_unavailable' });
    });

    it('§2 does not believe «done»: a task that crashes at once is told as ended', async () => {
      await begin({
        simulator: { images: { [crashingImage]: { program: { exitsWith: 3 } } } },
        connection: { image: crashingImage },
      });
      const ref = await start();
      expect(app().applicationStatus).toBe('done');
      await waitFor(async () => (await stateOf(ref)) === 'stopped');
      expect(await setup.provider.inspect(ref)).toEqual({
        state: 'stopped',
        exitCode: 3,
        reason: 'It ended with exit code 3.',
      });
      expect(service().tasks).toHaveLength(1);
    });

    it('§2 is not rolled back in secret to what ran before', async () => {
      await begin({
        simulator: {
          images: {
            [standingImage]: { program: { stands: true } },
            [crashingImage]: { program: { exitsWith: 3 } },
          },
        },
      });
      await start();
      const ref = await setup.makeProvider({ connection: { image: crashingImage } }).start(specOf(2));
      await waitFor(async () => (await stateOf(ref)) === 'stopped');
      expect(service().spec.image).toBe(crashingImage);
    });

    it('§2 never has two containers on one volume', async () => {
      await begin({ connection: { image: programImage } });
      await start();
      let most = 0;
      const timer = setInterval(() => {
        const running = engine()
          .services.get(app().appName)
          ?.tasks.filter(({ state }) => state === 'Running').length;
        most = Math.max(most, running ?? 0);
      }, 1);
      await start(2);
      clearInterval(timer);
      expect(most).toBe(1);
    });

    it('§2 waits its turn behind other deployments, and says so', async () => {
      await begin();
      setup.simulator.dokploy.holdPulls();
      const said: { readonly first: string[]; readonly second: string[] } = { first: [], second: [] };
      const tell = (to: string[]) => (_step: string, detail: string | null) => to.push(detail ?? '');
      const first = setup.provider.start(specOf(1, {}, randomUUID()), { onProgress: tell(said.first) });
      await waitFor(() => said.first.includes('Dokploy pulls the image'));
      const second = setup.provider.start(specOf(), { onProgress: tell(said.second) });
      await waitFor(() => said.second.includes('Waiting for other deployments in Dokploy'));
      setup.simulator.dokploy.releasePulls();
      await Promise.all([first, second]);
    });

    it('§2 asks again for a deployment that a restart of Dokploy forgot', async () => {
      await begin();
      setup.simulator.dokploy.holdPulls();
      const blocked = setup.provider.start(specOf(1, {}, randomUUID()));
      await waitFor(() => setup.simulator.dokploy.jobs().some(({ state }) => state === 'active'));
      const waiting = start();
      await waitFor(() => setup.simulator.dokploy.jobs().length === 2);
      setup.simulator.restart();
      setup.simulator.dokploy.releasePulls();
      await Promise.all([blocked, waiting]);
      expect(rows().applications).toHaveLength(2);
      expect([...engine().services.values()].every(({ tasks }) => tasks[0]?.state === 'Running')).toBe(true);
    });

    it('§2 asks once for a deployment though the answer was lost', async () => {
      await begin();
      setup.simulator.misfortunes.add({
        route: 'application.deploy',
        misfortune: { type: 'drop-answer' },
        times: 1,
      });
      await start();
      expect(rows().deployments).toHaveLength(1);
      expect(service().tasks).toHaveLength(1);
    });

    it('§2 needs no deployment, and no place in the queue, where the node has the image', async () => {
      await begin();
      const ref = await start();
      await setup.provider.stop(ref);
      setup.simulator.dokploy.holdPulls();
      await start(2);
      expect(rows().deployments).toHaveLength(1);
      expect(await stateOf(ref)).toBe('running');
    });

    it('§2 deploys where a reload fails, which says nothing of the reason', async () => {
      await begin();
      const ref = await start();
      await setup.provider.stop(ref);
      setup.simulator.misfortunes.add({
        route: 'application.reload',
        misfortune: { type: 'refuse', status: 500 },
        times: 1,
      });
      await start(2);
      expect(await stateOf(ref)).toBe('running');
      expect(rows().deployments).toHaveLength(2);
    });

    it('§2 counts its deployments on, of which Dokploy keeps the newest ten', async () => {
      const standing: SimulatedImage = { program: { stands: true } };
      const registry: Record<string, SimulatedImage> = { [standingImage]: { ...standing, where: 'local' } };
      await begin({ simulator: { images: registry } });
      for (let tries = 0; tries < 12; tries += 1) {
        await expect(start()).rejects.toMatchObject({ reason: 'image_unavailable' });
      }
      expect(rows().deployments).toHaveLength(10);
      const titles = sent('application.deploy').map(({ body }) => (body as { title: string }).title);
      expect(new Set(titles).size).toBe(12);
      registry[standingImage] = standing;
      setup.simulator.dokploy.holdPulls();
      const abort = new AbortController();
      const given = setup.provider.start(specOf(), { signal: abort.signal });
      await waitFor(() => setup.simulator.dokploy.jobs().some(({ state }) => state === 'active'));
      abort.abort(new Error('given up'));
      await expect(given).rejects.toThrow('given up');
      const again = start();
      setup.simulator.dokploy.releasePulls();
      expect(await stateOf(await again)).toBe('running');
      // The one under way was found and followed, and not asked for again.
      expect(sent('application.deploy')).toHaveLength(13);
    });

    it('§4 pulls anew where the daily clean-up of Dokploy took the image of a stopped session', async () => {
      await begin();
      const ref = await start();
      await setup.provider.stop(ref);
      engine().images.clear();
      await start(2);
      expect(await stateOf(ref)).toBe('running');
      expect(rows().deployments).toHaveLength(2);
    });
  });

  describe('images', () => {
    it('§2 pulls one that was pushed again under its name, which a reload does not', async () => {
      await begin();
      const images: unknown[] = [];
      const onImage = (image: unknown) => images.push(image);
      await setup.provider.start(specOf(1), { onImage });
      await setup.provider.start(specOf(2), { onImage });
      expect(sent('application.deploy')).toHaveLength(1);
      await setup.provider.start({ ...specOf(3), pullsImage: true }, { onImage });
      expect(sent('application.deploy')).toHaveLength(2);
      // A repetition of the call whose answer was lost.
      await setup.provider.start({ ...specOf(3), pullsImage: true }, { onImage });
      expect(sent('application.deploy')).toHaveLength(2);
      expect(images).toEqual(Array.from({ length: 4 }, () => ({ name: standingImage, id: null })));
      expect(await setup.provider.findImage()).toEqual(images[0]);
    });

    it('§2 starts from the one the node has after a newer one could not be pulled', async () => {
      const standing: SimulatedImage = { program: { stands: true } };
      const registry: Record<string, SimulatedImage> = { [standingImage]: standing };
      await begin({ simulator: { images: registry } });
      await start();
      registry[standingImage] = { ...standing, where: 'local' };
      await expect(setup.provider.start({ ...specOf(2), pullsImage: true })).rejects.toMatchObject({
        reason: 'image_unavailable',
      });
      expect(await stateOf(await start(3))).toBe('running');
    });
  });

  describe('tasks', () => {
    it('§2 reads no reason out of the «Error:» that ends Dokploy’s table', async () => {
      await begin();
      const ref = await start();
      expect(await setup.provider.inspect(ref)).toEqual({ state: 'running', startedAt: null });
      await service().run?.program.stop(0);
      service().tasks[0]!.error = '';
      service().tasks[0]!.state = 'Shutdown';
      service().tasks[0]!.desired = 'shutdown';
      expect(await setup.provider.inspect(ref)).toEqual({ state: 'stopped', exitCode: null, reason: null });
      service().tasks[0]!.state = 'Complete';
      expect(await setup.provider.inspect(ref)).toMatchObject({ reason: 'It ended with exit code 0.' });
    });

    it('§2 says that it was the memory', async () => {
      await begin();
      const ref = await start();
      await engine().kill(app().appName, 'memory');
      expect(await setup.provider.inspect(ref)).toEqual({
        state: 'stopped',
        exitCode: 137,
        reason: expect.stringContaining('more memory than it may'),
      });
      expect(await setup.provider.inspect(ref)).toMatchObject({ state: 'stopped' });
    });

    it('§2 does not take the container of an app whose name goes on for its own', async () => {
      await begin();
      const ref = await start();
      const { appName } = app();
      await engine().kill(appName, 'signal');
      const longer = `${appName}-x7f3ab`;
      engine().apply({ ...service().spec, name: longer });
      await engine().services.get(longer)?.work;
      await engine().kill(longer, 'memory');
      expect(await setup.provider.inspect(ref)).toEqual({
        state: 'stopped',
        exitCode: 137,
        reason: 'It was ended by SIGKILL (exit code 137).',
      });
    });

    it('§2 measures by the table of the engine, since what Dokploy monitors stays empty', async () => {
      await begin();
      const ref = await start();
      expect(await setup.provider.stats([sessionId])).toMatchObject([
        { sessionId, cpu: { cores: 0.125 }, memory: { usedBytes: 64 * 1024 ** 2 } },
      ]);
      // The container of an app whose name goes on is not its own.
      const longer = `${app().appName}-x7f3ab`;
      engine().apply({ ...service().spec, name: longer });
      await engine().services.get(longer)?.work;
      await setup.provider.stop(ref);
      expect(await setup.provider.stats([sessionId])).toEqual([{ sessionId, disk: null }]);
      expect(sent('application.readAppMonitoring')).toEqual([]);
    });

    it('§2 does not take the empty answers of an engine that is away for the end of a session', async () => {
      await begin();
      const ref = await start();
      engine().isSilent = true;
      await expect(setup.provider.inspect(ref)).rejects.toMatchObject({
        reason: 'unreachable',
        isRetryable: true,
      });
      await expect(setup.provider.list()).rejects.toMatchObject({ reason: 'unreachable' });
      await expect(setup.provider.remove(ref)).rejects.toMatchObject({ reason: 'unreachable' });
    });

    it('§5 names the node that has no place', async () => {
      await begin({ times: { pendingMs: 200 } });
      const ref = await start();
      await setup.provider.stop(ref);
      engine().nodes[0]!.isReady = false;
      await expect(start(2)).rejects.toMatchObject({
        reason: 'out_of_resources',
        message: expect.stringContaining('no suitable node'),
      });
    });
  });

  describe('lists', () => {
    it('§0 never lists by the search, which leaves some out', async () => {
      await begin();
      const ids = Array.from({ length: 10 }, () => randomUUID());
      await Promise.all(ids.map((id) => setup.provider.start(specOf(1, {}, id))));
      expect((await setup.provider.list()).map((container) => container.sessionId).sort()).toEqual(
        ids.sort(),
      );
      expect(sent('application.search')).toEqual([]);
    });

    it('§1 does not see the apps of another installation, nor those of people', async () => {
      await begin();
      const other = setup.makeProvider({ instanceId: randomUUID() });
      await other.start(specOf());
      const ref = await start();
      rows().applications.push({ ...app(), applicationId: 'by-hand', name: 'my website', description: 'cw' });
      expect(await setup.provider.list()).toHaveLength(1);
      await setup.provider.remove(ref);
      await setup.provider.removeData(sessionId);
      expect(await other.list()).toMatchObject([{ sessionId, isRunning: true }]);
      expect(rows().applications).toHaveLength(2);
    });
  });

  describe('stop and start', () => {
    it('§2 never calls `start`, which hangs for a container that does not stay, nor `stop`', async () => {
      await begin();
      const ref = await start();
      await setup.provider.stop(ref);
      await start(2);
      expect([...sent('application.start'), ...sent('application.stop')]).toEqual([]);
    });

    it('§2 takes a session without a container for stopped, though Dokploy calls its app done', async () => {
      await begin();
      const ref = await start();
      await setup.provider.stop(ref);
      expect(app().applicationStatus).toBe('done');
      expect(await stateOf(ref)).toBe('stopped');
      expect(await setup.provider.list()).toMatchObject([{ sessionId, isRunning: false }]);
    });

    it('§2 stops a session whose image is still being pulled for good', async () => {
      await begin();
      setup.simulator.dokploy.holdPulls();
      const abort = new AbortController();
      const starting = setup.provider.start(specOf(), { signal: abort.signal });
      await waitFor(() => rows().deployments.length === 1);
      abort.abort(new Error('given up'));
      await expect(starting).rejects.toThrow('given up');
      const [container] = await setup.provider.list();
      const stopping = setup.provider.stop(container!.ref);
      setup.simulator.dokploy.releasePulls();
      await stopping;
      await waitFor(() => setup.simulator.dokploy.jobs().length === 0);
      expect(await stateOf(container!.ref)).toBe('stopped');
      expect([...engine().services.values()].flatMap(({ tasks }) => tasks)).toEqual([]);
    });

    it('§2 says that a session is not stopped while Dokploy goes on pulling, and stops it afterwards', async () => {
      await begin({ times: { quietMs: 100 } });
      setup.simulator.dokploy.holdPulls();
      const abort = new AbortController();
      const starting = setup.provider.start(specOf(), { signal: abort.signal });
      await waitFor(() => rows().deployments.length === 1);
      abort.abort(new Error('given up'));
      await expect(starting).rejects.toThrow('given up');
      const [container] = await setup.provider.list();
      await expect(setup.provider.stop(container!.ref)).rejects.toMatchObject({
        reason: 'timed_out',
        isRetryable: true,
      });
      setup.simulator.dokploy.releasePulls();
      await waitFor(() => setup.simulator.dokploy.jobs().length === 0);
      await setup.provider.stop(container!.ref);
      expect(await stateOf(container!.ref)).toBe('stopped');
    });
  });

  describe('removal', () => {
    it('§2 never deletes an app while it is deployed, which would leave a service nobody can delete', async () => {
      await begin();
      setup.simulator.dokploy.holdPulls();
      const abort = new AbortController();
      const starting = setup.provider.start(specOf(), { signal: abort.signal });
      await waitFor(() => rows().deployments.length === 1);
      abort.abort(new Error('given up'));
      await starting.catch(() => undefined);
      const [container] = await setup.provider.list();
      const removing = setup.provider.remove(container!.ref);
      await waitFor(() => sent('application.cleanQueues').length > 0);
      setup.simulator.dokploy.releasePulls();
      await removing;
      await waitFor(() => setup.simulator.dokploy.jobs().length === 0);
      expect([rows().applications, [...engine().services.keys()]]).toEqual([[], []]);
    });

    it('§4 deletes the volume, which the deletion of an app leaves', async () => {
      await begin();
      const ref = await start();
      await setup.provider.remove(ref);
      expect([...engine().volumes.get('node-own')!]).toEqual([ref_name()]);
      await setup.provider.removeData(sessionId);
      expect([...engine().volumes.get('node-own')!]).toEqual([]);
      expect(setup.places.kept.size).toBe(0);
      function ref_name(): string {
        return sent('mounts.create').map(({ body }) => (body as { volumeName: string }).volumeName)[0] ?? '';
      }
    });

    it('§4 deletes a volume once the last container has left it, which fails until then', async () => {
      await begin();
      const ref = await start();
      await setup.provider.remove(ref);
      setup.simulator.misfortunes.add({
        route: 'dockerVolume.removeVolume',
        misfortune: { type: 'refuse', status: 500 },
        times: 2,
      });
      await setup.provider.removeData(sessionId);
      expect(sent('dockerVolume.removeVolume').map(({ status }) => status)).toEqual([500, 500, 200]);
      expect([...engine().volumes.get('node-own')!]).toEqual([]);
    });

    it('§5 takes the network along, and finishes a removal that was cut off before that', async () => {
      await begin();
      const ref = await start();
      setup.simulator.misfortunes.add({
        route: 'network.remove',
        misfortune: { type: 'refuse', status: 401 },
        times: 1,
      });
      const quick = setup.makeProvider({ times: { endMs: 0 } });
      await expect(quick.remove(ref)).rejects.toThrow('could not be removed');
      expect(rows().applications).toEqual([]);
      expect(await setup.provider.list()).toMatchObject([{ sessionId, isRunning: false }]);
      expect(await stateOf(ref)).toBe('stopped');
      await setup.provider.remove(ref);
      expect(rows().networks).toEqual([]);
      expect(await setup.provider.list()).toEqual([]);
      expect(await stateOf(ref)).toBe('absent');
    });

    it('§2 takes an app that is gone already for removed', async () => {
      await begin();
      const ref = await start();
      setup.simulator.misfortunes.add({
        route: 'application.delete',
        misfortune: { type: 'drop-answer' },
        times: 1,
      });
      await setup.provider.remove(ref);
      expect(rows().applications).toEqual([]);
    });
  });

  describe('nodes and servers', () => {
    const nodes = [
      { id: 'node-own', hostname: 'own', role: 'manager', labels: {}, isSelf: true },
      { id: 'node-a', hostname: 'a', role: 'worker', labels: { sessions: 'true' }, isSelf: false },
      { id: 'node-b', hostname: 'b', role: 'worker', labels: { sessions: 'true' }, isSelf: false },
    ] as const;

    it('§5 puts sessions on the node of Dokploy itself where nothing else is said', async () => {
      await begin({ simulator: { nodes } });
      await start();
      expect(app().placementSwarm).toEqual({ Constraints: ['node.id==node-own'] });
    });

    it('§5 spreads sessions over the nodes that fit, and holds each where its volume is', async () => {
      const placement = ['node.labels.sessions==true'];
      await begin({ simulator: { nodes }, connection: { image: standingImage, placement } });
      const ids = Array.from({ length: 4 }, () => randomUUID());
      for (const id of ids) await setup.provider.start(specOf(1, {}, id));
      const nodeOf = (id: string) => setup.places.kept.get(id)?.nodeId;
      const used = ids.map((id) => nodeOf(id) ?? '');
      expect(used.toSorted(compare)).toEqual(['node-a', 'node-a', 'node-b', 'node-b']);
      const [first = ''] = ids;
      const before = nodeOf(first);
      await setup.provider.remove({ provider: 'dokploy', sessionId: first, id: 'x' });
      const everywhere = setup.makeProvider({ connection: { placement: [] } });
      await everywhere.start(specOf(2, {}, first));
      expect(rows().applications.find(({ name }) => name.endsWith(first))?.placementSwarm).toEqual({
        Constraints: [`node.id==${before}`],
      });
    });

    it('§4 empties a volume on a node where Dokploy deletes none', async () => {
      const placement = ['node.hostname==a'];
      await begin({ simulator: { nodes }, connection: { image: programImage, placement } });
      const ref = await start();
      const lines = async () => {
        const all: string[] = [];
        for await (const { text } of setup.provider.logs(ref)) all.push(text);
        return all;
      };
      await waitFor(async () => (await lines()).some((line) => line.startsWith('run 1')));
      await setup.provider.remove(ref);
      await setup.provider.removeData(sessionId);
      expect([rows().applications, rows().networks, setup.places.kept.size]).toEqual([[], [], 0]);
      await start(2);
      await waitFor(async () => (await lines()).some((line) => line.startsWith('run ')));
      expect(await lines()).toContain('run 1 says undefined');
    });

    it('§5 says that data is on a node that is away, and forgets it with a node that left', async () => {
      await begin({
        simulator: { nodes },
        connection: { image: standingImage, placement: ['node.hostname==a'] },
      });
      const ref = await start();
      await setup.provider.remove(ref);
      engine().nodes[1]!.isReady = false;
      await expect(setup.provider.removeData(sessionId)).rejects.toThrow(
        /The node a, where the data .* is, does not answer/,
      );
      setup.places.kept.set(sessionId, { sessionId, serverId: null, nodeId: 'node-that-left' });
      await setup.provider.removeData(sessionId);
      expect(setup.places.kept.size).toBe(0);
    });

    it('§5 says that a server must be chosen where Dokploy makes apps on remote servers alone', async () => {
      await begin({ simulator: { servers: ['remote-1'], isRemoteOnly: true } });
      await expect(start()).rejects.toMatchObject({
        reason: 'rejected',
        message: expect.stringMatching(/need to use a server.*remote servers only.*DOKPLOY_SERVER_ID/s),
      });
      expect(rows().applications).toEqual([]);
      await setup.makeProvider({ connection: { serverId: 'remote-1' } }).start(specOf(2));
      expect(setup.simulator.dokploy.engine('remote-1').services.size).toBe(1);
    });

    it('§5 runs sessions on a remote server, and leaves those that are elsewhere where they are', async () => {
      await begin({ simulator: { servers: ['remote-1'] } });
      await start();
      const remote = setup.makeProvider({ connection: { serverId: 'remote-1' } });
      const other = randomUUID();
      await remote.start(specOf(1, {}, other));
      expect(setup.simulator.dokploy.engine('remote-1').services.size).toBe(1);
      await remote.start(specOf(2));
      expect(engine().services.size).toBe(1);
      expect((await remote.list()).map(({ isRunning }) => isRunning)).toEqual([true, true]);
      for (const id of [sessionId, other]) {
        await remote.remove({ provider: 'dokploy', sessionId: id, id: 'x' });
        await remote.removeData(id);
      }
      expect(rows().networks).toEqual([]);
      const volumes = setup.simulator.dokploy.allEngines().flatMap((one) => [...one.volumes.values()]);
      expect(volumes.flatMap((names) => [...names])).toEqual([]);
    });
  });

  describe('logs', () => {
    async function linesOf(ref: ContainerRef): Promise<readonly string[]> {
      const lines: string[] = [];
      for await (const { text } of setup.provider.logs(ref)) lines.push(text);
      return lines;
    }

    it('§2 shows the end of the log of a stopped session, of which Dokploy has nothing left', async () => {
      await begin({ connection: { image: programImage } });
      const ref = await start();
      await waitFor(async () => (await linesOf(ref)).includes('tick'));
      await setup.provider.stop(ref);
      const query = new URLSearchParams({ applicationId: app().applicationId });
      const headers = { 'x-api-key': setup.simulator.apiKey };
      const left = await fetch(`${setup.simulator.url}/api/application.readLogs?${query}`, { headers });
      expect(await left.json()).toBe('');
      expect(await linesOf(ref)).toContain('tick');
    });

    it('§2 has no lines of an app that never was deployed, whose log is a failure there', async () => {
      await begin();
      setup.simulator.dokploy.holdPulls();
      const abort = new AbortController();
      const starting = setup.provider.start(specOf(), { signal: abort.signal });
      await waitFor(() => rows().deployments.length === 1);
      abort.abort(new Error('given up'));
      await expect(starting).rejects.toThrow('given up');
      const [container] = await setup.provider.list();
      expect(await linesOf(container!.ref)).toEqual([]);
      expect(sent('application.readLogs').map(({ status }) => status)).toEqual([500]);
    });

    it('§2 goes on where it was after Dokploy was restarted', async () => {
      await begin({ connection: { image: programImage } });
      const ref = await start();
      const abort = new AbortController();
      const lines: string[] = [];
      const following = (async () => {
        for await (const { text } of setup.provider.logs(ref, { follow: true, signal: abort.signal }))
          lines.push(text);
      })();
      await waitFor(() => lines.filter((line) => line === 'tick').length >= 2);
      setup.simulator.restart();
      const before = lines.length;
      await waitFor(() => lines.length >= before + 3, 10_000);
      abort.abort();
      await following;
      expect(lines.filter((line) => line.startsWith('run '))).toHaveLength(1);
    });

    it('§2 ends with a reason when the key is refused, which a socket does not tell', async () => {
      await begin({ connection: { image: programImage } });
      const ref = await start();
      setup.simulator.keys.revoke(setup.simulator.apiKey);
      const read = async () => {
        for await (const { text } of setup.provider.logs(ref, { follow: true, tail: 0 }))
          expect(text).toBe('tick');
      };
      await expect(read()).rejects.toThrow('does not accept the API key');
    });
  });
});
