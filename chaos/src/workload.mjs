import { sleep } from '../../tools/processes/wait.mjs';

/** What users do with one session: prompts from several pages by socket and REST, interrupts, answers, coming and going. */
export class Workload {
  /** Prompts by their key: text, how they were sent. */
  prompts = new Map();
  /** Answers main-server took: request id → what was answered, by whom. */
  taken = [];
  #answering = new Set();
  #isOver = false;
  #work = [];

  /** `agent` is how the scripted agent is called, with the folder of its ledger. */
  constructor({ session, clients, random, counts, agent, seed, startContainer }) {
    Object.assign(this, { session, clients, counts, agent, seed, startContainer });
    this.random = random;
  }

  start() {
    this.#work = [
      this.#queuePrompts(this.random.fork('prompts')),
      this.#comeAndGo(this.random.fork('presence')),
      this.#interrupt(this.random.fork('interrupts')),
      this.#startAgain(),
      this.#answer(this.random.fork('answers')),
    ];
  }

  /** No new prompts; what is under way is seen through. */
  async finish() {
    this.#isOver = true;
    await Promise.all(this.#work.slice(0, 3));
    // Those that wait for an answer or a start are seen through until `end`.
  }

  /** Nobody answers any more. */
  async end() {
    this.isEnded = true;
    await Promise.all(this.#work.slice(3));
  }

  async #queuePrompts(random) {
    for (let number = 1; !this.#isOver; number += 1) {
      // The page shows what waits; a full queue is no better a test than one of three.
      if (this.clients[0].state.prompts.length < 4)
        await this.#queue(random, `${this.session.id.slice(0, 6)}p${number}`);
      await sleep(random.between(50, 600));
    }
  }

  async #queue(random, key) {
    const [lines, pauseMs, burst] = random.pick([
      [random.between(2, 30), 1, 50],
      [random.between(120, 400), random.between(5, 12), 1],
      [random.between(120, 300), random.between(8, 20), random.between(1, 3)],
      [random.between(300, 800), random.between(10, 25), random.between(4, 20)],
    ]);
    const exitCode = random.chance(0.15) ? random.between(1, 9) : 0;
    const text = [...this.agent, key, lines, pauseMs, burst, exitCode, this.seed].join(' ');
    const client = random.pick(this.clients);
    const prompt = { key, text, clientRequestId: `${key}-request`, isAccepted: false };
    this.prompts.set(key, prompt);
    await (random.chance(0.5) ? this.#sendByRest(client, prompt) : this.#sendByFrame(client, prompt));
    prompt.isAccepted = true;
  }

  /** As a script does: again and again, with the same id, until it is answered. */
  async #sendByRest(client, { text, clientRequestId }) {
    for (;;) {
      const answer = await client.ask('POST', '/messages', { text, clientRequestId }).catch(() => null);
      if (answer !== null && answer.status < 300) return;
      if (answer !== null) throw new Error(`a prompt was refused: ${answer.status} ${answer.body}`);
      await sleep(150);
    }
  }

  /** A frame has no answer of its own: the history says that it came. */
  async #sendByFrame(client, prompt) {
    const { text, clientRequestId } = prompt;
    for (let tries = 0; tries < 8; tries += 1) {
      client.send({ type: 'prompt.send', clientRequestId, text });
      for (let looks = 0; looks < 20; looks += 1) {
        if (this.#isShown(prompt)) return;
        await sleep(100);
      }
    }
    await this.#sendByRest(client, prompt);
  }

  #isShown({ text, clientRequestId }) {
    return this.clients.some(({ state }) =>
      [
        ...state.prompts.map((prompt) => prompt.clientRequestId === clientRequestId),
        ...state.messages.map((message) => message.role === 'user' && message.text === text),
      ].some(Boolean),
    );
  }

  async #comeAndGo(random) {
    while (!this.#isOver) {
      await sleep(random.between(800, 3_000));
      const client = random.pick(this.clients.slice(1));
      client.go();
      await sleep(random.between(50, 1_200));
      client.come();
      this.counts.returns += 1;
    }
  }

  async #interrupt(random) {
    while (!this.#isOver) {
      await sleep(random.between(6_000, 18_000));
      const client = random.pick(this.clients);
      const turnId = client.state.openTurns.at(-1)?.turn.turnId;
      if (turnId === undefined) continue;
      this.counts.interrupts += 1;
      if (random.chance(0.5)) client.send({ type: 'turn.interrupt', frameId: `i-${random.hex(8)}`, turnId });
      else await client.ask('POST', '/interrupt', { turnId }).catch(() => null); // Its turn may end without it.
      await sleep(random.between(200, 1_500));
      await this.#resumeQueue(random);
    }
  }

  /** An interrupt pauses it; the page of the user who goes on may be cut off just now. */
  async #resumeQueue(random) {
    for (let tries = 0; tries < 20; tries += 1) {
      const open = this.clients.filter(({ isOpen }) => isOpen);
      if (open.some(({ state }) => !state.isPaused) && tries > 0) return;
      if (open.length > 0) open[0].send({ type: 'queue.resume', frameId: `r-${random.hex(8)}` });
      await sleep(300);
    }
  }

  /** A container that failed while it started waits for the user; one that was killed later is woken by its prompts. */
  async #startAgain() {
    let startedAt = 0;
    while (!this.isEnded) {
      await sleep(300);
      const { status, reason } = this.clients[0].state.container ?? {};
      // A start makes a new container, so a second one while the first begins would end it.
      if (status !== 'error' || Date.now() - startedAt < 8_000) continue;
      startedAt = Date.now();
      this.counts.startsByHand += 1;
      console.log(`started by hand, since it said: ${reason?.split('\n')[0]}`);
      await this.startContainer().catch(() => null); // The server is down; asked again as long as it is needed.
    }
  }

  /** Two pages decide differently at the same time; after a lost answer they ask again. */
  async #answer(random) {
    while (!this.isEnded) {
      await sleep(120);
      const pending = new Map(
        this.clients.flatMap(({ state }) =>
          Object.values(state.requests)
            .filter((request) => request.status === 'pending')
            .map((request) => [request.id, request]),
        ),
      );
      for (const id of pending.keys()) {
        if (this.#answering.has(id)) continue;
        this.#answering.add(id);
        const [one, other] = random.chance(0.5)
          ? ['allow_once', 'reject_once']
          : ['reject_once', 'allow_once'];
        void Promise.all([
          this.#answerByRest(this.clients[0], id, one),
          random.chance(0.5)
            ? this.#answerByRest(this.clients[1], id, other)
            : this.#answerByFrame(this.clients[1], id, other, random.hex(8)),
        ]).finally(() => this.#answering.delete(id));
      }
    }
  }

  async #answerByRest(client, id, optionId) {
    const answer = await client.ask('POST', `/requests/${id}/answer`, { optionId }).catch(() => null);
    if (answer?.status === 200)
      this.taken.push({ id, optionId: answer.json.answer.optionId, asked: optionId });
  }

  async #answerByFrame(client, agentRequestId, optionId, frameId) {
    client.send({ type: 'agent_request.answer', frameId, agentRequestId, answer: { optionId } });
  }
}
