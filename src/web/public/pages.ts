// The public pages and what their views are given.

export interface PublicPages {
  /** An error or refusal: a heading, a sentence, a way on. */
  'public/message': { status: number; title: string; text: string }
}
