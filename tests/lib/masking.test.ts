import { expect, test } from 'vitest'
import { maskAddresses } from '#src/lib/masking.ts'

test.each([
  ['550 5.1.1 <zoe@example.org>: Recipient address rejected', '550 5.1.1 <•••>: Recipient address rejected'],
  ['535 5.7.8 Error: authentication failed: agenda', '535 5.7.8 Error: authentication failed: agenda'],
  ['ESOCKET: connect ECONNREFUSED 10.0.12.5:587', 'ESOCKET: connect ECONNREFUSED •••:587'],
  ['ESOCKET: connect ECONNREFUSED ::1:25', 'ESOCKET: connect ECONNREFUSED •••'],
  ['ESOCKET: connect ENETUNREACH 2001:db8::25:1 - Local', 'ESOCKET: connect ENETUNREACH ••• - Local'],
  ['EDNS: getaddrinfo ENOTFOUND smtp.intern.example', 'EDNS: getaddrinfo ENOTFOUND •••'],
  ['451 4.7.650 The mail server [192.0.2.10] has been limited', '451 4.7.650 The mail server [•••] has been limited'],
  ['421 4.7.0 Try again at 10:15', '421 4.7.0 Try again at 10:15'],
  ['ETIMEDOUT: Greeting never received', 'ETIMEDOUT: Greeting never received'],
  [
    'ESOCKET: self-signed certificate; if the root CA is installed',
    'ESOCKET: self-signed certificate; if the root CA is installed',
  ],
])('%j is told as %j', (said, told) => {
  expect(maskAddresses(said)).toBe(told)
})
