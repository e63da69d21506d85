// What stands on a sheet of paper, in words that say what each part is: from them come both how it looks and what a screen
// reader makes of it (ISO 32000-1 §14.8). How it is drawn stands in `drawing`, who draws it in `press`.
import type { QrPath } from './qr.ts'

export type Block =
  | { kind: 'heading'; level: 1 | 2; text: string }
  /** `name`: whom or what it is about; `lead`: the sentences around it; `small`: what matters least. */
  | { kind: 'text'; style: 'eyebrow' | 'name' | 'title' | 'lead' | 'plain' | 'small'; text: string }
  /** Pairs of a word and what it is here. */
  | { kind: 'facts'; rows: [word: string, text: string][] }
  | { kind: 'table'; heads: string[]; rows: string[][] }
  /** A code to scan, the address it holds, and what is said of it. Stands at the foot of the page. */
  | { kind: 'code'; code: QrPath; alt: string; title: string; lines: string[]; address: string; about: string }

export interface Paper {
  title: string
  author: string
  /** As RFC 5646 writes it. */
  language: string
  madeAt: number
  blocks: Block[]
}
