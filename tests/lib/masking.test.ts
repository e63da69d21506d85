import { expect, test } from 'vitest'
import { maskAddresses, maskHtml, maskUrl, opensAPage } from '#src/lib/masking.ts'

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

test('a code for an entrance is closed like a link: in a log, and as the picture in a mail; its words stay', () => {
  expect(maskUrl(`/check-in/${TOKEN}?lang=nl`)).toBe('/check-in/***?lang=nl')
  expect(maskUrl('/console/events/1/check-in?q=vries')).toBe('/console/events/1/check-in?q=vries')
  expect(maskHtml('<p><img src="cid:x@example.org" alt="Code voor de ingang" width="180"></p>')).toBe(
    '<p><img alt="Code voor de ingang" width="180"></p>',
  )
})

const TOKEN = `1a-1-${'Ab3_-'.repeat(9)}`.slice(0, 48)

test.each([
  `Zie https://agenda.example.org/registrations/${TOKEN}.`,
  `https://veilig.example/?u=https%3A%2F%2Fagenda.example.org%2Fregistrations%2F${TOKEN}`,
  `https://veilig.example/?u=https%253A%252F%252Fagenda.example.org%252Fjoin%252F${TOKEN}`,
  `https://agenda.example.org/%72egistrations/${TOKEN}`,
  `https://agenda.example.org/registrations/%31a${TOKEN.slice(2, 20)}%${TOKEN.charCodeAt(20).toString(16)}${TOKEN.slice(21)}`,
  `https://agenda.example.org/registrations/./${TOKEN}`,
  `https://agenda.example.org/registrations/x/../${TOKEN}`,
  `https:\\\\agenda.example.org\\registrations\\${TOKEN}`,
  `//agenda.example.org/unsubscribe/${TOKEN}?lang=en`,
  `https://agenda.example.org/feedback/${TOKEN}`,
  `https://agenda.example.org/events/wonen/registered?lang=en&v=${'Ab3_-'.repeat(12)}`,
])('an address that opens a page is seen in %s', text => {
  expect(opensAPage(text)).toBe(true)
})

test.each([
  'https://agenda.example.org/events/een-heel-lange-titel-van-een-bijeenkomst-over-wonen-en-zorg',
  'https://elders.example/join/ons',
  'Korting van 50%, en meer dan 100%2 keer',
])('no such address is in %s', text => {
  expect(opensAPage(text)).toBe(false)
})

test('the number of a certificate is told to no log and stands in no mail to many', () => {
  const number = '2F-7KQ4-M2XA-9TPC-HB6R'
  expect(maskUrl(`/certificates/${number}?lang=en`)).toBe('/certificates/***?lang=en')
  expect(maskUrl(`/?u=%2Fcertificates%2F${number}`)).toBe('/?u=%2Fcertificates%2F***')
  expect(maskUrl('/console/events/1/certificates?saved=1')).toBe('/console/events/1/certificates?saved=1')
  expect(opensAPage(`Zie https://agenda.example.org/certificates/${number}.`)).toBe(true)
  expect(opensAPage('Op https://agenda.example.org/certificates kijk je het na.')).toBe(false)
})
