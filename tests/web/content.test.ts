// What travels is compressed once for each encoding, and has an ETag of its own in each.
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createContent } from '#src/web/content.ts'

const PAGE = `<p>${'Een gezin, een plan: lukt dat? '.repeat(100)}</p>`

describe('a content', () => {
  test('is compressed once: whoever asks again is given the very same bytes', () => {
    const content = createContent(PAGE, 'text/html; charset=utf-8', 'brief')
    for (const accepted of ['br', 'gzip', 'identity', undefined]) {
      const first = content.for(accepted)
      expect(content.for(accepted).bytes).toBe(first.bytes)
    }
    expect(content.for('gzip, deflate, br').bytes).toBe(content.for('br').bytes)
    const [br, gzip, plain] = ['br', 'gzip', undefined].map(accepted => content.for(accepted))
    expect(brotliDecompressSync(br?.bytes ?? '').toString()).toBe(PAGE)
    expect(gunzipSync(gzip?.bytes ?? '').toString()).toBe(PAGE)
    expect(plain?.bytes.toString()).toBe(PAGE)
    expect(new Set([br?.etag, gzip?.etag, plain?.etag]).size).toBe(3)
  })

  test.each([
    ['too small', 'kort', 'text/html'],
    ['a picture', PAGE, 'image/webp'],
  ])('that is %s goes as it is', (_, payload, type) => {
    expect(createContent(payload, type, 'lasting').for('br, gzip').encoding).toBe('identity')
  })

  test.each([
    ['br;q=0, gzip', 'gzip'],
    ['gzip, br', 'br'],
    ['gzip;q=1, br;q=0.5', 'gzip'],
    ['*', 'br'],
    ['br;q=0, gzip;q=0', 'identity'],
    ['deflate', 'identity'],
  ])('for %j is sent as %s (RFC 9110 §12.5.3)', (accepted, encoding) => {
    expect(createContent(PAGE, 'text/html', 'brief').for(accepted).encoding).toBe(encoding)
  })
})
