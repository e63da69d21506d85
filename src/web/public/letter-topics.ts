// The ticks of the form about letters: what there is to follow, what of it is chosen, and back again.
import type { Db } from '#db/open.ts'
import type { LetterWish } from '#db/schema.ts'
import { inTree } from '#src/domain/groups.ts'
import {
  type Followable,
  type Letter,
  listAnnounceable,
  listNewsworthy,
  readTopicKey,
  topicKey,
} from '#src/domain/topics.ts'
import Type, { type Static } from '#src/lib/schemas.ts'

const Keys = Type.Array(Type.String({ pattern: '^[gt][1-9]\\d{0,9}$' }), { maxItems: 500, default: [] })
/** `news`: of which newsletter; `tell`: of what announcements. */
export const TopicFields = { news: Keys, tell: Keys }
const TopicForm = Type.Object(TopicFields)
export type Chosen = Static<typeof TopicForm>

const FIELDS: Record<Letter, keyof Chosen> = { newsletter: 'news', announcement: 'tell' }

/** What there is to tick, for each kind of letter; `whole`: groups with others under them and none above. */
export type Choices = Record<Letter, Record<keyof Followable | 'whole', [key: string, name: string][]>>

export function choicesIn(db: Db): Choices {
  return { newsletter: ticksOf(listNewsworthy(db)), announcement: ticksOf(listAnnounceable(db)) }
}

function ticksOf({ groups, themes }: Followable): Choices[Letter] {
  const tree = inTree(groups)
  const whole = tree.filter(
    ({ id, parentId }) => !tree.some(above => above.id === parentId) && tree.some(under => under.parentId === id),
  )
  const tick = ({ id, name }: { id: number; name: string }): [string, string] => [`g${id}`, name]
  return {
    whole: whole.map(tick),
    groups: tree.filter(group => !whole.includes(group)).map(tick),
    themes: themes.map(({ id, name }): [string, string] => [`t${id}`, name]),
  }
}

/** What was ticked, as far as it is there to be ticked. */
export function wishesIn(chosen: Chosen, choices: Choices): LetterWish[] {
  return (['newsletter', 'announcement'] as const).flatMap(letter => {
    const { whole, groups, themes } = choices[letter]
    const known = new Set([...whole, ...groups, ...themes].map(([key]) => key))
    const keys = [...new Set(chosen[FIELDS[letter]])].filter(key => known.has(key))
    return keys.flatMap(key => {
      const topic = readTopicKey(key)
      return topic ? [{ letter, ...topic }] : []
    })
  })
}

/** As the form has it: one line of keys to a field. */
export function valuesOf(wishes: LetterWish[]): Record<keyof Chosen, string> {
  const of = (letter: Letter) =>
    wishes
      .filter(wish => wish.letter === letter)
      .map(topicKey)
      .join(',')
  return { news: of('newsletter'), tell: of('announcement') }
}
