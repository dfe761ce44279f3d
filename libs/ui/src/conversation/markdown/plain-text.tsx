'use client';

import { useState } from 'react';
import { Button } from '../../primitives/button.tsx';
import { toVisibleText } from './visible-text.ts';

type Props = {
  text: string;
};

/** Characters shown at first, and how many each further press adds. */
const stepLength = 12_000;

/** A text too large to be drawn as markdown: as it is written, a part at a time. */
export function PlainText({ text }: Props) {
  const [length, setLength] = useState(stepLength);
  const rest = text.length - length;
  return (
    <div className="plain-text">
      <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{toVisibleText(text.slice(0, length))}</p>
      {rest > 0 && (
        <Button size="sm" onClick={() => setLength(length * 4)}>
          Show more ({rest.toLocaleString('en')} characters left)
        </Button>
      )}
    </div>
  );
}
