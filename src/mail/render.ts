// From blocks to the two bodies of a mail: HTML that looks like the site, and plain text with the same words and links.
import { join } from 'node:path'
import { Eta } from 'eta'
import { cleanLine } from '#src/lib/text.ts'
import type { Block, Content, Fact } from './content.ts'

const eta = new Eta({ views: join(import.meta.dirname, '../../views/mail'), cache: true })

const FONT = "'Atkinson Hyperlegible Next',system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
/** The tokens of the site's stylesheet in the notation that mail programs read. */
const COLOURS = {
  paper: '#fcfaf3',
  card: '#fffefc',
  tint: '#f4f0e3',
  ink: '#122a34',
  soft: '#475c65',
  line: '#ddd9ce',
  sea: '#005b63',
  seaTint: '#ddf2f3',
  ember: '#ad420f',
  onEmber: '#fefcf4',
  dark: {
    paper: '#0e191d',
    card: '#162328',
    tint: '#1d2d33',
    ink: '#f0ede4',
    soft: '#bbb7ab',
    line: '#314046',
    sea: '#77cfcf',
    seaTint: '#14363a',
    ember: '#f29857',
    onEmber: '#22110b',
  },
}

const MAX_SUBJECT = 150

export interface Rendered {
  subject: string
  html: string
  text: string
}

export function render(content: Content): Rendered {
  const subject = shorten(cleanLine(content.subject), MAX_SUBJECT)
  return {
    subject,
    html: eta.render('./layout', { content: { ...content, subject }, colours: COLOURS, font: FONT }),
    text: plainText(content),
  }
}

function shorten(text: string, most: number): string {
  return text.length <= most
    ? text
    : `${text
        .slice(0, most - 1)
        .toWellFormed()
        .replace(/\uFFFD$/, '')
        .trimEnd()}…`
}

function plainText({ eyebrow, title, blocks, brand, host, footer, unsubscribe }: Content): string {
  const links = unsubscribe ? [unsubscribe, ...footer.links] : footer.links
  const signature = [[brand, host].filter(Boolean).join(' · '), footer.text, ...links.map(inText)]
  const head = `${eyebrow}\n${title}\n${'-'.repeat(Math.min(60, title.length))}`
  return `${[head, ...blocks.map(blockText)].join('\n\n')}\n\n-- \n${signature.join('\n')}\n`
}

function blockText(block: Block): string {
  switch (block.type) {
    case 'facts':
      return block.facts.map(factText).join(block.facts.some(({ url, notes }) => url && notes?.length) ? '\n\n' : '\n')
    case 'button':
    case 'link':
      return `${block.text}:\n${block.url}`
    case 'prose':
      return block.spans.map(({ text }) => text).join('')
    case 'code':
      return `  ${block.text}`
    default:
      return block.text
  }
}

function factText({ label, value, notes = [], was, url }: Fact): string {
  const more = [...notes, was, url !== value && url].filter(Boolean).map(line => `\n  ${line}`)
  return `${label}: ${value.replaceAll('\n', ', ')}${more.join('')}`
}

const inText = ({ text, url }: { text: string; url: string }) => `${text}: ${url}`
