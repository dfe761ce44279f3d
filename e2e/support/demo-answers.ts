// What the agents of the demo say and write, as the scripted model reads it: a line ends with a backslash and an n.

export const answer = [
  '## What changed\\n\\nThe limiter keeps **one bucket per client** and refills it over time:\\n\\n',
  '| setting | default | meaning |\\n|---|---|---|\\n| `burst` | 20 | requests at once |\\n| `perMinute` | 60 | refill |\\n\\n',
  '```ts\\nconst limiter = new RateLimiter({ burst: 20, perMinute: 60 });\\napp.use(limiter.middleware());\\n```\\n\\n',
  'Run `npm test` to see it refuse the 21st request.',
].join('');

export const limiter = [
  'export class RateLimiter {',
  '  private readonly buckets = new Map<string, number>();',
  '',
  '  take(client: string): boolean {',
  '    const left = this.buckets.get(client) ?? 20;',
  '    this.buckets.set(client, left - 1);',
  '    return left > 0;',
  '  }',
  '}',
].join('\\n');

const longWord = 'x'.repeat(600);
export const longAnswer = [
  '# A long answer\\n\\n',
  ...Array.from(
    { length: 12 },
    (_, i) => `${i + 1}. Step ${i + 1} of a list that goes on, with some words to read.\\n`,
  ),
  `\\nA word without an end: ${longWord}\\n\\n`,
  '| ' + Array.from({ length: 14 }, (_, i) => `column ${i + 1}`).join(' | ') + ' |\\n',
  '|' + '---|'.repeat(14) + '\\n',
  '| ' + Array.from({ length: 14 }, () => 'a longer cell').join(' | ') + ' |\\n\\n',
  '> A quotation, and a line of code that is much wider than the page:\\n\\n',
  '```sh\\n' + 'curl --header "accept: application/json" '.repeat(8) + '\\n```\\n\\n',
  'Mixed scripts: 日本語のテキスト, עברית, العربية, 🙂.',
].join('');
