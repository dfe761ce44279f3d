/** The body of a refusal in OpenAI's words. */
export function toOpenaiError(status: number, message: string): unknown {
  return { error: { message, type: errorTypes[status] ?? errorType(status), code: null, param: null } };
}

const errorTypes: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_exceeded',
};

function errorType(status: number): string {
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
