import { DomainError } from '@codex-webapp/nest-kit';
import type { ErrorCode } from '@codex-webapp/contracts';
import {
  ContainerProviderError,
  type ContainerProviderErrorReason,
} from './providers/container-provider.errors.ts';

const codes: Readonly<Record<ContainerProviderErrorReason, ErrorCode>> = {
  unreachable: 'container.provider_unreachable',
  image_unavailable: 'container.image_unavailable',
  timed_out: 'container.start_timed_out',
  rejected: 'container.provider_failed',
  out_of_resources: 'container.provider_failed',
  no_files: 'workspace.no_files',
  failed: 'container.provider_failed',
};

/** What a provider threw, as an answer to whoever asked. */
function toDomainError(error: unknown): unknown {
  if (!(error instanceof ContainerProviderError)) return error;
  return new DomainError(codes[error.reason], { message: error.message, cause: error });
}

/** What a provider threw, as the reason of a failed session. */
export function describeFailure(error: unknown): string {
  if (error instanceof ContainerProviderError || error instanceof DomainError) return error.message;
  return 'The container could not be started because of an error in the server; its log says more. Try again.';
}

/** @throws DomainError where the provider throws its own error */
export async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toDomainError(error);
  }
}
