// Numbers and bytes in letters and digits that people can type over (Crockford's base 32): none of them looks like another.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Five bits a letter, the last one filled up with zeros. */
export function base32Of(bytes: Buffer): string {
  const bits = [...bytes].map(byte => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map(five => ALPHABET[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
}

export function base32OfNumber(value: number): string {
  const digits = value.toString(32)
  return [...digits].map(digit => ALPHABET[Number.parseInt(digit, 32)]).join('')
}

/** NaN for what is none. */
export function numberOfBase32(text: string): number {
  const digits = [...text].map(letter => ALPHABET.indexOf(letter))
  return text === '' || digits.includes(-1) ? Number.NaN : digits.reduce((sum, digit) => sum * 32 + digit, 0)
}

/** As somebody typed it: in any case, with or without dashes and spaces, and a letter O or L where there is a digit. */
export function tidyBase32(text: string): string {
  return text
    .toUpperCase()
    .replaceAll(/[\s\p{Pd}.]/gu, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
}
