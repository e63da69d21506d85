// Runs before every test file. Tests say what time it is; nothing may depend on the machine's zone. What no test may do without
// meaning to fails the one in which it happens: log an error, or read a table that grows from end to end.
import { afterEach } from 'vitest'
import { unexpectedErrors } from './logs.ts'
import { scans, watchPlans } from './plans.ts'

process.env.TZ ??= 'UTC'
watchPlans()

afterEach(() => {
  const seen = unexpectedErrors.splice(0)
  if (seen.length) throw new Error(`error logs nobody expected:\n${seen.join('\n')}`)
  const found = scans.splice(0).map(({ query, lines }) => `${lines.join(', ')}: ${query}`)
  if (found.length)
    throw new Error(`queries that read a whole table (see tests/support/plans.ts):\n${found.join('\n')}`)
})
