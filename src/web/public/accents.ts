// A group's own colour, made fit to read: darker on paper and lighter at night until the contrast is enough (WCAG 1.4.3).
import type { Group } from '#src/domain/groups.ts'
import { paths } from '#src/lib/paths.ts'
import { hash } from '#src/lib/tokens.ts'

type Rgb = [number, number, number]

/** What coloured text stands on by day and at night (--ground and --sunken in tokens.css), and how much colour a tint has. */
const PAPER: [Rgb, Rgb] = [
  [251, 249, 243],
  [242, 238, 226],
]
const NIGHT: [Rgb, Rgb] = [
  [14, 26, 32],
  [32, 49, 55],
]
const BLACK: Rgb = [0, 0, 0]
const WHITE: Rgb = [255, 255, 255]
const [MIST, DUSK] = [0.1, 0.2]
const ENOUGH = 4.6

/** The address of a group's stylesheet in its present version; nothing for a group without a colour of its own. */
export function accentPath(group: Group): string | null {
  const css = accentStylesheet(group)
  const version = hash(css).slice(0, 8)
  return css && `${paths.accent(group.slug)}?v=${version}`
}

/** Sets the colours that tokens.css looks for; empty for a group without a colour, or with one that is none. */
export function accentStylesheet({ accent }: Pick<Group, 'accent'>): string {
  const colour = accent === null ? undefined : parse(accent)
  if (!colour) return ''
  const mist = mix(PAPER[0], colour, MIST)
  const dusk = mix(NIGHT[0], colour, DUSK)
  const [light, dark] = [readable(colour, [mist, ...PAPER], BLACK), readable(colour, [dusk, ...NIGHT], WHITE)]
  return `:root{--group-light:${hex(light)};--group-mist:${hex(mist)};--group-dark:${hex(dark)};--group-dusk:${hex(dusk)}}`
}

function parse(accent: string): Rgb | undefined {
  const [, ...parts] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(accent) ?? []
  return parts.length === 3 ? (parts.map(part => Number.parseInt(part, 16)) as Rgb) : undefined
}

/** Mixed with `towards`, a twentieth at a time, until it reads well on every ground. */
function readable(colour: Rgb, grounds: Rgb[], towards: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(colour, towards, share)
    if (grounds.every(ground => contrast(mixed, ground) >= ENOUGH)) return mixed
  }
  return towards
}

function mix(colour: Rgb, other: Rgb, share: number): Rgb {
  return colour.map((part, index) => Math.round(part + ((other[index] ?? 0) - part) * share)) as Rgb
}

/** WCAG 2.2: from 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map(part => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function hex(colour: Rgb): string {
  return `#${colour.map(part => part.toString(16).padStart(2, '0')).join('')}`
}
