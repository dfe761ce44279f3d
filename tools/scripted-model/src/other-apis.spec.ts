import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { type ScriptedModel, startScriptedModel } from './scripted-model-server.ts';

type Json = Readonly<Record<string, unknown>>;

let model: ScriptedModel;
beforeEach(async () => {
  model = await startScriptedModel();
});
afterEach(() => model.close());

function post(path: string, body: unknown) {
  return fetch(model.url + path, { method: 'POST', body: JSON.stringify(body) });
}

async function read(response: Response): Promise<readonly Json[]> {
  const lines = [...(await response.text()).matchAll(/^data: (\{.*)$/gm)];
  return lines.map(([, data = '']) => JSON.parse(data) as Json);
}

describe('chat completions', () => {
  const tools = [
    { type: 'function', function: { name: 'bash', parameters: { properties: { command: {} } } } },
  ];
  const ask = (...messages: Json[]) =>
    post('/v1/chat/completions', { model: 'm', stream: true, tools, messages });
  const user = (content: unknown) => ({ role: 'user', content });

  it('streams thought, text and usage', async () => {
    const chunks = await read(await ask(user('think: hm\nsay: Hello you\nusage: 7 3')));
    const deltas = chunks.flatMap(({ choices }) => (choices as { delta: Json }[]).map(({ delta }) => delta));
    expect(deltas).toEqual([
      { role: 'assistant', reasoning_content: 'hm' },
      { role: 'assistant', content: 'Hello' },
      { role: 'assistant', content: ' you' },
      {},
    ]);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } });
  });

  it('goes on after a tool, past what the agent adds', async () => {
    const prompt = user([
      { type: 'text', text: '<system-reminder>\nignore me\n</system-reminder>' },
      { type: 'text', text: 'run: ls\nsay: It says {output}' },
    ]);
    const calls = JSON.stringify(await read(await ask(prompt)));
    expect(calls).toContain('"finish_reason":"tool_calls"');
    const rest = await read(await ask(prompt, { role: 'tool', tool_call_id: 'c', content: 'a.txt' }));
    expect(JSON.stringify(rest)).toContain('" a.txt"');
  });

  it('fails in the words of the API', async () => {
    const response = await ask(user('fail: 429 slow down'));
    expect([response.status, await response.json()]).toEqual([
      429,
      { error: { message: 'slow down', type: 'rate_limit_exceeded', code: null, param: null } },
    ]);
  });

  it.each([
    ['no object', []],
    ['no stream', { messages: [] }],
    ['no messages', { stream: true }],
    ['no prompt', { stream: true, messages: [{ role: 'system', content: 'x' }] }],
  ])('refuses %s', async (_, body) => {
    expect((await post('/v1/chat/completions', body)).status).toBe(400);
  });
});

describe('Gemini', () => {
  const declaration = {
    name: 'run_shell_command',
    parametersJsonSchema: { properties: { command: {}, description: {} } },
  };
  const ask = (...contents: Json[]) =>
    post('/v1beta/models/g:streamGenerateContent?alt=sse', {
      contents,
      tools: [{ functionDeclarations: [declaration] }],
    });
  const user = (...texts: string[]) => ({ role: 'user', parts: texts.map((text) => ({ text })) });

  it('streams thought, text and usage', async () => {
    const responses = await read(
      await ask(user('<session_context>\nx\n</session_context>', 'think: hm\nsay: Hi')),
    );
    const parts = responses.flatMap(({ candidates }) =>
      (candidates as { content: { parts: Json[] } }[]).flatMap(({ content }) => content.parts),
    );
    expect(parts).toEqual([{ text: '**Thinking**\n\nhm', thought: true }, { text: 'Hi' }]);
    expect(responses.at(-1)).toMatchObject({ usageMetadata: { candidatesTokenCount: 2 } });
  });

  it('goes on after a function, also when an earlier prompt was never answered', async () => {
    const prompt = user('run: first', 'run: ls\nsay: It says {output}');
    const [call] = await read(await ask(prompt));
    expect(call).toMatchObject({
      candidates: [
        { content: { parts: [{ functionCall: { name: 'run_shell_command', args: { command: 'ls' } } }] } },
      ],
    });
    const output = { functionResponse: { name: 'run_shell_command', response: { output: 'a.txt' } } };
    const rest = await read(await ask(prompt, { role: 'user', parts: [output] }));
    expect(JSON.stringify(rest)).toContain('" a.txt"');
  });

  it('fails in the words of the API', async () => {
    const response = await ask(user('fail: 401 no'));
    expect(await response.json()).toEqual({ error: { code: 401, message: 'no', status: 'UNAUTHENTICATED' } });
  });

  it.each([
    ['no object', []],
    ['no contents', {}],
    ['no prompt', { contents: [] }],
  ])('refuses %s', async (_, body) => {
    expect((await post('/v1beta/models/g:streamGenerateContent', body)).status).toBe(400);
  });
});
