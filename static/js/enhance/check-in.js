// The list at the entrance, made to go on without a connection: ticks stay on the phone until the server has them.
const { search } = new URL(import.meta.url)
const part = name => import(`../check-in/${name}.js${search}`)
const EVERY = 10_000

export default async root => {
  // Elsewhere the forms do what they did: no browser keeps a page that did not come safely.
  if (!isSecureContext || !globalThis.caches || !navigator.serviceWorker) return
  const [{ rowsIn }, { openSync }, { keepPage }, { cameraIn }] = await Promise.all(
    ['rows', 'sync', 'keeping', 'camera'].map(part),
  )
  const { event, until, list, page, worker, decoder } = root.dataset
  const of = { event, until: Number(until) }
  const words = JSON.parse(root.dataset.words)
  const rows = rowsIn(root)
  const line = root.querySelector('[data-state]')
  const usual = line.textContent
  const say = (text, row) => {
    root.querySelector('[data-said]').textContent = text.replace('{name}', row?.dataset.name ?? '')
  }

  const sync = await openSync(of, list, ({ trouble, waiting, refused, ids }) => {
    rows.showAll(sync.isHere)
    const waits = waiting === 1 ? words.waitsOne : words.waits.replace('{n}', waiting)
    line.textContent = trouble ? [waiting > 0 && `${waits}.`, words[trouble]].filter(Boolean).join(' ') : usual
    const isOther = ids.length !== rows.ids.length || ids.some(id => !rows.get(id))
    root.querySelector('[data-refresh]').hidden = Boolean(trouble) || !isOther
    for (const id of refused) say(words.refused, rows.get(id))
  })
  const tick = async (row, isPresent) => {
    say(isPresent ? words.done : words.undone, row)
    const ticked = sync.add(Number(row.dataset.id), isPresent)
    rows.showAll(sync.isHere)
    await ticked
  }

  root.querySelector('.expected').addEventListener('submit', event => {
    event.preventDefault()
    tick(event.target.closest('[data-id]'), event.submitter.value === 'yes')
  })
  const field = root.querySelector('#q')
  field.addEventListener('input', () => rows.find(field.value))
  // Whoever was quicker than this script has typed already.
  rows.find(field.value)
  field.addEventListener('focus', () => field.select())
  field.form.addEventListener('submit', event => event.preventDefault())
  field.form.querySelector('[data-find]').hidden = true
  cameraIn(root, say, words, code => {
    const row = rows.byCode(code)
    if (!row) return say(words.unknown)
    if (row.hasAttribute('data-here')) return say(words.already, row)
    tick(row, true)
  })

  const isSeen = () => document.visibilityState === 'visible'
  setInterval(() => isSeen() && sync.run(), EVERY)
  addEventListener('online', () => sync.run())
  document.addEventListener('visibilitychange', () => isSeen() && sync.run())
  await sync.run()
  root.dataset.ready = ''
  const files = ['scanning', 'camera'].map(name => new URL(`../check-in/${name}.js${search}`, import.meta.url).href)
  const code = [decoder, decoder.replace('decode.js', 'index.js')]
  if (of.until > Date.now()) await keepPage(of, { page, worker }, [...files, ...code]).catch(() => {})
  root.dataset.kept = ''
}
