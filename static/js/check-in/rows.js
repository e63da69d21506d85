// The rows of the list: found as somebody types, shown as in or not, counted.
/** As `fold` on the server, near enough for what somebody types in a hurry. */
const fold = text =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

export function rowsIn(root) {
  const rows = new Map([...root.querySelectorAll('[data-id]')].map(row => [Number(row.dataset.id), row]))
  const all = [...rows.values()]

  function show(row, isHere) {
    row.toggleAttribute('data-here', isHere)
    const had = row.contains(document.activeElement)
    row.querySelector('.is-in').hidden = !isHere
    for (const button of row.querySelectorAll('button')) button.hidden = (button.value === 'yes') === isHere
    if (had) row.querySelector('button:not([hidden])').focus({ preventScroll: true })
  }

  return {
    ids: [...rows.keys()],
    get: id => rows.get(id),
    byCode: code => all.find(row => row.dataset.code === code),
    /** `isHere` tells of an id whether they are in; what it does not know stays as it is. */
    showAll(isHere) {
      for (const [id, row] of rows) {
        const now = isHere(id)
        if (now !== undefined && now !== row.hasAttribute('data-here')) show(row, now)
      }
      for (const number of root.querySelectorAll('[data-count]')) {
        const { count } = number.dataset
        number.textContent = all.filter(row => row.dataset.of === count && row.hasAttribute('data-here')).length
      }
    },
    find(text) {
      const wanted = fold(text)
      for (const row of all) row.hidden = !row.dataset.folded.includes(wanted)
      root.querySelector('[data-none]').hidden = all.some(row => !row.hidden)
    },
  }
}
