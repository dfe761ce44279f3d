import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Params } from 'nestjs-pino';
import type { DestinationStream } from 'pino';
import pinoPretty from 'pino-pretty';
import { currentRequestId, requestIdOf } from '../rest/request-context.ts';
import { cleanLog, cleanText } from './clean-log.ts';

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

export interface LoggingOptions {
  readonly level: LogLevel;
  /** For people at a terminal instead of JSON for programs. */
  readonly isPretty?: boolean;
  /** Standard output when absent. */
  readonly destination?: DestinationStream;
}

const infoNumber = 30;
const nestNoise: ReadonlySet<unknown> = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Nest tells about each module and route at its start. */
function isNestNoise(fields: unknown): boolean {
  return (
    typeof fields === 'object' && fields !== null && 'context' in fields && nestNoise.has(fields.context)
  );
}

/** How both apps log: one JSON line per event, with the request's id, without secrets, without queries. */
export function loggingParams({ level, isPretty = false, destination }: LoggingOptions): Params {
  const stream =
    destination ?? (isPretty ? pinoPretty({ ignore: 'pid,hostname,req', sync: true }) : undefined);
  const options = {
    level,
    base: undefined,
    genReqId: (request: IncomingMessage) => requestIdOf(request),
    customLogLevel: (_request: IncomingMessage, response: ServerResponse) => {
      return response.statusCode >= 500 ? ('warn' as const) : ('debug' as const);
    },
    // The error itself is logged by the filter, with its stack and once.
    customErrorMessage: () => 'Request failed',
    customSuccessMessage: () => 'Request answered',
    customErrorObject: (_request: IncomingMessage, response: ServerResponse) => ({
      status: response.statusCode,
    }),
    wrapSerializers: false,
    serializers: {
      req: describeRequest,
      res: (response: ServerResponse) => ({ status: response.statusCode }),
    },
    mixin: () => {
      const requestId = currentRequestId();
      return requestId === undefined ? {} : { requestId };
    },
    quietReqLogger: true,
    formatters: { log: (object: Record<string, unknown>) => cleanFields(object) },
    hooks: {
      logMethod(this: unknown, args: unknown[], method: (...args: never[]) => void, number: number) {
        if (number === infoNumber && level !== 'debug' && level !== 'trace' && isNestNoise(args[0])) return;
        method.apply(
          this as never,
          args.map((arg) => (typeof arg === 'string' ? cleanText(arg) : arg)) as never,
        );
      },
    },
  };
  return { pinoHttp: stream ? [options, stream] : options };
}

/** Requests and responses have serializers of their own. */
function cleanFields(object: Record<string, unknown>): Record<string, unknown> {
  const { req, res, ...rest } = object;
  return {
    ...(cleanLog(rest) as Record<string, unknown>),
    ...(req === undefined ? {} : { req }),
    ...(res === undefined ? {} : { res }),
  };
}

/** Without headers and without the query: both carry tickets and tokens. */
function describeRequest(request: IncomingMessage): Record<string, unknown> {
  return { method: request.method, path: cleanText((request.url ?? '').split('?')[0] ?? '') };
}
