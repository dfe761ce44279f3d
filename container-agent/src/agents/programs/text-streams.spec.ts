import { describe, expect, it } from '@jest/globals';
import type { AgentEvent } from '../agent-driver.ts';
import { TextStreams } from './text-streams.ts';

function shown(...events: readonly (readonly AgentEvent[])[]) {
  return events
    .flat()
    .map((event) => ('messageId' in event ? `${event.messageId}:${event.text}` : event.type));
}

describe('TextStreams', () => {
  it('adds what the deltas left out', () => {
    const texts = new TextStreams();
    expect(shown(texts.append('message', 'a', 'Hel'), texts.complete('message', 'a', 'Hello'))).toEqual([
      'a:Hel',
      'a:lo',
    ]);
    expect(shown(texts.complete('message', 'b', 'whole'))).toEqual(['b:whole']);
  });

  it('leaves the deltas alone when the whole text differs', () => {
    const texts = new TextStreams();
    texts.append('message', 'a', 'Hello <tag>');
    expect(shown(texts.complete('message', 'a', 'Hello'))).toEqual([]);
  });

  it('goes on in the old message once a repetition says more', () => {
    const texts = new TextStreams();
    texts.append('message', 'a', 'one two');
    texts.expectRepetition();
    expect(shown(texts.append('message', 'b', 'one'), texts.append('message', 'b', ' two three'))).toEqual([
      'a: three',
    ]);
    expect(shown(texts.append('message', 'b', ' four'))).toEqual(['a: four']);
  });

  it('shows an answer that differs as a message of its own, from its beginning', () => {
    const texts = new TextStreams();
    texts.append('message', 'a', 'one two');
    texts.expectRepetition();
    expect(shown(texts.append('message', 'b', 'one '), texts.append('message', 'b', 'more'))).toEqual([
      'b:one more',
    ]);
  });

  it('pairs texts by kind and order, over several retries', () => {
    const texts = new TextStreams();
    texts.append('thought', 't1', 'hm');
    texts.complete('message', 'm1', 'one');
    texts.append('message', 'n1', 'tw');
    texts.expectRepetition();
    texts.append('thought', 't2', 'hm');
    texts.expectRepetition();
    const again = [
      texts.complete('thought', 't3', 'hm'),
      texts.complete('message', 'm3', 'one'),
      texts.complete('message', 'n3', 'two'),
    ];
    expect(shown(...again)).toEqual(['n1:o']);
  });

  it('repeats on purpose what is said twice', () => {
    const texts = new TextStreams();
    texts.complete('message', 'a', 'again');
    texts.settle();
    expect(shown(texts.complete('message', 'b', 'again'))).toEqual(['b:again']);
  });
});
