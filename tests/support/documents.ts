// Small files of each kind that organisers may place, as their programs write them.
import { strToU8, zipSync } from 'fflate'

type Entries = Record<string, Uint8Array>

export const pdf = (words = 'Eén tafel') =>
  Buffer.from(
    `%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Title (${words}) >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n`,
    'latin1',
  )

/** Open XML with this as its main part; `type` in the place of the usual one. */
export function wordOf(
  kind: string,
  type = `application/vnd.openxmlformats-officedocument.${kind}.main+xml`,
  more: Entries = {},
) {
  const types = `<?xml version="1.0"?><Types><Override PartName="/main.xml" ContentType="${type}"/></Types>`
  return Buffer.from(zipSync({ '[Content_Types].xml': strToU8(types), 'main.xml': strToU8('<x/>'), ...more }))
}
export const pptx = (more: Entries = {}) => wordOf('presentationml.presentation', undefined, more)
export const docx = () => wordOf('wordprocessingml.document')

export const odp = (type = 'application/vnd.oasis.opendocument.presentation', more: Entries = {}) =>
  Buffer.from(zipSync({ mimetype: [strToU8(type), { level: 0 }], 'content.xml': strToU8('<x/>'), ...more }))

/** Frames of MPEG-1 layer III, 128 kbit/s at 44.1 kHz: 417 bytes each. */
export const mp3 = (frames = 4) =>
  Buffer.concat(
    Array.from({ length: frames }, () => Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x00]), Buffer.alloc(413)])),
  )
export const m4a = () => Buffer.from('\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0', 'latin1')
export const ogg = (packet: string) =>
  Buffer.concat([
    Buffer.from('OggS'),
    Buffer.alloc(22),
    Buffer.from([1, 19]),
    Buffer.from(packet.padEnd(19, '\0'), 'latin1'),
  ])
