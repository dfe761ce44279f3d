import { holdDatabase } from './database.mjs';
import { sleep } from '../../tools/processes/wait.mjs';

/** Kills main-server and container-agents at random instants, some of them in the moment in which a frame passes. */
export class Killer {
  #starting = Promise.resolve();

  /** `serverShare` of the kills are main-server's; `isMidTurn`: containers are struck within turns only. */
  constructor({ stage, counts, random, serverShare, isMidTurn }) {
    const { server, containers, sessions, workloads, proxies } = stage;
    Object.assign(this, { server, containers, sessions, workloads, counts, random, serverShare, isMidTurn });
    [this.proxy] = proxies;
  }

  /** Until `isOver` says so. main-server is ready when this resolves. */
  async run(isOver) {
    while (!(await isOver())) {
      await sleep(this.random.between(150, 1_400));
      await (this.random.chance(this.serverShare) ? this.#killServer() : this.#strikeContainer());
    }
    await this.#starting;
    await this.server.whenReady();
  }

  async #killServer() {
    const { random, server } = this;
    // Now and then it is killed while it starts; else it has served for a while, however slow the machine is.
    if (random.chance(0.85)) {
      await this.#starting;
      await sleep(random.between(400, 2_500));
    }
    // What it has acknowledged a moment ago has to be there, also when it could store nothing just now.
    if (random.chance(0.7)) await this.proxy.whenPasses('ack', { timeoutMs: 1_500 });
    const release = random.chance(0.6) ? await this.#holdDatabase() : null;
    await server.kill();
    this.counts.serverKills += 1;
    await release?.();
    server.launch();
    this.#starting = server.whenReady().catch(() => undefined); // Killed again before it was ready.
  }

  async #holdDatabase() {
    const release = await holdDatabase(this.server.databasePath);
    if (release === null) return null;
    this.counts.databaseHolds += 1;
    await sleep(this.random.between(20, 500));
    return release;
  }

  async #strikeContainer() {
    const { random, containers, proxy } = this;
    const session = this.#chooseSession();
    if (session === null) return;
    if (this.isMidTurn) {
      await sleep(random.between(0, 800));
      if (!this.#hasOpenTurn(session)) return;
    } else if (random.chance(0.3)) {
      // A prompt that is taken and not begun, or begun and not reported.
      await proxy.whenPasses('prompt.deliver', { sessionId: session.id, timeoutMs: 1_500 });
      await sleep(random.between(0, 60));
    }
    const struck = await containers.strike(session.id, random);
    if (struck !== null) this.counts[struck] += 1;
  }

  /** Null when none can be struck now. */
  #chooseSession() {
    const { containers, sessions } = this;
    // Now and then one is killed while it starts; else it has come so far that it can say something.
    const isEarly = this.random.chance(0.2);
    const found = sessions.filter((session) => {
      if (this.isMidTurn) return this.#hasOpenTurn(session);
      return containers.isRunning(session.id) && (isEarly || this.#isConnected(session));
    });
    return found.length === 0 ? null : this.random.pick(found);
  }

  #hasOpenTurn(session) {
    return this.#isShown(session, ({ openTurns }) => openTurns.length > 0);
  }

  #isConnected(session) {
    return this.#isShown(session, ({ container }) => container?.status === 'running');
  }

  /** By some page. */
  #isShown({ id }, test) {
    const { clients } = this.workloads.find(({ session }) => session.id === id);
    return clients.some(({ state }) => test(state));
  }
}
