import {
  fieldProblemsOf,
  invalidFields,
  terminalClientFrameSchema,
  type ErrorPayload,
  type TerminalClientFrame,
} from '@codex-webapp/contracts';
import { toSocketText } from '@codex-webapp/nest-kit';

export type ParsedTerminalFrame =
  | { readonly frame: TerminalClientFrame; readonly error?: undefined }
  | { readonly error: ErrorPayload; readonly frame?: undefined };

/** What a page sent, or an error that names the field. */
export function parseTerminalFrame(
  data: Buffer | ArrayBuffer | Buffer[],
  isBinary: boolean,
): ParsedTerminalFrame {
  if (isBinary) return refused('Frames are text.');
  let value: unknown;
  try {
    value = JSON.parse(toSocketText(data));
  } catch {
    return refused('The frame is not JSON.');
  }
  const parsed = terminalClientFrameSchema.safeParse(value);
  if (parsed.success) return { frame: parsed.data };
  return { error: invalidFields('frame.invalid', fieldProblemsOf(parsed.error)) };
}

function refused(problem: string): ParsedTerminalFrame {
  return { error: invalidFields('frame.invalid', [{ field: '', problems: [problem] }]) };
}
