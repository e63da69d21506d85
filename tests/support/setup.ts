// Runs before every test file. Tests say what time it is; nothing may depend on the machine's zone.
import { afterEach } from 'vitest'
import { unexpectedErrors } from './logs.ts'

process.env.TZ ??= 'UTC'

afterEach(() => {
  const seen = unexpectedErrors.splice(0)
  if (seen.length) throw new Error(`error logs nobody expected:\n${seen.join('\n')}`)
})
