import { PostReader } from './post-reader.mjs';

/** Of complete POST requests that are not cut. */
const duplicateShare = 0.3;
/**
 * Frames of the server around which connections are cut: a share of them, at one of the first so many frames of the kind.
 * A frame is `lost` with all that would follow, or arrives and nothing comes back any more. Chance alone hits these windows
 * of milliseconds too seldom.
 */
const aims = [
  { type: 'prompt.deliver', count: 'cutAtPrompt', share: 0.6, frames: 2, lost: 0.4 },
  { type: 'ack', count: 'cutAtAck', share: 0.6, frames: 40, lost: 0.4 },
  { type: 'entries', count: 'cutAtEntries', share: 0.5, frames: 60, lost: 1 },
];
const fewFrames = 3;

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
  #aims;
  #sessionId;

  constructor({ near, far, fate, random, count, repeat, onPassed }) {
    this.#near = near;
    this.#far = far;
    this.#random = random;
    this.#count = count;
    this.#isCalm = fate === 'calm';
    this.#delayMs = fate === 'delayed' ? random.between(5, 120) : 0;
    this.#plan(fate);
    this.#aims = this.#isCalm ? [] : this.#drawAims();
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

  #drawAims() {
    const random = this.#random;
    return aims
      .filter(({ share }) => random.chance(share))
      .map(({ type, count, frames, lost }) => ({
        count,
        mark: `"type":"${type}"`,
        framesLeft: random.between(1, random.pick([fewFrames, frames])),
        isLost: random.chance(lost),
      }));
  }

  #aimAt(chunk) {
    if (this.#isDoomed) return;
    const aim = this.#aims.find((one) => chunk.includes(one.mark) && (one.framesLeft -= 1) <= 0);
    if (aim === undefined) return;
    this.#isDoomed = true;
    if (aim.isLost) this.#downLeft = Math.min(this.#downLeft, this.#random.between(0, chunk.length - 1));
    else this.#upLeft = 0;
    this.#after(this.#random.between(5, 120), () => this.#cut(aim.count));
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
    const timer = setTimeout(() => action(), delayMs);
    this.#near.once('close', () => clearTimeout(timer));
  }
}

function findSessionId(chunk) {
  return /^GET \/ws\/sessions\/([\w-]+)/.exec(chunk.toString('latin1', 0, 200))?.[1];
}
