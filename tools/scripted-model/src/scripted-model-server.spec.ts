import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { type ScriptedModel, startScriptedModel } from './scripted-model-server.ts';

interface ServerEvent {
  readonly type: string;
  readonly delta?: string;
  readonly item?: Record<string, unknown>;
  readonly response?: { readonly usage?: Record<string, unknown> };
}

let model: ScriptedModel;
beforeEach(async () => {
  model = await startScriptedModel();
});
afterEach(() => model.close());

const tools = [
  { type: 'function', name: 'exec_command' },
  { type: 'custom', name: 'apply_patch' },
];

function userMessage(text: string) {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
}

function post(body: unknown, path = '/v1/responses') {
  return fetch(model.url + path, {
    method: 'POST',
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(5_000),
  });
}

function postInput(...input: unknown[]) {
  return post({ model: 'gpt-5.5', stream: true, prompt_cache_key: 'thread-1', tools, input });
}

async function readEvents(response: Response): Promise<readonly ServerEvent[]> {
  const text = await response.text();
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as ServerEvent);
}

function joinDeltas(events: readonly ServerEvent[]): string {
  return events
    .filter((event) => event.type === 'response.output_text.delta')
    .map((event) => event.delta)
    .join('');
}

function finishedItems(events: readonly ServerEvent[]) {
  return events.flatMap((event) =>
    event.type === 'response.output_item.done' && event.item ? [event.item] : [],
  );
}

