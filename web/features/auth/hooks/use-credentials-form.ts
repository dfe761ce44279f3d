import { useState, type FormEvent } from 'react';
import { ApiError, describeError } from '../../../lib/api-error.ts';
import { useCountdown } from './use-countdown.ts';

/** Without a hint from the server, how long a throttled login waits before it offers another try. */
const throttleDefaultS = 30;

interface Options {
  readonly submit: (credentials: {
    readonly username: string;
    readonly password: string;
  }) => Promise<unknown>;
  readonly onDone: () => void;
}

/** A name and a password on their way to the server, and what came of it. */
export function useCredentialsForm({ submit, onDone }: Options) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const throttle = useCountdown();

  const handleSubmit = async () => {
    setIsBusy(true);
    setError(null);
    try {
      await submit({ username: username.trim(), password });
      onDone();
    } catch (cause) {
      // Not busy any more only here: after a success the page is on its way out.
      setIsBusy(false);
      setError(describeError(cause));
      if (cause instanceof ApiError && cause.status === 429)
        throttle.start(cause.retryAfterS ?? throttleDefaultS);
    }
  };

  return {
    username,
    setUsername,
    password,
    setPassword,
    isBusy,
    error,
    secondsToWait: throttle.secondsLeft,
    handleSubmit: (event: FormEvent) => {
      event.preventDefault();
      void handleSubmit();
    },
  };
}
