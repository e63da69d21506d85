// What no HTTP client sends, over a socket of its own: requests that two readers would take for different ones, methods that
// are none, headers without an end, and who takes forever.
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApp } from '../support/app.ts'

let app: Awaited<ReturnType<typeof openApp>>['app']
let port = 0
beforeAll(async () => {
  ;({ app } = await openApp())
  // As in production, but for the patience: that is asserted below.
  Object.assign(app.server, { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 20 })
  await app.listen({ port: 0, host: '127.0.0.1' })
  ;({ port } = app.server.address() as { port: number })
})
afterAll(() => app.close())

/** Everything that comes back until the other side hangs up, or nothing comes any more. */
function talk(text: string, { stays = false } = {}): Promise<string> {
  return new Promise(done => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    if (!stays) socket.setTimeout(1000, () => socket.destroy())
    socket.on('data', data => (answer += data))
    socket.on('error', () => {})
    socket.on('close', () => done(answer))
  })
}
const statusesIn = (answer: string) => [...answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status))
const FORM = 'content-type: application/x-www-form-urlencoded'
const SMUGGLED = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'

describe('a request that two readers would end at different places is refused, and what follows is not read', () => {
  test.each([
    [
      'two lengths',
      `POST /my HTTP/1.1\r\nhost: x\r\n${FORM}\r\ncontent-length: 0\r\ncontent-length: 38\r\n\r\n${SMUGGLED}`,
    ],
    [
      'a length and chunks',
      `POST /my HTTP/1.1\r\nhost: x\r\n${FORM}\r\ncontent-length: 38\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    ],
    [
      'chunks under another name',
      `POST /my HTTP/1.1\r\nhost: x\r\n${FORM}\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    ],
    [
      'chunks, twice',
      `POST /my HTTP/1.1\r\nhost: x\r\n${FORM}\r\ntransfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    ],
    ['a space before the colon', `POST /my HTTP/1.1\r\nhost: x\r\ncontent-length : 38\r\n\r\n${SMUGGLED}`],
    ['a length that is none', `POST /my HTTP/1.1\r\nhost: x\r\ncontent-length: +38\r\n\r\n${SMUGGLED}`],
    [
      'a chunk that is none',
      `POST /my HTTP/1.1\r\nhost: x\r\n${FORM}\r\ntransfer-encoding: chunked\r\n\r\n0x26\r\n${SMUGGLED}`,
    ],
    ['lines that end in half', `POST /my HTTP/1.1\nhost: x\ncontent-length: 38\n\n${SMUGGLED}`],
  ])('%s', async (_name, text) => {
    expect(statusesIn(await talk(text))).toEqual([400])
  })
})

describe('a request that is none', () => {
  test.each([
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['a method of nobody', 'HACK / HTTP/1.1\r\nhost: x\r\n\r\n', 400],
    ['TRACE', 'TRACE / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: session=geheim\r\n\r\n', 404],
    ['a version of nobody', 'GET / HTTP/9.9\r\nhost: x\r\n\r\n', 400],
    ['a null in a header', 'GET / HTTP/1.1\r\nhost: x\r\nx: a\0b\r\n\r\n', 400],
    ['a cookie without an end', `GET / HTTP/1.1\r\nhost: x\r\ncookie: ${'a=b; '.repeat(5000)}\r\n\r\n`, 431],
    ['an address without an end', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431],
    ['the way to another server', 'CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example\r\n\r\n', undefined],
    ['a way out of the folder', 'GET /static/../../package.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 404],
    [
      'a way out, encoded',
      'GET /static/%2e%2e/%2e%2e/package.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      404,
    ],
    [
      'a way out by a backslash',
      'GET /static/..\\..\\package.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      404,
    ],
    ['the secret as a picture', 'GET /covers/..%2fsecret HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 404],
    ['a folder of its own name', 'GET /static/.git/config HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 404],
    ['a list of files', 'GET /static/js/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 404],
  ])('%s', async (_name, text, status) => {
    const answer = await talk(text)
    expect(statusesIn(answer)).toEqual(status ? [status] : [])
    expect(answer).not.toMatch(/geheim|"dependencies"|\/tmp\//)
  })

  test('a cookie bomb that fits is an ordinary visitor', async () => {
    const cookie = Array.from({ length: 900 }, (_, i) => `c${i}=x`).join('; ')
    expect(
      statusesIn(await talk(`GET /my HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: ${cookie}\r\n\r\n`)),
    ).toEqual([200])
  })
})

describe('who takes forever', () => {
  test('has fifteen seconds for headers and a minute for a form', async () => {
    const { app: other } = await openApp()
    expect([other.server.headersTimeout, other.server.requestTimeout]).toEqual([15_000, 60_000])
  })

  test.each([
    ['over headers', 'GET / HTTP/1.1\r\nhost: x\r\nx-slow: 1\r\n'],
    ['over a form', `POST /my HTTP/1.1\r\nhost: x\r\n${FORM}\r\ncontent-length: 100\r\n\r\nemail=`],
  ])('%s is cut off, while others are answered', async (_name, text) => {
    const slow = Array.from({ length: 20 }, () => talk(text, { stays: true }))
    expect(statusesIn(await talk('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'))).toEqual([200])
    expect((await Promise.all(slow)).flatMap(statusesIn)).toEqual(Array(20).fill(408))
  })
})
