// A log that fails the test in which an error line appears.
import { Writable } from 'node:stream'

export const unexpectedErrors: string[] = []

export function watchedLog(lines: string[] = []): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      const line = String(chunk)
      lines.push(line)
      if ((JSON.parse(line) as { level: number }).level >= 50) unexpectedErrors.push(line)
      done()
    },
  })
}
