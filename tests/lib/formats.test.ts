// What a file is, by its bytes: what we take is known for what it is, and whatever pretends, carries a program, hides something or
// is made to swell is not taken.

import fc from 'fast-check'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { type Bytes, judge } from '#src/lib/formats.ts'
import { docx, m4a, mp3, odp, ogg, pdf, pptx, wordOf } from '../support/documents.ts'

const bytes = (content: Buffer): Bytes => ({
  size: content.length,
  read: async (at, length) => content.subarray(Math.max(0, at), Math.max(0, at) + length),
})
const judged = (content: Buffer) => judge(bytes(content))
const UNKNOWN = { problem: 'unknown' }
const MACROS = { problem: 'macros' }

test.each([
  ['pdf', pdf()],
  ['pdf', Buffer.concat([pdf(), Buffer.from('\r\n')])],
  ['pptx', pptx()],
  ['docx', docx()],
  ['odp', odp()],
  ['odt', odp('application/vnd.oasis.opendocument.text')],
  ['mp3', mp3()],
  ['mp3', Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\0\x0a'), Buffer.alloc(10, 1), Buffer.alloc(700), mp3()])],
  ['m4a', m4a()],
  ['ogg', ogg('OpusHead')],
  ['ogg', ogg('\x01vorbis')],
])('%s', async (format, content) => {
  expect(await judged(content)).toEqual({ format })
})

describe('is not taken', () => {
  test.each<[string, Buffer, object]>([
    ['nothing', Buffer.alloc(0), UNKNOWN],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>'), UNKNOWN],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), UNKNOWN],
    ['a program of Windows', Buffer.from('MZ\x90\0'.padEnd(200, '\0'), 'latin1'), UNKNOWN],
    ['a script', Buffer.from('#!/bin/sh\nrm -rf /\n'), UNKNOWN],
    ['a PDF behind HTML', Buffer.concat([Buffer.from('<script>alert(1)</script>\n'), pdf()]), UNKNOWN],
    ['a PDF with a zip behind it', Buffer.concat([pdf(), pptx()]), UNKNOWN],
    ['a PDF with HTML behind it', Buffer.concat([pdf(), Buffer.from('<script>alert(1)</script>')]), UNKNOWN],
    ['a PDF that is cut off', pdf().subarray(0, 60), UNKNOWN],
    ['a zip of anything', Buffer.from(zipSync({ 'a.txt': strToU8('a') })), UNKNOWN],
    ['a zip behind HTML', Buffer.concat([Buffer.from('<script></script>'), pptx()]), UNKNOWN],
    ['a zip with HTML behind it', Buffer.concat([pptx(), Buffer.from('<script></script>')]), UNKNOWN],
    ['a presentation that is cut off', pptx().subarray(0, -30), UNKNOWN],
    ['a spreadsheet', wordOf('spreadsheetml.sheet'), UNKNOWN],
    ['a web archive that calls itself OpenDocument', odp('text/html'), UNKNOWN],
    ['an OpenDocument name from the prototype', odp('constructor'), UNKNOWN],
    ['a presentation with macros', pptx({ 'ppt/vbaProject.bin': strToU8('Sub AutoOpen()') }), MACROS],
    ['one with its macros under another name', pptx({ 'ppt/VBAdata.BIN': strToU8('Sub') }), MACROS],
    [
      'one that says it has macros',
      wordOf('wordprocessingml.document', 'application/vnd.ms-word.document.macroEnabled.main+xml'),
      MACROS,
    ],
    ['one with ActiveX', pptx({ 'ppt/activeX/activeX1.xml': strToU8('<x/>') }), MACROS],
    ['an OpenDocument with macros', odp(undefined, { 'Basic/Standard/Module1.xml': strToU8('Sub Main') }), MACROS],
    ['a video', Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0', 'latin1'), UNKNOWN],
    ['Ogg with a video', ogg('\x80theora'), UNKNOWN],
    [
      'two bytes of MPEG and then nothing of it',
      Buffer.concat([mp3().subarray(0, 4), Buffer.from('<script>'.repeat(200))]),
      UNKNOWN,
    ],
    ['a tag with nothing behind it', Buffer.from('ID3\x03\0\0\x7f\x7f\x7f\x7f', 'latin1'), UNKNOWN],
  ])('%s', async (_, content, problem) => {
    expect(await judged(content)).toEqual(problem)
  })
})

describe('a bomb', () => {
  test('whose list of contents swells is left folded', async () => {
    const content = Buffer.from(zipSync({ '[Content_Types].xml': Buffer.alloc(50 * 1024 * 1024, 32) }, { level: 9 }))
    expect(content.length).toBeLessThan(100_000)
    expect(await judged(content)).toEqual(UNKNOWN)
  })

  test('that would unpack to more than 500 MB, by what its directory says', async () => {
    const content = pptx({ 'ppt/media/image1.bmp': Buffer.alloc(1000) })
    const at = content.lastIndexOf(Buffer.from('ppt/media/image1.bmp')) - 46
    content.writeUInt32LE(600 * 1024 * 1024, at + 24)
    expect(await judged(content)).toEqual(UNKNOWN)
  })

  test('whose entries share one packed body', async () => {
    const content = pptx({ 'ppt/media/image1.bmp': Buffer.alloc(1000) })
    const at = content.lastIndexOf(Buffer.from('ppt/media/image1.bmp')) - 46
    content.writeUInt32LE(content.length + 1, at + 20)
    expect(await judged(content)).toEqual(UNKNOWN)
  })
})

test('property: whatever is broken in a file is judged, and nothing but a known format comes of it', async () => {
  const sources = [pdf(), pptx(), docx(), odp(), mp3(), m4a(), ogg('OpusHead')]
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...sources),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
      fc.nat(),
      async (source, changes, cut) => {
        const content = Buffer.from(source)
        for (const [at, value] of changes) content[at % content.length] = value
        const judgement = await judged(content.subarray(0, content.length - (cut % 3 === 0 ? cut % content.length : 0)))
        expect('format' in judgement || ['macros', 'unknown'].includes(judgement.problem)).toBe(true)
      },
    ),
    { numRuns: 300 },
  )
})
