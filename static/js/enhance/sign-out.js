// <form data-enhance="sign-out">, on every page of who is signed in: what was ticked at an entrance is sent before anything,
// lists of events that are over leave this phone, and all of them for who signs out.
const { search } = new URL(import.meta.url)
const part = name => import(`../check-in/${name}.js${search}`)

async function tidy(isAll) {
  const [{ drop, kept }, { exchange, MOST }, { forget }] = await Promise.all(['marks', 'exchange', 'keeping'].map(part))
  for (const [event, marks] of Object.entries(Object.groupBy(await kept(), mark => mark.event))) {
    const sent = marks.slice(0, MOST)
    const { state, trouble } = await exchange(`/console/events/${event}/check-ins`, sent)
    if (state) await drop(sent)
    else if (trouble !== 'offline') await drop(marks.filter(({ until }) => isAll || until < Date.now()))
  }
  await forget(isAll)
}

export default async form => {
  if (!isSecureContext || !globalThis.caches) return
  form.addEventListener('submit', async event => {
    event.preventDefault()
    await tidy(true).catch(() => {})
    const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? []
    await Promise.all(registrations.map(registration => registration.unregister()))
    form.submit()
  })
  // Most phones never kept a list: nothing is loaded for them.
  const isKept = (await caches.keys()).some(name => name.startsWith('check-in '))
  if (isKept && !document.querySelector('[data-enhance="check-in"]')) await tidy(false).catch(() => {})
}
