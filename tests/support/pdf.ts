// A PDF as a screen reader has it: read by a program that had no hand in making it (pdf.js).
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'

interface Node {
  role?: string
  type?: string
  id?: string
  alt?: string
  scope?: string
  children?: Node[]
}

export interface Reading {
  title: string
  language: string
  author: string
  isTagged: boolean
  pages: number
  /** Every part in its order: 'H1 Certificaat', 'TH(Row) Datum'; those that only hold others by their name. */
  parts: string[]
  /** Text that stands in no part, and is no decoration either. */
  loose: string[]
  links: { url: string; about: string }[]
}

export async function readPdf(file: Uint8Array): Promise<Reading> {
  const loading = getDocument({ data: new Uint8Array(file), verbosity: 0 })
  const document = await loading.promise
  const marks = (await document.getMarkInfo()) as unknown as Map<string, boolean> | null
  const { info } = (await document.getMetadata()) as { info: Record<string, string> }
  const reading: Reading = {
    ...{ title: info.Title ?? '', language: info.Language ?? '', author: info.Author ?? '' },
    isTagged: marks?.get('Marked') === true,
    ...{ pages: document.numPages, parts: [], loose: [], links: [] },
  }
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number)
    const { texts, loose } = textsOf((await page.getTextContent({ includeMarkedContent: true })).items as Item[])
    reading.loose.push(...loose)
    reading.parts.push(...partsIn((await page.getStructTree()) as Node, texts))
    const annotations = (await page.getAnnotations()) as { url?: string; contentsObj?: { str: string } }[]
    reading.links.push(...annotations.map(({ url = '', contentsObj }) => ({ url, about: contentsObj?.str ?? '' })))
  }
  await loading.destroy()
  return reading
}

interface Item {
  type?: string
  id?: string
  tag?: string
  str?: string
  hasEOL?: boolean
}

/** By the marks around it, to which the parts refer. */
function textsOf(items: Item[]) {
  const texts = new Map<string, string>()
  const loose: string[] = []
  const open: Item[] = []
  for (const item of items) {
    if (item.type?.startsWith('begin')) open.push(item)
    else if (item.type === 'endMarkedContent') open.pop()
    else {
      const around = open.findLast(({ id, tag }) => id || tag === 'Artifact')
      const said = `${item.str ?? ''}${item.hasEOL ? ' ' : ''}`
      if (around?.id) texts.set(around.id, (texts.get(around.id) ?? '') + said)
      else if (!around && said.trim()) loose.push(said)
    }
  }
  return { texts, loose }
}

function partsIn(node: Node, texts: Map<string, string>): string[] {
  const own = (node.children ?? []).filter(({ type }) => type === 'content')
  const said = own.map(({ id = '' }) => texts.get(id) ?? '').join('')
  const name = `${node.role ?? ''}${node.scope ? `(${node.scope})` : ''}`
  const text = [name, said.replaceAll(/\s+/g, ' ').trim(), node.alt ?? ''].filter(Boolean).join(' ')
  const inside = (node.children ?? []).filter(({ role }) => role).flatMap(child => partsIn(child, texts))
  return node.role === 'Root' || node.role === 'Document' ? inside : [text, ...inside]
}
