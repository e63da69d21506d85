// The shape of a programme file: groups, themes, series with their topics, a conference, a learning circle, questions from practice. `programme.json`
// is the example; `npm run cli -- import-programme FILE` takes another.
import { readFileSync } from 'node:fs'
import type {
  ATTENDANCES,
  ENROLMENT_RULES,
  FORM_FIELD_KINDS,
  KINDS,
  MATERIAL_KINDS,
  ROLES,
  SESSION_KINDS,
  Venue,
} from './schema.ts'

export interface Topic {
  title: string
  summary: string
  group?: string
  themes?: string[]
  speakers?: string[]
  materials?: { kind: (typeof MATERIAL_KINDS)[number]; title: string; url: string }[]
  yield?: string
}
export interface Gathering {
  slug: string
  title: string
  group: string
  kind: (typeof KINDS)[number]
  attendance: (typeof ATTENDANCES)[number]
  capacity: number | { in_person: number; online: number }
  start: string
  room?: string
  venue?: Venue
  summary?: string
}
export interface FieldPlan {
  kind: (typeof FORM_FIELD_KINDS)[number]
  label: string
  options?: string[]
  required: boolean
  delete_after_days?: number
}
export interface SeriesPlan extends Gathering {
  rule: string
  duration: string
  skip_months?: number[]
  /** Whether people register for all of it at once; a learning circle is a fixed group unless it says otherwise. */
  enrolment?: (typeof ENROLMENT_RULES)[number]
  past?: Topic[]
  coming?: Topic[]
  moves?: { from: string; to: string; reason: string }[]
}
export interface Conference extends Gathering {
  end: string
  form_fields?: FieldPlan[]
  sessions: {
    start: string
    end: string
    kind: (typeof SESSION_KINDS)[number]
    title: string
    summary?: string
    speakers?: string[]
    round?: number
    room?: string
    capacity?: number
    group?: string
  }[]
}
export interface QuestionPlan {
  text: string
  from_role: (typeof ROLES)[number]
  place: string | null
  votes: number
  themes: string[]
  /** The title of the event that is about it. */
  event?: string
  /** What came of it. */
  answer?: string
}
export interface Programme {
  association: { slug: string; name: string; summary: string }
  groups: { slug: string; name: string; parent: string; region?: string; accent?: string; summary?: string }[]
  themes: { slug: string; name: string }[]
  series: SeriesPlan[]
  conference: Conference
  learning_circle: Omit<SeriesPlan, 'past' | 'coming'>
  questions?: QuestionPlan[]
}

export const EXAMPLE = new URL('./programme.json', import.meta.url)

export function readProgramme(file: string | URL): Programme {
  return JSON.parse(readFileSync(file, 'utf8')) as Programme
}

/** What an example page says below its summary. */
export function describe(kind: Gathering['kind'], { speakers = [] }: Topic): string {
  const who = speakers.length ? `Met ${speakers.map(speaker => speaker.toLowerCase()).join(' en ')}. ` : ''
  const how = {
    webinar: `${who}Je hoort een verhaal uit de praktijk, je ziet wat onderzoek erover zegt, en er is tijd voor je eigen vraag.`,
    meeting: `${who}We beginnen samen, praten verder aan kleine tafels en sluiten af met wat je morgen anders kunt doen.`,
    conference:
      'De ochtend begint samen in de grote zaal. Daarna kies je in twee rondes een workshop. Tussendoor is er tijd om elkaar te vinden.',
    learning_circle:
      'Je komt vijf keer bij elkaar met dezelfde groep. Je brengt een vraag uit je eigen werk of leven mee, en de groep denkt mee.',
  }
  return `${how[kind]}\n\n## Voor wie?\n\nVoor iedereen die hiermee werkt, het onderzoekt of het zelf meemaakt. Je hoeft niets voor te bereiden.\n`
}
