import { describe, expect, it } from '@jest/globals';
import type { ContainerLogEvent } from '@codex-webapp/contracts/containers';
import { addLogEvents, emptyLog, filterRows, keptRows, toLogText } from './log-state.ts';

const line = (text: string, at: string | null = null): ContainerLogEvent => ({ type: 'line', at, text });
const container = (
  status: Extract<ContainerLogEvent, { type: 'container' }>['status'],
  generation = 1,
  reason: string | null = null,
): ContainerLogEvent => ({ type: 'container', status, generation, reason, startedAt: null });
const texts = (...events: readonly ContainerLogEvent[]) =>
  addLogEvents(emptyLog, events).rows.map(({ kind, text }) => `${kind}: ${text}`);

describe('the state of a log', () => {
  it('shows lines without what a terminal would do with them', () => {
    expect(texts(line('\u001b[31mred\u001b[0m\u0000'), line('10 %\r20 %'))).toEqual([
      'line: red',
      'line: 20 %',
    ]);
  });

  it('says what became of the container, and where lines are missing', () => {
    expect(
      texts(
        container('running'),
        { type: 'gap', reason: 'lost' },
        container('error', 2, 'It ended with exit code 3.\nIts last words:\noh'),
        container('creating', 3),
        container('running', 3),
        container('running', 5),
      ),
    ).toEqual([
      'warning: Lines may be missing here: they are no longer kept.',
      'danger: The container ended. It ended with exit code 3.',
      'note: The container is being started.',
      'note: The container was started again.',
    ]);
  });

  it('makes the log of container-agent readable, and copies it as it was', () => {
    const raw = '{"level":40,"time":1767225600000,"context":"Link","msg":"Lost it","code":1006,"why":"gone"}';
    const { rows } = addLogEvents(emptyLog, [line(raw)]);
    expect(rows).toMatchObject([
      { kind: 'warning-line', at: '2026-01-01T00:00:00.000Z', text: 'Link: Lost it code=1006 why=gone' },
    ]);
    expect(toLogText(rows)).toBe(`${raw}\n`);
  });

  it.each([
    '{"level":',
    '{"level":30}',
    '{"level":30,"time":1e99,"msg":"x"}',
    '{"level":"30","time":1,"msg":"x"}',
  ])('leaves %s as it is', (text) => {
    expect(texts(line(text))).toEqual([`line: ${text}`]);
  });

  it('says why nothing can be read, until it can', () => {
    const lost = addLogEvents(emptyLog, [
      container('running'),
      { type: 'unavailable', message: 'No engine.' },
    ]);
    expect(lost.trouble).toBe('No engine.');
    expect(addLogEvents(lost, [line('back')]).trouble).toBeNull();
    expect(addLogEvents(lost, [container('running')])).toMatchObject({ trouble: null, rows: [] });
  });

  it('keeps the newest rows', () => {
    const events = Array.from({ length: keptRows + 10 }, (_, n) => line(String(n)));
    const { rows, nextKey } = addLogEvents(emptyLog, events);
    expect([rows.length, rows[0]?.text, rows.at(-1)?.key, nextKey]).toEqual([
      keptRows,
      '10',
      keptRows + 9,
      keptRows + 10,
    ]);
  });

  it('finds lines in any case, and copies what is shown', () => {
    const events = [
      container('running'),
      line('One', '2026-01-01T00:00:00Z'),
      line('two'),
      container('stopped'),
    ];
    const { rows } = addLogEvents(emptyLog, events);
    expect(filterRows(rows, ' ONE ').map(({ text }) => text)).toEqual(['One']);
    expect(filterRows(rows, '')).toBe(rows);
    expect(toLogText(rows)).toBe('2026-01-01T00:00:00Z One\ntwo\n[The container was stopped.]\n');
  });
});
