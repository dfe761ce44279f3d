import { request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { text as readText } from 'node:stream/consumers';
import { WebSocket } from 'ws';

const answerDeadlineMs = 6_000;

/** One page of one session: the code that pages ship, over a real socket, through the lossy proxy. */
export class Client {
  #shipped;
  #server;
  #proxyPort;
  #sessionId;
  #random;
  #counts;
  #source = null;
  #isStopped = false;
  #isFresh = false;
  /** The longest text it was shown of each turn. */
  shown = new Map();
  /** What was shown and later became something else. */
  rewritten = [];

  constructor({ shipped, server, proxyPort, sessionId, random, counts, name }) {
    this.#shipped = shipped;
    this.#server = server;
    this.#proxyPort = proxyPort;
    this.#sessionId = sessionId;
    this.#random = random;
    this.#counts = counts;
    this.name = name;
    this.store = new shipped.ConversationStore();
    this.store.subscribe(() => this.#look());
    this.api = this.#createApi();
    this.actions = shipped.createConversationActions({
      store: this.store,
      api: this.api,
      source: { send: (frame) => this.send(frame), retryNow: () => this.#source?.retryNow() },
      onProblem: () => undefined, // A page would show it; the checker judges what became of it.
    });
  }

  get state() {
    return this.store.current();
  }

  get isOpen() {
    return this.store.read().connection.phase === 'open';
  }

  /** Opens the page's socket, with the cursor of what it shows already. */
  come() {
    this.#isStopped = false;
    this.#source = new this.#shipped.SessionSocket({
      requestTicket: () => Promise.resolve('none'),
      urlFor: () => `ws://127.0.0.1:${this.#proxyPort}/ws/sessions/${this.#sessionId}?role=client`,
      cursor: () => this.state.cursor,
      onFrame: (frame) => this.#receive(frame),
      onState: (state) => this.store.setConnection(state),
      environment: this.#environment(),
    });
    this.#source.start();
  }

  /** Closes the page's socket; what it shows stays. */
  go() {
    this.#isStopped = true;
    this.#source?.stop();
    this.#source = null;
  }

  send(frame) {
    return this.#source?.send(frame) ?? false;
  }

  async loadAllOlder() {
    for (let tries = 0; this.state.nextBefore !== null && tries < 500; tries += 1) {
      this.actions.loadOlder();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Over REST. Throws the shipped `UnavailableError` when it is not known what became of it. */
  async ask(method, target, body) {
    const bytes = body === undefined ? undefined : JSON.stringify(body);
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port: this.#proxyPort,
      method,
      path: `/api/sessions/${this.#sessionId}${target}`,
      agent: false,
      headers: {
        ...this.#server.headers,
        ...(bytes ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) } : {}),
      },
      signal: AbortSignal.timeout(answerDeadlineMs),
    });
    let answer;
    try {
      outgoing.end(bytes);
      const [incoming] = await once(outgoing, 'response');
      answer = { status: incoming.statusCode, body: await readText(incoming) };
      answer.json = answer.body === '' ? null : JSON.parse(answer.body);
    } catch (error) {
      throw new this.#shipped.UnavailableError(error.message);
    }
    if (answer.status >= 500 || answer.status === 429) throw new this.#shipped.UnavailableError(answer.body);
    return answer;
  }

  #createApi() {
    const expect2xx = ({ status, json, body }) => {
      if (status >= 300) throw new Error(`${status} ${body}`);
      return json;
    };
    return {
      listMessages: async (before) => expect2xx(await this.ask('GET', `/messages?before=${before}`)),
      queuePrompt: async (request) => expect2xx(await this.ask('POST', '/messages', request)),
      interrupt: async (turnId) => void expect2xx(await this.ask('POST', '/interrupt', { turnId })),
      answer: async (requestId, answer) =>
        expect2xx(await this.ask('POST', `/requests/${requestId}/answer`, answer)),
      updateSession: async (request) => expect2xx(await this.ask('PATCH', '', request)),
    };
  }

  #environment() {
    return {
      now: () => Date.now(),
      random: () => this.#random.next(),
      after: (delayMs, run) => {
        const timer = setTimeout(() => run(), delayMs);
        return { cancel: () => clearTimeout(timer) };
      },
      onSignal: () => () => undefined,
      open: (url, listener) => this.#open(url, listener),
    };
  }

  #open(url, listener) {
    this.#counts.connects += 1;
    const socket = new WebSocket(url, { headers: this.#server.headers, perMessageDeflate: false });
    socket.on('open', () => {
      this.#isFresh = true;
      listener.onOpen();
    });
    socket.on('message', (data) => {
      listener.onMessage(Buffer.from(data).toString('utf8'));
      // A slow reader: what comes meanwhile waits in the network.
      if (!this.#random.chance(0.01)) return;
      socket.pause();
      setTimeout(() => socket.resume(), this.#random.between(100, 1_500));
    });
    socket.on('error', () => undefined); // `close` follows.
    socket.on('close', (code) => listener.onClosed(code));
    return {
      send: (data) => socket.send(data, () => undefined), // A broken socket closes, which is heard.
      close: () => socket.terminate(),
    };
  }

  #receive(frame) {
    if (this.#isStopped) return;
    if (frame.type === 'snapshot') this.#counts.snapshots += 1;
    if (frame.type === 'reset') this.#counts.resets += 1;
    if (frame.type !== 'hello') this.#countResume(frame);
    this.store.receive(frame);
  }

  /** A connection that goes on where the page stood, in the middle of a turn. */
  #countResume({ type }) {
    if (this.#isFresh && type === 'entries' && this.state.openTurns.length > 0) this.#counts.resumes += 1;
    this.#isFresh = false;
  }

  #look() {
    const { conversation } = this.store.read();
    for (const { turn } of conversation.openTurns) this.#note(turn.turnId, textOf(turn.items));
    for (const message of conversation.messages) {
      if (message.role === 'assistant' && message.turnId) this.#note(message.turnId, textOf(message.items));
    }
  }

  #note(turnId, text) {
    const before = this.shown.get(turnId) ?? '';
    if (text === before) return;
    if (text.startsWith(before)) this.shown.set(turnId, text);
    // Less may be shown for a moment after a reset; the checker asks that it comes back.
    else if (!before.startsWith(text)) this.rewritten.push({ turnId, before, text });
  }
}

/** What the agent has said, as the page shows it. */
export function textOf(items) {
  return items
    .map(({ type, output, text: said }) => {
      if (type === 'tool') return output;
      return type === 'text' ? said : '';
    })
    .join('');
}
