// Sound by its first bytes: MPEG audio, with or without a tag in front of it, MPEG-4 audio, and Ogg with Opus or Vorbis.
import type { Bytes } from './formats.ts'

export async function soundOf(bytes: Bytes, head: Buffer): Promise<'mp3' | 'm4a' | 'ogg' | undefined> {
  if (head.toString('latin1', 0, 4) === 'OggS') return isOgg(head) ? 'ogg' : undefined
  if (head.toString('latin1', 4, 8) === 'ftyp')
    return /^M4[AB] $/.test(head.toString('latin1', 8, 12)) ? 'm4a' : undefined
  return (await isMpeg(bytes, afterTag(head))) ? 'mp3' : undefined
}

/** The first packet of the first page (RFC 3533 §6) says what sound it is. */
function isOgg(head: Buffer): boolean {
  const packet = head.subarray(27 + (head[26] ?? 0)).toString('latin1')
  return packet.startsWith('OpusHead') || packet.startsWith('\x01vorbis')
}

/** Where an ID3v2 tag ends: its size stands in four bytes of seven bits (id3.org, ID3v2.3 §3.1). */
function afterTag(head: Buffer): number {
  if (head.toString('latin1', 0, 3) !== 'ID3') return 0
  return 10 + [6, 7, 8, 9].reduce((sum, at) => sum * 128 + ((head[at] ?? 0) & 0x7f), 0)
}

const PADDING = 8192

/** Two frames, one after the other: two bytes alone would say little. */
async function isMpeg({ read }: Bytes, from: number): Promise<boolean> {
  const bytes = await read(from, PADDING)
  const first = bytes.findIndex(byte => byte !== 0)
  const length = first < 0 ? 0 : lengthOfFrame(bytes, first)
  return length > 0 && lengthOfFrame(await read(from + first + length, 4), 0) > 0
}

const BITRATES = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
}
const RATES: Record<number, number[]> = {
  3: [44_100, 48_000, 32_000],
  2: [22_050, 24_000, 16_000],
  0: [11_025, 12_000, 8000],
}

/** In bytes, of a frame of layer III (ISO 11172-3 §2.4.1.3); 0 for what is none. */
function lengthOfFrame(bytes: Buffer, at: number): number {
  const [sync = 0, second = 0, third = 0] = bytes.subarray(at, at + 3)
  const [version, layer] = [(second >> 3) & 3, (second >> 1) & 3]
  if (sync !== 0xff || second >> 5 !== 7 || layer !== 1) return 0
  const bitrate = BITRATES[version === 3 ? 1 : 2][third >> 4] ?? 0
  const rate = RATES[version]?.[(third >> 2) & 3] ?? 0
  if (!bitrate || !rate) return 0
  return Math.floor(((version === 3 ? 144 : 72) * bitrate * 1000) / rate) + ((third >> 1) & 1)
}
