import type { IncomingMessage, ServerResponse } from 'node:http';

import { type AnswerStep, chooseTools, nextAnswer } from './answer.ts';
import { EventStream } from './event-stream.ts';
import type { Misfortunes } from './misfortunes.ts';
import { BadRequestError, type Conversation, type ModelApi } from './model-api.ts';
import { modelApis } from './model-apis.ts';
import { playAnswer } from './play-answer.ts';
import { readJsonBody } from './read-json-body.ts';
import { parseScript, ScriptError } from './script.ts';

interface Surroundings {
  readonly misfortunes: Misfortunes;
  readonly paceMs: number;
}

/** One request and its answer. */
export class Exchange {
  readonly path: string;
  /** Undefined until it is read, and when it is not JSON. */
  body: unknown;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly surroundings: Surroundings,
  ) {
    [this.path = '/'] = (request.url ?? '/').split('?');
  }

  async answer(): Promise<void> {
    const { method } = this.request;
    if (method === 'GET' && this.path.endsWith('/models')) return this.sendJson(200, modelList);

    const api = method === 'POST' ? modelApis.find((candidate) => candidate.accepts(this.path)) : undefined;
    if (!api) return this.sendJson(404, notFound(`${method} ${this.path}`));
    return this.answerAs(api);
  }

  private async answerAs(api: ModelApi): Promise<void> {
    try {
      this.body = await readJsonBody(this.request);
      const plain = api.answerPlainly?.(this.path, this.body) ?? null;
      if (plain !== null) return this.sendJson(200, plain);
      const conversation = api.parseRequest(this.body, this.request.headers);
      await this.perform(api, conversation);
    } catch (error) {
      if (this.response.headersSent) return this.hangUp();
      const isTheirFault = error instanceof BadRequestError || error instanceof ScriptError;
      this.sendJson(
        isTheirFault ? 400 : 500,
        api.toErrorBody(isTheirFault ? 400 : 500, `Scripted model: ${toMessage(error)}`),
      );
    }
  }

  private async perform(api: ModelApi, conversation: Conversation): Promise<void> {
    const script = chooseTools(parseScript(conversation.prompt), conversation.chooseTool);
    const steps = nextAnswer(script, conversation);
    const strikes = (step: AnswerStep) =>
      (step.kind === 'fail' || step.kind === 'drop') &&
      this.surroundings.misfortunes.strike(`${conversation.key} ${script.indexOf(step)}`, step.times);

    const failure = steps.find((step) => step.kind === 'fail' && strikes(step));
    if (failure?.kind === 'fail') {
      const { status, message, resetsInSeconds } = failure;
      const limit = resetsInSeconds === undefined ? undefined : api.toUsageLimit?.(message, resetsInSeconds);
      return this.sendJson(status, limit?.body ?? api.toErrorBody(status, message), limit?.headers);
    }
    const events = new EventStream(this.response);
    const answer = api.openAnswer(conversation, events);
    await playAnswer(steps, { conversation, answer, events, paceMs: this.surroundings.paceMs, strikes });
  }

  /** The client left, or the script cut it off. Anything else would be a bug, and a cut answer shows it. */
  private hangUp(): void {
    this.response.destroy();
  }

  private sendJson(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
    const retryAfter = status === 429 ? { 'retry-after': '1' } : {};
    this.response.writeHead(status, { 'content-type': 'application/json', ...retryAfter, ...headers });
    this.response.end(JSON.stringify(body));
  }
}

/** `data` is what OpenAI answers; codex looks for `models`, and knows its own when there are none. */
const modelList = {
  object: 'list',
  data: [{ id: 'scripted', object: 'model', created: 0, owned_by: 'codex-webapp' }],
  models: [],
};

function notFound(target: string) {
  return {
    error: { message: `The scripted model has nothing at ${target}.`, type: 'not_found_error', code: null },
  };
}

function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
