// The program's log: JSON lines, each with the id of the request or the number of the mail it is about. What errors say is
// masked here, once: they repeat addresses and links, and whoever reads a log is not whom those are for.
import pino from 'pino'
import { maskLinks, maskMailAddresses } from './masking.ts'

// `msg` too: an error that is logged alone lends it its words.
const serializers = { reason: mask, msg: mask, err: maskError }

export function createLog(level: string, out?: pino.DestinationStream): pino.Logger {
  return out ? pino({ level, serializers }, out) : pino({ level, serializers })
}

function mask(text: unknown): unknown {
  return typeof text === 'string' ? maskMailAddresses(maskLinks(text)) : text
}

/** Only these parts: an error of a mail server holds its whole answer as well, one of a query its values. */
function maskError(error: unknown): unknown {
  if (!(error instanceof Error)) return mask(String(error))
  const { code } = error as NodeJS.ErrnoException
  const cause = error.cause === undefined ? undefined : maskError(error.cause)
  return { type: error.name, message: mask(error.message), stack: mask(error.stack), code, cause }
}
