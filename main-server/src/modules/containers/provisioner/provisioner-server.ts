import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Logger } from '@nestjs/common';
import { archiveType } from '@codex-webapp/nest-kit';
import { ContainerProviderError } from '../providers/container-provider.errors.ts';
import type {
  ArchivingContainerProvider,
  ContainerRef,
  ImageContainerProvider,
  PreparingContainerProvider,
  WatchingContainerProvider,
} from '../providers/container-provider.ts';
import {
  instanceHeader,
  pathOf,
  requestMaxBytes,
  requestSchemas,
  type AnswerLine,
  type ProvisionerVerb,
} from '../providers/provisioned/provisioner.messages.ts';
import { AnswerLines } from './answer-lines.ts';
import type { ProvisionerInstance } from './provisioner-instance.ts';
import { StartsUnderWay } from './starts-under-way.ts';

type EngineProvider = WatchingContainerProvider &
  PreparingContainerProvider &
  ImageContainerProvider &
  ArchivingContainerProvider;
type Body = { readonly [V in ProvisionerVerb]: ReturnType<(typeof requestSchemas)[V]['parse']> };
type Verbs = {
  readonly [V in ProvisionerVerb]: (
    body: Body[V],
    answer: AnswerLines,
    signal: AbortSignal,
  ) => Promise<unknown>;
};

/** Does for one installation what `requestSchemas` names, and nothing else that the engine could do. */
export class ProvisionerServer {
  private readonly logger = new Logger(ProvisionerServer.name);
  private provider: EngineProvider | null = null;
  private readonly starts = new StartsUnderWay();
  private readonly server: Server;

  constructor(
    private readonly instance: Pick<ProvisionerInstance, 'accept'>,
    private readonly connect: (instanceId: string) => EngineProvider,
  ) {
    this.server = createServer((request, response) => void this.handle(request, response));
    // A build of an image takes as long as it takes.
    this.server.requestTimeout = 0;
  }

  /** Only the user it runs as may come in. */
  async listen(socketPath: string): Promise<void> {
    await rm(socketPath, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(socketPath, resolve);
    });
    await chmod(socketPath, 0o600);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('Nobody waits for the answer any more.')));
    response.on('error', () => undefined);
    const answer = new AnswerLines(response);
    try {
      if (request.method === 'GET' && request.url === '/health') {
        response.end('ok');
        return;
      }
      const verb = verbOf(request);
      const provider = await this.providerFor(request);
      const body = requestSchemas[verb].parse(JSON.parse(await readBody(request)));
      const work = verbsOf(provider, this.starts)[verb] as Verbs[typeof verb & 'check'];
      const value = await work(body as Body['check'], answer, gone.signal);
      if (value instanceof Readable) await sendBytes(response, value);
      else void answer.say({ type: 'result', value: value ?? null });
    } catch (error) {
      // Where bytes have begun, the broken connection is the answer.
      if (!gone.signal.aborted && !response.destroyed) void answer.say(this.toErrorLine(error, request.url));
    }
    response.end();
  }

  private async providerFor(request: IncomingMessage): Promise<EngineProvider> {
    const instanceId = await this.instance.accept(request.headers[instanceHeader]);
    if (instanceId === null) {
      const message =
        'This provisioner belongs to another installation. Give each installation a provisioner of its own.';
      throw new ContainerProviderError('rejected', message);
    }
    this.provider ??= this.connect(instanceId);
    return this.provider;
  }

  private toErrorLine(error: unknown, url: string | undefined): AnswerLine {
    if (error instanceof ContainerProviderError) {
      const { reason, message, isRetryable } = error;
      return { type: 'error', reason, message, isRetryable };
    }
    this.logger.warn({ msg: 'A request was refused', url: url?.slice(0, 100), err: error });
    const message = 'The provisioner does not understand what it was asked. Is it of the same version?';
    return { type: 'error', reason: 'rejected', message, isRetryable: false };
  }
}

function verbsOf(provider: EngineProvider, starts: StartsUnderWay): Verbs {
  const refOf = (sessionId: string): ContainerRef => ({ provider: provider.name, sessionId, id: sessionId });
  return {
    check: () => provider.check(),
    prepare: () => provider.prepare(),
    start: ({ spec }, answer, signal) =>
      starts.run(spec.sessionId, () =>
        provider.start(spec, {
          onProgress: (step, detail) => answer.sayIfRead({ type: 'progress', step, detail }),
          onImage: (image, isNew) => void answer.say({ type: 'image', image, isNew }),
          signal,
        }),
      ),
    inspect: ({ sessionId }) => provider.inspect(refOf(sessionId)),
    stop: ({ sessionId, graceMs }) =>
      starts.after(sessionId, () =>
        provider.stop(refOf(sessionId), graceMs === undefined ? {} : { graceMs }),
      ),
    remove: ({ sessionId }) => starts.after(sessionId, () => provider.remove(refOf(sessionId))),
    removeData: ({ sessionId }) => starts.after(sessionId, () => provider.removeData(sessionId)),
    list: () => provider.list(),
    findImage: () => provider.findImage(),
    archive: ({ sessionId }, _say, signal) => provider.archive(sessionId, signal),
    logs: async ({ sessionId, ...options }, answer, signal) => {
      for await (const line of provider.logs(refOf(sessionId), { ...options, signal }))
        await answer.say({ type: 'line', line });
    },
    watch: (_body, answer, signal) =>
      new Promise((resolve) => {
        const end = provider.watch(tellChanges(answer));
        signal.addEventListener('abort', () => resolve(end()), { once: true });
      }),
    stats: ({ sessionIds }) => provider.stats(sessionIds),
  };
}

/** Of what comes faster than it is read, one is told that stands for all. */
function tellChanges(answer: AnswerLines): (sessionId: string | null) => void {
  let isMissing = false;
  return (sessionId) => {
    if (!answer.isBehind) return void answer.say({ type: 'changed', sessionId });
    if (isMissing) return undefined;
    isMissing = true;
    void answer.untilRead().then(() => {
      isMissing = false;
      return answer.say({ type: 'changed', sessionId: null });
    });
    return undefined;
  };
}

/** What breaks in the middle breaks the connection: an answer with an end is whole. */
async function sendBytes(response: ServerResponse, bytes: Readable): Promise<void> {
  response.writeHead(200, { 'content-type': archiveType });
  await pipeline(bytes, response);
}

function verbOf({ method, url }: IncomingMessage): ProvisionerVerb {
  const verb = (Object.keys(requestSchemas) as ProvisionerVerb[]).find((known) => pathOf(known) === url);
  if (method !== 'POST' || verb === undefined) throw new Error('There is no such verb.');
  return verb;
}

async function readBody(request: IncomingMessage): Promise<string> {
  if (Number(request.headers['content-length'] ?? Infinity) > requestMaxBytes)
    throw new Error('The request has no length, or is too long.');
  return (await buffer(request)).toString('utf8');
}
