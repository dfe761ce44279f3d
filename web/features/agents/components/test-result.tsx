import type { CredentialTestResponse } from '@codex-webapp/contracts/credentials';
import { Banner } from '@codex-webapp/ui';

const tones = {
  works: 'success',
  unknown: 'info',
  'not-allowed': 'info',
  unreachable: 'warning',
  expired: 'danger',
  invalid: 'danger',
  refused: 'danger',
} as const;

/** What a test showed; a text where the test itself failed. */
export function TestResult({ result }: { result: CredentialTestResponse | string }) {
  if (typeof result === 'string') return <Banner tone="danger">{result}</Banner>;
  return <Banner tone={tones[result.result]}>{result.message}</Banner>;
}
