// What people type, made safe to keep: names, addresses, slugs. No HTML here; escaping belongs to the views.

/** Normalised, without control or direction-changing characters, on one line. */
export function cleanLine(value: string): string {
  return cleanText(value).replaceAll(/\s+/g, ' ').trim()
}

/** The same, with line breaks kept. */
export function cleanText(value: string): string {
  return value
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069\uFEFF]/gu, c => (c === '\n' ? c : c === '\t' ? ' ' : ''))
    .trim()
}

/** What somebody is greeted by. */
export function firstName(name: string): string {
  return name.split(' ')[0] ?? ''
}

export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1).toLowerCase()
}

/** One bare mailbox, without quoted parts, lists or anything a header or calendar would read as more than one. */
export const EMAIL_PATTERN =
  "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\\-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9\\-]{0,61}[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9\\-]{0,61}[A-Za-z0-9])?)+$"

export function normaliseEmail(value: string): string {
  return value.trim().toLowerCase()
}

/**
 * Names travel in mails to the address typed with them, so a name that carries a link is not a name; nor is one without a
 * letter, or with a character that cleaning would take away, behind which a link can hide. It looks at each letter a few times
 * at most: whoever may type a name may type sixty thousand letters, and a length is checked beside this, not before it.
 */
export const NAME_PATTERN =
  '^(?!.*(?:://|www\\.|[\\p{L}\\d-]{2}\\.[A-Za-z]{2}|@|<|>|(?!\\t)\\p{Cc}|[\\u202A-\\u202E\\u2066-\\u2069\\uFEFF]))(?=.*\\p{L}).*$'

/** Letters that no accent can be taken off, as the letters people type for them. */
const PLAIN: Record<string, string> = { ı: 'i', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ß: 'ss', æ: 'ae', œ: 'oe' }

/** 'Yıldız-Özdemir' → 'yildiz ozdemir': what is left of a name when it is searched for, sorted or compared. */
export function fold(value: string): string {
  const small = value.toLowerCase()
  // Most names; and lists of thousands are folded at once.
  if (/^[a-z ]*$/.test(small)) return small.replaceAll(/ {2,}/g, ' ').trim()
  return small
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[ıøłđðþßæœ]/g, letter => PLAIN[letter] ?? letter)
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** 'de Vries, Zoë' and 'Zoë de Vries' are one name: its words, folded, in one order. */
export function nameKey(name: string): string {
  return fold(name).split(' ').sort().join(' ')
}

/** 'Eén gezin, één plan: lukt dat?' → 'een-gezin-een-plan-lukt-dat' */
export function slugify(value: string): string {
  const plain = value.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return (
    plain
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 70)
      .replace(/-+$/, '') || 'zonder-titel'
  )
}

/** The slug wished for, or the first of `slug-2`, `slug-3`, … that is nobody's. */
export function firstFree(wish: string, isTaken: (slug: string) => boolean): string {
  let slug = wish
  for (let number = 2; isTaken(slug); number++) slug = `${wish}-${number}`
  return slug
}

const DOMAINS = [
  'gmail.com',
  'hotmail.com',
  'hotmail.nl',
  'outlook.com',
  'live.nl',
  'icloud.com',
  'ziggo.nl',
  'kpnmail.nl',
  'planet.nl',
  'hanze.nl',
  'groningen.nl',
]

/** The address somebody may have meant ('jan@gmial.com' → 'jan@gmail.com'), when one well-known domain is a slip away. */
export function likelyEmail(email: string): string | undefined {
  const [local, domain] = email.split('@') as [string, string]
  if (DOMAINS.includes(domain)) return undefined
  const near = DOMAINS.find(known => isOneSlipAway(domain, known))
  return near && `${local}@${near}`
}

/** One letter more, less, other, or two that changed places. */
export function isOneSlipAway(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  const [restA, restB] = [a.slice(start), b.slice(start)]
  const swapped =
    restA.length > 1 && restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2)
  return swapped || restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1)
}
