// Pictures that people send: made small and bare, or refused; whatever the file, nothing breaks.
import fc from 'fast-check'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { remakePicture } from '#src/lib/images.ts'

const blank = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#0b6e7f' } })
const photo = await blank(1600, 1200)
  .withExif({ IFD0: { Copyright: 'Het geheim van de fotograaf' } })
  .withMetadata({ orientation: 6 })
  .jpeg()
  .toBuffer()

test.each(['png', 'jpeg', 'webp'] as const)(
  '%s becomes WebP within 1200 × 630, in its own proportions',
  async format => {
    const made = await remakePicture(await blank(3000, 1500).toFormat(format).toBuffer())
    expect([made?.width, made?.height]).toEqual([1200, 600])
    expect((await sharp(made?.bytes).metadata()).format).toBe('webp')
  },
)

test('a small one is not blown up', async () => {
  const made = await remakePicture(await blank(40, 30).png().toBuffer())
  expect([made?.width, made?.height]).toEqual([40, 30])
})

test('it is turned upright, and nothing is left of what the file told besides', async () => {
  expect(photo.includes('Het geheim')).toBe(true)
  const made = await remakePicture(photo)
  // Held upright: what lay 1600 wide stands 1600 high.
  expect([made?.width, made?.height]).toEqual([473, 630])
  const { exif, icc, xmp, iptc, orientation } = await sharp(made?.bytes).metadata()
  expect([exif, icc, xmp, iptc, orientation]).toEqual([undefined, undefined, undefined, undefined, undefined])
  expect(made?.bytes.includes('Het geheim')).toBe(false)
})

test('a second file behind the picture does not come through', async () => {
  const png = await blank(20, 20).png().toBuffer()
  const made = await remakePicture(Buffer.concat([png, Buffer.from('PK\u0003\u0004<script>alert(1)</script>')]))
  expect(made?.width).toBe(20)
  expect(made?.bytes.includes('script')).toBe(false)
})

/** The size that a PNG says it has, in the header of one that has another. */
function claiming(png: Buffer, width: number, height: number): Buffer {
  const forged = Buffer.from(png)
  forged.writeUInt32BE(width, 16)
  forged.writeUInt32BE(height, 20)
  return forged
}

test.each<[string, () => Promise<Buffer> | Buffer]>([
  ['nothing', () => Buffer.alloc(0)],
  ['text', () => Buffer.from('Hier had een foto kunnen staan.')],
  [
    'SVG, which can hold code and addresses',
    () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
  ],
  ['GIF, which we do not take', () => blank(9, 9).gif().toBuffer()],
  ['TIFF', () => blank(9, 9).tiff().toBuffer()],
  [
    'a program that calls itself a picture',
    () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from('MZ\u0000\u0000')]),
  ],
  ['half a photo', () => photo.subarray(0, Math.floor(photo.length / 2))],
  [
    'a picture that says it is 40,000 × 40,000',
    async () => claiming(await blank(9, 9).png().toBuffer(), 40_000, 40_000),
  ],
  ['a real one of 100 million points', () => blank(10_000, 10_000).png().toBuffer()],
])('%s is refused', async (_, make) => {
  expect(await remakePicture(await make())).toBeUndefined()
})

test('whatever is done to a picture on its way, it comes out as one or not at all', async () => {
  const png = await blank(30, 20).png().toBuffer()
  const damage = fc.array(fc.tuple(fc.nat(png.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(damage, async changes => {
      const broken = Buffer.from(png)
      for (const [at, value] of changes) broken[at] = value
      const made = await remakePicture(broken)
      expect(made === undefined || (made.width <= 1200 && made.height <= 630)).toBe(true)
    }),
    { numRuns: 60 },
  )
})
