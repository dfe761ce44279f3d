import { PostReader } from './post-reader.mjs';

/** Of complete POST requests that are not cut. */
const duplicateShare = 0.3;
/**
 * Frames of the server around which a connection is cut, and how often: `lost` with all that would follow, or
 * `unanswered`, when it arrives and nothing comes back any more. Chance alone hits these windows of milliseconds too seldom.
 */
const aims = [
  { type: 'prompt.deliver', lost: 0.2, unanswered: 0.3 },
  { type: 'ack', lost: 0.006, unanswered: 0.006 },
  { type: 'entries', lost: 0.005, unanswered: 0 },
].map((aim) => ({ ...aim, mark: `"type":"${aim.type}"` }));

/** One connection through the proxy. It is cut after any byte, in any direction, by its fate or aimed at a frame. */
export class LossyConnection {
  #near;
  #far;
  #random;
  #count;
  #delayMs;
  #isCalm;
  /** Bytes that are still passed in each direction. */
  #upLeft = Infinity;
  #downLeft = Infinity;
  /** It is cut by a timer, and stays open until then though nothing passes any more. */
  #isDoomed = false;
  #sessionId;

  constructor({ near, far, fate, random, count, repeat, onPassed }) {
    this.#near = near;
    this.#far = far;
    this.#random = random;
    this.#count = count;
    this.#isCalm = fate === 'calm';
    this.#delayMs = fate === 'delayed' ? random.between(5, 120) : 0;
    this.#plan(fate);
    const isDuplicated = fate !== 'cut' && !this.#isCalm && random.chance(duplicateShare);
    this.#join(isDuplicated ? new PostReader(repeat) : null, onPassed);
  }

  end() {
    this.#near.destroy();
    this.#far.destroy();
  }

  #plan(fate) {
    const random = this.#random;
    if (fate === 'passed') this.#after(random.between(3_000, 10_000), () => this.#cut('cuts'));
    if (fate === 'delayed') this.#after(random.between(2_000, 8_000), () => this.#cut('cuts'));
    if (fate === 'cut') {
      // Whichever comes first: so many bytes, or so much time.
      this.#upLeft = this.#bytesUntilCut();
      this.#downLeft = this.#bytesUntilCut();
      this.#after(random.between(300, 6_000), () => this.#cut('cuts'));
    }
    if (fate === 'answerDropped') {
      // Of a socket only what comes after the opening handshake is dropped: requests are passed, acks are lost.
      this.#downLeft = random.pick([0, 0, 600, 3_000]);
      this.#isDoomed = true;
      this.#after(random.between(300, 4_000), () => this.#cut('droppedAnswers'));
    }
  }

  #join(post, onPassed) {
    const near = this.#near;
    const far = this.#far;
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.on('end', () => far.end());
    far.on('end', () => near.end());
    near.on('data', (chunk) => {
      post?.read(chunk);
      this.#sessionId ??= findSessionId(chunk);
      const passed = chunk.subarray(0, this.#upLeft);
      this.#upLeft -= passed.length;
      this.#send(far, passed, near);
      if (this.#upLeft <= 0 && !this.#isDoomed) this.#cut('cuts');
    });
    far.on('data', (chunk) => {
      this.#aimAt(chunk);
      const passed = chunk.subarray(0, this.#downLeft);
      this.#downLeft -= passed.length;
      this.#send(near, passed, far);
      if (this.#downLeft <= 0 && !this.#isDoomed) this.#cut('cuts');
      if (passed.length === chunk.length) onPassed(chunk, this.#sessionId);
    });
  }

  #aimAt(chunk) {
    if (this.#isCalm || this.#isDoomed) return;
    const aim = aims.find(({ mark }) => chunk.includes(mark));
    if (aim === undefined) return;
    const draw = this.#random.next();
    if (draw >= aim.lost + aim.unanswered) return;
    this.#isDoomed = true;
    if (draw < aim.lost) this.#downLeft = Math.min(this.#downLeft, this.#random.between(0, chunk.length - 1));
    else this.#upLeft = 0;
    this.#after(this.#random.between(5, 120), () => this.#cut('aimedCuts'));
  }

  #cut(kind) {
    if (this.#near.destroyed) return;
    this.#count(kind);
    this.end();
  }

  #bytesUntilCut() {
    return this.#random.pick([
      this.#random.between(1, 2_000),
      this.#random.between(1_000, 30_000),
      this.#random.between(5_000, 100_000),
      this.#random.between(20_000, 300_000),
    ]);
  }

  #send(target, bytes, source) {
    if (bytes.length === 0) return;
    if (this.#delayMs > 0) {
      setTimeout(() => target.writable && target.write(bytes), this.#delayMs);
      return;
    }
    if (!target.writable || target.write(bytes)) return;
    source.pause();
    target.once('drain', () => source.resume());
  }

  #after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    this.#near.once('close', () => clearTimeout(timer));
  }
}

function findSessionId(chunk) {
  return /^GET \/ws\/sessions\/([\w-]+)/.exec(chunk.toString('latin1', 0, 200))?.[1];
}