describe('startScriptedModel', () => {
  it('streams thought, text and usage', async () => {
    const events = await readEvents(
      await postInput(userMessage('think: hm\nsay: Hello my friend\nusage: 7 3')),
    );

    expect(events.map((event) => event.type).filter((type) => !type.endsWith('.delta'))).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.reasoning_summary_part.added',
      'response.reasoning_summary_text.done',
      'response.reasoning_summary_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(joinDeltas(events)).toBe('Hello my friend');
    expect(events.at(-1)?.response?.usage).toMatchObject({
      input_tokens: 7,
      output_tokens: 3,
      total_tokens: 10,
    });
  });

  it('goes on after each tool output, and repeats the last one on demand', async () => {
    const prompt = userMessage('say: first\nrun: ls\nsay: it says {output}');
    const [, call] = finishedItems(await readEvents(await postInput(prompt)));
    expect(call).toMatchObject({ type: 'function_call', name: 'exec_command' });

    const output = {
      type: 'function_call_output',
      call_id: call?.call_id,
      output: 'Chunk ID: 1\nOutput:\na.txt\n',
    };
    const rest = await readEvents(await postInput(prompt, { ...call }, output));
    expect(joinDeltas(rest)).toBe('it says a.txt');
  });

  it('does not take waiting for a command as progress', async () => {
    const prompt = userMessage('run: sleep 60\nsay: done');
    const call = { type: 'function_call', call_id: 'c1', name: 'exec_command', arguments: '{}' };
    const running = {
      type: 'function_call_output',
      call_id: 'c1',
      output: 'Process running with session ID 9\n',
    };
    const waitTools = [...tools, { type: 'function', name: 'write_stdin' }];
    const input = [prompt, call, running];

    const [poll] = finishedItems(await readEvents(await post({ stream: true, tools: waitTools, input })));
    expect(poll).toMatchObject({ name: 'write_stdin', arguments: '{"session_id":9,"yield_time_ms":300000}' });

    const finished = { type: 'function_call_output', call_id: poll?.call_id, output: 'Output:\n' };
    const rest = await post({ stream: true, tools: waitTools, input: [...input, poll, finished] });
    expect(joinDeltas(await readEvents(rest))).toBe('done');
  });

  it('starts over with each user message and skips context the agent adds', async () => {
    const events = await readEvents(
      await postInput(
        userMessage('run: ls'),
        { type: 'function_call_output', call_id: 'c1', output: 'a' },
        userMessage('say: second'),
        userMessage('<environment_context>\n<cwd>/w</cwd>\n</environment_context>'),
      ),
    );
    expect(joinDeltas(events)).toBe('second');
  });

  it('ends a finished script with an empty answer', async () => {
    const events = await readEvents(
      await postInput(userMessage('run: ls'), { type: 'function_call_output', call_id: 'c1', output: 'a' }),
    );
    expect(events.map((event) => event.type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.completed',
    ]);
  });

  it('finds the tools of code mode in the input', async () => {
    const exec = {
      type: 'custom',
      name: 'exec',
      description: 'Runs JavaScript.\n\n### `exec_command`\nRuns it.',
    };
    const input = [
      { type: 'additional_tools', tools: [{ type: 'namespace', name: 'functions', tools: [exec] }] },
      userMessage('run: ls'),
    ];
    const [call] = finishedItems(await readEvents(await post({ stream: true, input })));
    expect(call).toMatchObject({ type: 'custom_tool_call', name: 'exec' });
  });

  it('fails as often as asked, then goes on', async () => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      statuses.push((await postInput(userMessage('say: hi\nfail: 429 x2 slow down'))).status);
    }
    expect(statuses).toEqual([429, 429, 200]);
  });

  it('fails in the words of the API', async () => {
    const response = await postInput(userMessage('fail: 429 x1 slow down'));
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toEqual({
      error: { message: 'slow down', type: 'rate_limit_exceeded', code: null, param: null },
    });
  });

  it('refuses once for a usage limit, and says when it resets', async () => {
    const begin = Math.floor(Date.now() / 1_000);
    const response = await postInput(userMessage('limit: 3600'));
    const { error } = (await response.json()) as { error: { type: string; resets_at: number } };
    expect([response.status, error.type]).toEqual([429, 'usage_limit_reached']);
    expect(error.resets_at).toBeGreaterThanOrEqual(begin + 3600);
    expect(response.headers.get('x-codex-primary-reset-at')).toBe(String(error.resets_at));
    expect((await postInput(userMessage('limit: 3600'))).status).toBe(200);
  });

  it('tells of a usage limit as each vendor does', async () => {
    const begin = Math.floor(Date.now() / 1_000);
    const messages = [{ role: 'user', content: 'limit: 3600' }];
    const response = await post({ model: 'm', stream: true, max_tokens: 9, messages }, '/v1/messages');
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } });
    const claim = (name: string) => response.headers.get(`anthropic-ratelimit-unified-${name}`);
    expect([response.status, claim('status'), claim('representative-claim')]).toEqual([
      429,
      'rejected',
      'five_hour',
    ]);
    expect(Number(claim('reset'))).toBeGreaterThanOrEqual(begin + 3600);
    const other = await post({ model: 'm', stream: true, messages }, '/v1/chat/completions');
    expect([other.status, await other.json()]).toEqual([
      429,
      { error: expect.objectContaining({ type: 'rate_limit_exceeded' }) },
    ]);
  });

  it('fails a later answer of the script when its turn comes', async () => {
    const prompt = userMessage('run: ls\nfail: 503\nsay: after');
    const output = { type: 'function_call_output', call_id: 'c1', output: 'a' };
    expect((await postInput(prompt)).status).toBe(200);
    expect((await postInput(prompt, output)).status).toBe(503);
    expect(joinDeltas(await readEvents(await postInput(prompt, output)))).toBe('after');
  });

  it('cuts the connection once, in the middle of a text', async () => {
    const prompt = userMessage('say: whole\ndrop: after 2 tokens\nsay: a b c');
    await expect((await postInput(prompt)).text()).rejects.toThrow('terminated');
    expect(joinDeltas(await readEvents(await postInput(prompt)))).toBe('wholea b c');
  });

  it('paces a stream and numbers its tokens', async () => {
    const startedAt = performance.now();
    const events = await readEvents(await postInput(userMessage('stream: 5 tokens every 20 ms')));
    expect(joinDeltas(events)).toBe('t1 t2 t3 t4 t5');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(90);
  });

  it('lets go of a stalled request when the client leaves', async () => {
    const abort = new AbortController();
    const reply = await fetch(`${model.url}/v1/responses`, {
      method: 'POST',
      body: JSON.stringify({ stream: true, input: 'stall: 60000' }),
      signal: abort.signal,
    });
    abort.abort();
    await expect(reply.text()).rejects.toThrow();
    await until(() => model.requests.length === 1);
  });

  it.each([
    ['a body that is no JSON', '{', 'The body is not JSON.'],
    ['a body without a stream', '{"input":"hi"}', '"stream" is not true'],
    ['a body without input', '{"stream":true}', '"input" is neither'],
    ['an input without a prompt', '{"stream":true,"input":[]}', 'no message of the user'],
    ['a line it does not understand', '{"stream":true,"input":"stall: soon"}', 'Line 1 is not understood'],
  ])('refuses %s with 400', async (_, body, message) => {
    const response = await fetch(`${model.url}/v1/responses`, { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining(message) } });
  });

  it('reads compressed requests', async () => {
    const body = gzipSync(JSON.stringify({ stream: true, input: 'say: hi' }));
    const headers = { 'content-encoding': 'gzip' };
    const response = await fetch(`${model.url}/v1/responses`, { method: 'POST', body, headers });
    expect(joinDeltas(await readEvents(response))).toBe('hi');
  });

  it('lists its models under any base path', async () => {
    const response = await fetch(`${model.url}/some/base/models?client_version=1`);
    expect(await response.json()).toMatchObject({ data: [{ id: 'scripted' }], models: [] });
  });

  it('names an unknown path', async () => {
    const response = await fetch(`${model.url}/v1/images`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: { message: 'The scripted model has nothing at GET /v1/images.' },
    });
  });

  it('refuses a WebSocket, so that agents fall back to requests', async () => {
    const socket = connect(model.port, '127.0.0.1');
    socket.write(
      'GET /v1/responses HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    );
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(head.toString()).toMatch(/^HTTP\/1\.1 426 /);
    socket.destroy();
  });

  it('remembers what it was asked', async () => {
    await (await postInput(userMessage('say: hi'))).text();
    await until(() => model.requests.length === 1);
    expect(model.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/responses',
      status: 200,
      body: { model: 'gpt-5.5' },
    });
  });
});

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error('The condition did not come true within 5 s.');
    await new Promise(setImmediate);
  }
}
