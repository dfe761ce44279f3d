import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { sleep } from './wait.mjs';

/** Shares of all connections; the others are left alone. */
const fates = [
  ['refused', 0.06],
  ['hung', 0.04],
  ['cut', 0.5],
  ['delayed', 0.1],
  ['answerDropped', 0.12],
];
/** Of complete POST requests that are not cut. */
const duplicateShare = 0.3;

/** Passes TCP from one port to another, and does what networks do. A cut is made after any byte, in any direction. */
export class LossyProxy {
  #server;
  #random;
  #counts;
  #targetPort;
  #open = new Set();
  isCalm = false;

  static async start({ targetPort, random, counts }) {
    const proxy = new LossyProxy();
    proxy.#targetPort = targetPort;
    proxy.#random = random;
    proxy.#counts = counts;
    proxy.#server = createServer({ allowHalfOpen: true }, (socket) => void proxy.#pass(socket));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port() {
    return this.#server.address().port;
  }

  /** From now on everything is passed on; what was doomed is ended. */
  becomeCalm() {
    this.isCalm = true;
    for (const end of this.#open) end();
  }

  async stop() {
    this.isCalm = true;
    for (const end of this.#open) end();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #drawFate() {
    if (this.isCalm) return 'passed';
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
    const far = connect(this.#targetPort, '127.0.0.1');
    far.on('error', () => near.destroy());
    const end = () => {
      near.destroy();
      far.destroy();
    };
    this.#open.add(end);
    near.on('close', () => {
      this.#open.delete(end);
      far.destroy();
    });
    far.on('close', () => near.destroy());
    this.#join(near, far, fate, end);
  }

  #join(near, far, fate, end) {
    const cut = (kind) => {
      if (near.destroyed) return;
      this.#counts[kind] += 1;
      end();
    };
    const delayMs = fate === 'delayed' ? this.#random.between(5, 120) : 0;
    // Whichever comes first: so many bytes, or so much time.
    let up = fate === 'cut' ? this.#bytesUntilCut() : Infinity;
    let down = fate === 'cut' ? this.#bytesUntilCut() : Infinity;
    if (fate === 'cut') after(near, this.#random.between(300, 6_000), () => cut('cuts'));
    if (delayMs > 0) after(near, this.#random.between(2_000, 8_000), () => cut('cuts'));
    if (fate === 'passed' && !this.isCalm)
      after(near, this.#random.between(4_000, 12_000), () => cut('cuts'));
    if (fate === 'answerDropped') after(near, this.#random.between(300, 4_000), () => cut('droppedAnswers'));
    const isDuplicated = fate !== 'cut' && !this.isCalm && this.#random.chance(duplicateShare);
    const post = isDuplicated ? new PostReader((bytes) => this.#repeat(bytes)) : null;
    // Of a socket only what comes after the opening handshake is dropped: requests are passed, acks are lost.
    let leftOfAnswer = fate === 'answerDropped' ? this.#random.pick([0, 0, 600, 3_000]) : Infinity;

    near.on('data', (chunk) => {
      post?.read(chunk);
      const passed = chunk.subarray(0, up);
      up -= passed.length;
      send(far, passed, delayMs, near);
      if (up <= 0) cut('cuts');
    });
    far.on('data', (chunk) => {
      const passed = chunk.subarray(0, Math.min(down, leftOfAnswer));
      down -= passed.length;
      leftOfAnswer -= passed.length;
      if (passed.length > 0) send(near, passed, delayMs, far);
      if (down <= 0) cut('cuts');
    });
    near.on('end', () => far.end());
    far.on('end', () => near.end());
  }

  #bytesUntilCut() {
    return this.#random.pick([
      this.#random.between(1, 2_000),
      this.#random.between(1_000, 30_000),
      this.#random.between(5_000, 100_000),
      this.#random.between(20_000, 300_000),
    ]);
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

/** Knows when one POST request is complete. Anything else passes unread. */
class PostReader {
  #bytes = Buffer.alloc(0);
  #isDone = false;
  #onComplete;

  constructor(onComplete) {
    this.#onComplete = onComplete;
  }

  read(chunk) {
    if (this.#isDone) return;
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const head = this.#bytes.indexOf('\r\n\r\n');
    if (!this.#bytes.subarray(0, 5).equals(Buffer.from('POST ').subarray(0, this.#bytes.length))) {
      this.#isDone = true;
      return;
    }
    if (head < 0) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(this.#bytes.toString('latin1', 0, head))?.[1];
    const total = head + 4 + Number(length ?? 0);
    if (this.#bytes.length < total) return;
    this.#isDone = true;
    this.#onComplete(this.#bytes.subarray(0, total));
  }
}

function send(target, bytes, delayMs, source) {
  if (delayMs > 0) {
    setTimeout(() => target.writable && target.write(bytes), delayMs);
    return;
  }
  if (!target.writable || target.write(bytes)) return;
  source.pause();
  target.once('drain', () => source.resume());
}

function after(socket, delayMs, action) {
  const timer = setTimeout(() => action(), delayMs);
  socket.once('close', () => clearTimeout(timer));
}
