// A list of people from a spreadsheet, read row by row, with what is wrong in each. What becomes of it stands in `people-imports`.
import type { TableRow } from '#src/lib/tables.ts'
import { cleanLine, EMAIL_PATTERN, fold, NAME_PATTERN, normaliseEmail } from '#src/lib/text.ts'
import { type Headings, isYes, recognise } from './columns.ts'
import type { Presence } from './places.ts'
import type { Role } from './registrations.ts'

const FIELDS = [
  'name',
  'firstName',
  'infix',
  'lastName',
  'email',
  'organisation',
  'role',
  'attendance',
  'attended',
  'note',
] as const
type Field = (typeof FIELDS)[number]
const HEADINGS: Headings<Field> = {
  name: ['naam', 'name', 'volledige naam', 'full name', 'deelnemer', 'attendee', 'naam deelnemer'],
  firstName: ['voornaam', 'first name', 'roepnaam'],
  infix: ['tussenvoegsel', 'tussenvoegsels', 'tv', 'infix'],
  lastName: ['achternaam', 'last name', 'surname', 'familienaam'],
  email: ['e mail', 'email', 'mail', 'e mailadres', 'emailadres', 'mailadres', 'email address', 'e mail address'],
  organisation: ['organisatie', 'organisation', 'organization', 'instelling', 'werkgever', 'bedrijf', 'company', 'van'],
  role: ['rol', 'role', 'doelgroep', 'functiegroep'],
  attendance: ['deelname', 'attendance', 'vorm', 'hoe', 'online of op locatie', 'doet mee'],
  attended: ['aanwezig', 'attended', 'was er', 'present', 'geweest', 'aanwezigheid'],
  note: ['notitie', 'note', 'opmerking', 'opmerkingen', 'bijzonderheden'],
}

/** One row that can be entered. `attended` is undefined where the list does not say. */
export interface ListedPerson {
  line: number
  name: string
  email: string | null
  organisation: string
  role: Role
  attendance: Presence | undefined
  attended: boolean | undefined
  note: string
}

export type RowProblem =
  | { field: 'name'; why: 'missing' | 'odd' | 'too_long' }
  | { field: 'email'; why: 'odd' }
  | { field: 'role' | 'attendance'; why: 'unknown' }
  | { field: 'organisation' | 'note'; why: 'too_long' }
  | { field: 'row'; why: 'twice'; line: number }

export interface ProblemRow {
  line: number
  /** What stands there, as far as it was recognised. */
  text: string
  problems: RowProblem[]
}

export interface PeopleList {
  people: ListedPerson[]
  problems: ProblemRow[]
  unknown: string[]
}

const ROLE_WORDS: Record<Role, string[]> = {
  research: ['onderzoek', 'research', 'onderzoeker', 'researcher', 'lector', 'wetenschap'],
  education: ['onderwijs', 'education', 'docent', 'teacher', 'opleiding'],
  practice: ['praktijk', 'practice', 'professional', 'zorg', 'welzijn', 'hulpverlening'],
  policy: ['beleid', 'policy', 'gemeente', 'beleidsmedewerker', 'ambtenaar'],
  resident: ['inwoner', 'resident', 'bewoner', 'ervaringsdeskundige', 'burger', 'inwoners'],
  student: ['student', 'studenten', 'studente'],
  other: ['anders', 'other', 'overig', ''],
}
const PRESENCE_WORDS: Record<Presence, string[]> = {
  online: ['online', 'digitaal', 'teams', 'zoom', 'virtueel'],
  in_person: ['op locatie', 'locatie', 'fysiek', 'in person', 'in person attendance', 'live', 'zaal'],
}
const name = new RegExp(NAME_PATTERN, 'u')
const email = new RegExp(EMAIL_PATTERN)

/** Reads a table of people. Nothing if no row of it holds a heading for names. Exactly the rows with a problem are in `problems`. */
export function readPeople(table: TableRow[]): PeopleList | undefined {
  const found = recognise(table, HEADINGS, ['name']) ?? recognise(table, HEADINGS, ['lastName'])
  if (!found) return undefined
  const list: PeopleList = { people: [], problems: [], unknown: found.unknown }
  const seen = new Map<string, number>()
  for (const { line, cells } of found.rows) {
    const person = personOf(line, cells)
    const problems = [...problemsOf(person, cells), ...twice(person, seen)]
    if (problems.length) list.problems.push({ line, text: Object.values(cells).filter(Boolean).join(', '), problems })
    else list.people.push(person)
    if (person.email) seen.set(person.email, seen.get(person.email) ?? line)
  }
  return list
}

function personOf(line: number, cells: Partial<Record<Field, string>>): ListedPerson {
  const get = (field: Field) => cleanLine(cells[field] ?? '')
  return {
    line,
    name: get('name') || [get('firstName'), get('infix'), get('lastName')].filter(Boolean).join(' '),
    email: get('email') ? normaliseEmail(get('email').replace(/^mailto:/i, '')) : null,
    organisation: get('organisation'),
    role: wordIn(ROLE_WORDS, get('role')) ?? 'other',
    attendance: wordIn(PRESENCE_WORDS, get('attendance')),
    attended: cells.attended === undefined ? undefined : isYes(get('attended')),
    note: get('note'),
  }
}

function wordIn<Value extends string>(words: Record<Value, string[]>, text: string): Value | undefined {
  return (Object.keys(words) as Value[]).find(value => words[value].includes(fold(text)))
}

function problemsOf(person: ListedPerson, cells: Partial<Record<Field, string>>): RowProblem[] {
  const problems: (RowProblem | false)[] = [
    !person.name && { field: 'name', why: 'missing' },
    person.name !== '' && !name.test(person.name) && { field: 'name', why: 'odd' },
    person.name.length > 120 && { field: 'name', why: 'too_long' },
    person.email !== null && (!email.test(person.email) || person.email.length > 200) && { field: 'email', why: 'odd' },
    wordIn(ROLE_WORDS, cells.role ?? '') === undefined && { field: 'role', why: 'unknown' },
    Boolean(cells.attendance?.trim()) && !person.attendance && { field: 'attendance', why: 'unknown' },
    person.organisation.length > 150 && { field: 'organisation', why: 'too_long' },
    person.note.length > 1000 && { field: 'note', why: 'too_long' },
  ]
  return problems.filter(problem => problem !== false)
}

function twice({ email: address }: ListedPerson, seen: Map<string, number>): RowProblem[] {
  const line = address === null ? undefined : seen.get(address)
  return line === undefined ? [] : [{ field: 'row', why: 'twice', line }]
}
