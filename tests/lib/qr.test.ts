// A code says what was put in it: read back by a decoder, from the path and from the picture.
import fc from 'fast-check'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { qrPath, qrPng } from '#src/lib/qr.ts'
import { readCode } from '../support/codes.ts'

const svg = ({ size, path }: ReturnType<typeof qrPath>) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size * 6}" height="${size * 6}"><rect width="100%" height="100%" fill="#fff"/><path d="${path}"/></svg>`,
  )

test('an address comes out of the path and of the picture as it went in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom(...'abcXYZ019-_'), minLength: 1, maxLength: 120 }),
      async end => {
        const text = `https://agenda.example.org/check-in/${end}`
        expect(await readCode(qrPng(text, 5))).toBe(text)
        expect(await readCode(svg(qrPath(text)))).toBe(text)
      },
    ),
    { numRuns: 20 },
  )
})

test('the picture weighs little, at any scale', async () => {
  const text = `https://agenda.example.org/check-in/3f-1-${'aB3_'.repeat(11)}`
  const sizes = [1, 4, 8].map(scale => qrPng(text, scale).length)
  for (const size of sizes) expect(size).toBeLessThan(2000)
  const { width, height, format } = await sharp(qrPng(text, 8)).metadata()
  expect([width, height, format]).toEqual([qrPath(text).size * 8, qrPath(text).size * 8, 'png'])
})
