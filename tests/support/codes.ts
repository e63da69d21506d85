// Reads a code to scan from a picture, as the phone of whoever stands at the entrance does.
import { decodeQR } from 'qr/decode.js'
import sharp from 'sharp'

/** What the code in a PNG, JPEG or SVG says; throws if there is none. */
export async function readCode(picture: Buffer): Promise<string> {
  const { data, info } = await sharp(picture)
    .flatten({ background: '#fff' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return decodeQR({ width: info.width, height: info.height, data })
}
