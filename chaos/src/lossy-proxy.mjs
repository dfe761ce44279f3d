import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { LossyConnection } from './lossy-connection.mjs';
import { sleep } from '../../tools/processes/wait.mjs';

/** Shares of all connections; the others are left alone, for a while. */
const fates = [
  ['refused', 0.06],
  ['hung', 0.04],
  ['cut', 0.5],
  ['delayed', 0.1],
  ['answerDropped', 0.12],
];

/** Passes TCP from one port to another, and does what networks do, once it is told to. */
export class LossyProxy {
  #server;
  #random;
  #counts;
  #targetPort;
  #open = new Set();
  #watchers = new Set();
  #isCalm = true;

  /** `host` is where it listens. */
  static async start({ targetPort, random, counts, host = '127.0.0.1' }) {
    const proxy = new LossyProxy();
    proxy.#targetPort = targetPort;
    proxy.#random = random;
    proxy.#counts = counts;
    proxy.#server = createServer({ allowHalfOpen: true }, (socket) => void proxy.#pass(socket));
    proxy.#server.listen(0, host);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port() {
    return this.#server.address().port;
  }

  /** Resolves in the moment in which such a frame of the server was passed on, of any session without a `sessionId`. */
  whenPasses(type, { sessionId, timeoutMs }) {
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        resolve();
      };
      const timer = setTimeout(finish, timeoutMs);
      const watcher = { mark: `"type":"${type}"`, sessionId, finish };
      this.#watchers.add(watcher);
    });
  }

  /** Faults from now on. What is open had none planned, and is ended. */
  becomeLossy() {
    this.#isCalm = false;
    for (const connection of this.#open) connection.end();
  }

  /** From now on everything is passed on; what was doomed is ended. */
  becomeCalm() {
    this.#isCalm = true;
    for (const connection of this.#open) connection.end();
  }

  async stop() {
    this.becomeCalm();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #drawFate() {
    if (this.#isCalm) return 'calm';
    let draw = this.#random.next();
    for (const [fate, share] of fates) {
      if (draw < share) return fate;
      draw -= share;
    }
    return 'passed';
  }

  async #pass(near) {
    const fate = this.#drawFate();
    near.on('error', () => undefined); // What it was doing there is over, which `close` says too.
    if (fate === 'refused') {
      this.#counts.refused += 1;
      near.resetAndDestroy();
      return;
    }
    if (fate === 'hung') {
      this.#counts.hung += 1;
      await sleep(this.#random.between(200, 3_000));
      near.destroy();
      return;
    }
    const connection = new LossyConnection({
      near,
      far: connect(this.#targetPort, '127.0.0.1'),
      fate,
      random: this.#random,
      count: (name) => (this.#counts[name] += 1),
      repeat: (bytes) => this.#repeat(bytes),
      onPassed: (chunk, sessionId) => this.#tell(chunk, sessionId),
    });
    this.#open.add(connection);
    near.once('close', () => this.#open.delete(connection));
  }

  #tell(chunk, sessionId) {
    for (const watcher of this.#watchers) {
      const isMeant = watcher.sessionId === undefined || watcher.sessionId === sessionId;
      if (isMeant && chunk.includes(watcher.mark)) watcher.finish();
    }
  }

  /** The same request once more, as a network or an impatient client would send it; nobody hears the answer. */
  #repeat(bytes) {
    this.#counts.duplicates += 1;
    const copy = connect(this.#targetPort, '127.0.0.1', () => copy.write(bytes));
    copy.on('error', () => undefined); // The server is down: then it is not repeated.
    copy.on('data', () => copy.destroy());
    copy.setTimeout(5_000, () => copy.destroy());
  }
}
