import { findFreePort } from '../../tools/processes/free-port.mjs';
import { Client } from './client.mjs';
import { LossyProxy } from './lossy-proxy.mjs';
import { loadShippedClient } from './product-tree.mjs';
import { Server } from './server.mjs';
import { Workload } from './workload.mjs';

const clientsPerSession = 3;

/** main-server, the proxies in front of it, and sessions with pages that show them. */
export class Stage {
  proxies = [];
  sessions = [];
  workloads = [];
  server = null;

  constructor(options) {
    this.options = options;
    this.containers = options.containers;
  }

  get clients() {
    return this.workloads.flatMap(({ clients }) => clients);
  }

  /** Everything runs and is calm when this resolves. What it began is ended by `close` also when it threw. */
  async open() {
    const { root, folder, containers, sessionCount } = this.options;
    const [port, containerPort] = [await findFreePort(), await findFreePort()];
    const forContainers = await this.#startProxy('containers', containerPort, containers.host);
    const forClients = await this.#startProxy('clients', port);
    const address = `${containers.host}:${forContainers.port}`;
    const environment = {
      ...containers.environment,
      MAIN_APP_URL: `http://${address}`,
      MAIN_APP_WS_URL: `ws://${address}`,
    };
    this.server = new Server({ root, folder, port, containerPort, environment });
    this.server.launch();
    await this.server.whenReady();
    await this.server.setUp();
    for (let number = 0; number < sessionCount; number += 1) {
      const permissionMode = number % 2 === 0 ? 'full-auto' : 'ask-first';
      const session = { title: `Chaos ${number}`, agent: 'shell', permissionMode };
      this.sessions.push(await this.server.api('POST', '/api/sessions', session));
    }
    await containers.prepare(this.sessions, this.server);
    const shipped = await loadShippedClient(root);
    this.workloads = this.sessions.map((session, index) =>
      this.#createWorkload({ session, index, shipped, proxyPort: forClients.port }),
    );
  }

  /** Pages open, prompts come, and the network is what networks are. */
  begin() {
    for (const client of this.clients) client.come();
    for (const workload of this.workloads) workload.start();
    for (const proxy of this.proxies) proxy.becomeLossy();
  }

  /** No fault any more, and no new prompt. */
  async becomeCalm() {
    for (const proxy of this.proxies) proxy.becomeCalm();
    await Promise.all(this.workloads.map((workload) => workload.finish()));
  }

  async close() {
    for (const workload of this.workloads) workload.isEnded = true;
    for (const client of this.clients) client.go();
    await this.server?.stop();
    await this.containers.cleanUp();
    for (const proxy of this.proxies) await proxy.stop();
  }

  async #startProxy(name, targetPort, host) {
    const { random, counts } = this.options;
    const proxy = await LossyProxy.start({ targetPort, random: random.fork(name), counts, host });
    this.proxies.push(proxy);
    return proxy;
  }

  #createWorkload({ session, index, shipped, proxyPort }) {
    const { counts, seed, containers } = this.options;
    const { server } = this;
    const random = this.options.random.fork(`session ${index}`);
    const clients = Array.from({ length: clientsPerSession }, (_, number) => {
      const name = `page ${number} of session ${index}`;
      const chance = random.fork(name);
      return new Client({ shipped, server, proxyPort, sessionId: session.id, random: chance, counts, name });
    });
    const startContainer = () => server.api('POST', `/api/sessions/${session.id}/container/start`);
    return new Workload({ session, clients, random, counts, agent: containers.agent, seed, startContainer });
  }
}
