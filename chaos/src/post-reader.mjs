/** Knows when one POST request is complete. Anything else passes unread. */
export class PostReader {
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
