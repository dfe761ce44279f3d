'use client';

import { useEffect, useState } from 'react';

export function RetryCountdown({ at }: { at: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return <>Trying again in {Math.max(0, Math.ceil((at - now) / 1_000))} s.</>;
}
