// A group's own colour, made fit to read: darker on paper and lighter at night until the contrast is enough (WCAG 1.4.3).
import { createHash } from 'node:crypto'
import type { Group } from '#src/domain/events.ts'
import { paths } from '#src/lib/paths.ts'

type Rgb = [number, number, number]

/** The tints that coloured text stands on: the darkest one by day, the lightest one at night (tokens.css). */
const PAPER: Rgb = [228, 238, 240]
const NIGHT: Rgb = [40, 58, 64]
const ENOUGH = 4.6

/** The address of a group's stylesheet in its present version; nothing for a group without a colour of its own. */
export function accentPath(group: Group): string | null {
  const css = accentStylesheet(group)
  const version = createHash('sha256').update(css).digest('base64url').slice(0, 8)
  return css && `${paths.accent(group.slug)}?v=${version}`
}

/** Sets the two colours that tokens.css looks for; empty for a group without a colour, or with one that is none. */
export function accentStylesheet({ accent }: Pick<Group, 'accent'>): string {
  const colour = accent === null ? undefined : parse(accent)
  if (!colour) return ''
  const [light, dark] = [readable(colour, PAPER, [0, 0, 0]), readable(colour, NIGHT, [255, 255, 255])]
  return `:root{--group-light:${hex(light)};--group-dark:${hex(dark)}}`
}

function parse(accent: string): Rgb | undefined {
  const [, ...parts] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(accent) ?? []
  return parts.length === 3 ? (parts.map(part => Number.parseInt(part, 16)) as Rgb) : undefined
}

/** Mixed with `towards`, a twentieth at a time, until it reads well on a ground. */
function readable(colour: Rgb, ground: Rgb, towards: Rgb): Rgb {
  const mixed = (share: number) =>
    colour.map((part, index) => Math.round(part + ((towards[index] ?? 0) - part) * share)) as Rgb
  for (let share = 0; share < 1; share += 0.05) if (contrast(mixed(share), ground) >= ENOUGH) return mixed(share)
  return towards
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
