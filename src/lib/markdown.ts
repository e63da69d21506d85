// Markdown of organisers to HTML. Raw HTML is shown as text, and only safe links become links.
import MarkdownIt from 'markdown-it'

const markdown = new MarkdownIt('commonmark', { html: false }).enable(['table', 'strikethrough']).disable(['image'])
const validate = markdown.validateLink
markdown.validateLink = url => validate(url) && /^(https?:|mailto:|\/(?!\/)|#)/i.test(url)
// The page already has its title: an organiser's "# Kop" becomes an h2, and so on.
const deeper = (tag: string) => `h${Math.min(6, Number(tag.slice(1)) + 1)}`
markdown.core.ruler.push('deeper_headings', state => {
  for (const token of state.tokens) if (token.type.startsWith('heading_')) token.tag = deeper(token.tag)
})

/** Safe HTML: the only string a view may print raw. */
export function renderMarkdown(source: string): string {
  return markdown.render(source)
}
