// Who is there, as this phone knows it: what the server said last, and what was ticked here since. Every tick carries a moment
// by the server's clock, later than what was known of that person, so that the last word is the last one everywhere.
const { search } = new URL(import.meta.url)
const part = name => import(`./${name}.js${search}`)
const [{ drop, keep, kept }, { exchange, MOST }, { forgetPage, keepState, keptState }] = await Promise.all(
  ['marks', 'exchange', 'keeping'].map(part),
)

export async function openSync(of, list, changed) {
  let marks = (await kept()).filter(({ event }) => event === of.event)
  let state = { people: [], skew: (await keptState(of, list))?.skew ?? 0 }
  let running = false

  const wordOn = id => state.people.find(([one]) => one === id)
  const markOn = id => marks.findLast(mark => mark.registrationId === id)

  async function take({ state: fresh, trouble }, sent) {
    if (fresh) {
      state = { ...fresh, skew: fresh.now - Date.now() }
      marks = marks.filter(mark => !sent.includes(mark))
      await Promise.all([drop(sent), keepState(of, list, state)])
    } else if (trouble !== 'offline') await forgetPage(of)
    else if (!state.people.length) state = (await keptState(of, list)) ?? state
    const refused = sent.filter(({ id }) => fresh?.refused.includes(id)).map(mark => mark.registrationId)
    changed({ trouble, waiting: marks.length, refused, ids: state.people.map(([id]) => id) })
  }

  async function run() {
    if (running) return
    running = true
    try {
      do {
        const sent = marks.slice(0, MOST)
        const answer = await exchange(list, sent)
        await take(answer, sent)
        if (answer.trouble) return
      } while (marks.length)
    } finally {
      running = false
    }
  }

  return {
    run,
    /** True or false; undefined where only the page itself says so. */
    isHere(id) {
      const [, isPresent, at] = wordOn(id) ?? []
      const mark = markOn(id)
      return mark && !(at > mark.at) ? mark.isPresent : isPresent
    },
    async add(registrationId, isPresent) {
      const known = Math.max(wordOn(registrationId)?.[2] ?? 0, markOn(registrationId)?.at ?? 0)
      const at = Math.max(Date.now() + state.skew, known + 1)
      const mark = { ...of, id: crypto.randomUUID(), registrationId, isPresent, at }
      marks.push(mark)
      await keep(mark)
      run()
    },
  }
}
