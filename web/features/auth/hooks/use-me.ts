import type { UserResponse } from '@codex-webapp/contracts/users';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { onLoginLost } from '../../../lib/api-client.ts';
import { useLoad } from '../../../lib/use-load.ts';
import { authApi } from '../api.ts';

const retryMs = 4_000;

interface Me {
  readonly user: UserResponse | null;
  readonly error: string | null;
  readonly retry: () => void;
}

/** Who is logged in. Asks again by itself while the server is gone, and leaves for the login page when nobody is. */
export function useMe(): Me {
  const router = useRouter();
  const [isLeaving, setIsLeaving] = useState(false);

  // Before the first request below, so that its 401 is heard.
  useEffect(
    () =>
      onLoginLost(() => {
        const here = `${location.pathname}${location.search}`;
        setIsLeaving(true);
        router.replace(here === '/' ? '/login' : `/login?next=${encodeURIComponent(here)}`);
      }),
    [router],
  );

  const { value, error, load } = useLoad(authApi.me);
  const isGone = value === null && error !== null && !isLeaving;
  useEffect(() => {
    if (!isGone) return;
    const timer = setInterval(load, retryMs);
    return () => clearInterval(timer);
  }, [isGone, load]);

  return { user: isLeaving ? null : (value?.user ?? null), error: isGone ? error : null, retry: load };
}
