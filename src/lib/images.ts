// Pictures that people send: decoded, turned upright, made small and written anew, so that nothing of the file itself comes
// through: no place where it was taken, no code, no second file behind the first.

interface Picture {
  bytes: Buffer
  width: number
  height: number
}

/** What social networks and search engines show of a page. */
const MOST = { width: 1200, height: 630 }
/** A telephone's largest photo; more is a file made to fill our memory. */
const MOST_PIXELS = 60_000_000
const PATIENCE = { seconds: 20 }

/** A WebP within 1200 × 630; nothing for what is no picture that we take, or a broken one. */
export async function remakePicture(bytes: Buffer): Promise<Picture | undefined> {
  // By its first bytes: the decoder knows far more formats than we have reason to trust.
  if (!isPicture(bytes)) return undefined
  const { default: sharp } = await import('sharp')
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error' })
      .timeout(PATIENCE)
      .autoOrient()
      .resize({ ...MOST, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 80 })
      .toBuffer({ resolveWithObject: true })
    return { bytes: data, width: info.width, height: info.height }
  } catch {
    return undefined
  }
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const JPEG = Buffer.from([0xff, 0xd8, 0xff])

function isPicture(bytes: Buffer): boolean {
  const isWebp = bytes.subarray(0, 4).equals(Buffer.from('RIFF')) && bytes.subarray(8, 12).equals(Buffer.from('WEBP'))
  return isWebp || [PNG, JPEG].some(start => bytes.subarray(0, start.length).equals(start))
}
