import { describe, expect, it } from '@jest/globals';
import type { TurnEvent } from '@codex-webapp/contracts/agents';
import type { TurnEventListResponse, TurnEventResponse } from '@codex-webapp/contracts/messages';
import { renderToStaticMarkup } from 'react-dom/server';
import { addPage, noTurnEvents, summaryOf, toJsonLines, type LoadedTurnEvents } from './turn-events.ts';
import { TurnEventsList } from './turn-events-list.tsx';

const startedAt = Date.parse('2026-11-22T10:00:00.000Z');

function buildEvent(position: number, event: TurnEvent): TurnEventResponse {
  const at = new Date(startedAt + position * 400).toISOString();
  return { position, at, epoch: 'e', seq: position + 10, event };
}

const started = buildEvent(0, { type: 'turn.started', turnId: 't', promptId: 'p', agent: 'codex' });
const delta = buildEvent(1, { type: 'message.delta', turnId: 't', messageId: 'm', text: 'hello & more' });
const page: TurnEventListResponse = {
  events: [started, delta],
  nextAfter: null,
  keptUntil: '2026-12-22T10:00:00.000Z',
  wereDeleted: false,
};

function draw(loaded: LoadedTurnEvents): string {
  return renderToStaticMarkup(<TurnEventsList loaded={loaded} onLoadMore={() => undefined} />);
}

describe('TurnEventsList', () => {
  it('says that it loads, and what went wrong with a way to try again', () => {
    expect(draw(noTurnEvents)).toContain('Loading the events…');
    const html = draw({ ...noTurnEvents, isLoading: false, problem: 'The server cannot be reached.' });
    expect(html).toContain('The server cannot be reached.');
    expect(html).toContain('Try again');
  });

  it('lists each event with the time since the first, its type and what it says, closed', () => {
    const html = draw(addPage(noTurnEvents, page));
    expect(html).toContain('2 events');
    expect(html).toMatch(/\+0\.0 s<.*turn\.started<.*\+0\.4 s<.*message\.delta<.*hello &amp; more</s);
    expect(html).toContain('aria-expanded="false"');
    expect(html).not.toContain('<pre');
    expect(html).not.toContain('Show more');
    expect(html).toContain('Copy as JSON lines');
  });

  it('offers the next page where there is one, again where it did not come, and keeps what is there', () => {
    const first = addPage(noTurnEvents, { ...page, events: [started], nextAfter: 0 });
    expect(draw(first)).toContain('Show more');
    expect(draw(first)).toContain('The first 1 event');
    const failed = draw({ ...first, problem: 'The server cannot be reached.' });
    expect(failed).toContain('turn.started');
    expect(failed).toContain('Try again');
    expect(draw({ ...first, isLoading: true })).toContain('aria-busy="true"');
    const both = addPage(first, { ...page, events: [delta] });
    expect(both.events).toEqual([started, delta]);
    expect(draw(both)).not.toContain('Show more');
  });

  it('says that they were deleted, also beside the one that is left, and that there were none', () => {
    const words = 'The events of this turn were deleted. They were kept until Dec 22, 2026.';
    const deleted = { ...page, wereDeleted: true };
    expect(draw(addPage(noTurnEvents, { ...deleted, events: [] }))).toContain(words);
    const left = draw(addPage(noTurnEvents, { ...deleted, events: [delta] }));
    expect(left).toContain(words);
    expect(left).toContain('message.delta');
    const none = draw(addPage(noTurnEvents, { ...page, events: [] }));
    expect(none).toContain('The container has sent no events of this turn.');
  });
});

describe('the events of a turn', () => {
  it('are copied one a line, as they were told', () => {
    const lines = toJsonLines(page.events).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(page.events);
  });

  it('are summed up by their text, or by what else they say', () => {
    expect(summaryOf(delta)).toBe('hello & more');
    expect(summaryOf(started)).toBe('{"promptId":"p","agent":"codex"}');
  });
});
