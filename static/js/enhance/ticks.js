// <form id="…" data-enhance="ticks" data-words="0 …"> with checkboxes anywhere on the page (form="…"): says how many are ticked,
// and its extra button ticks them all, or none.
export default form => {
  const boxes = [...form.elements].filter(({ type }) => type === 'checkbox')
  const those = [...form.elements].find(({ type }) => type === 'radio')
  const said = form.querySelector('output')
  const all = form.querySelector('button[type="button"]')
  const count = () => {
    const ticked = boxes.filter(({ checked }) => checked).length
    said.textContent = form.dataset.words.replace('0', ticked)
    said.hidden = ticked === 0
    return ticked
  }
  for (const box of boxes) {
    box.addEventListener('change', () => {
      count()
      those.checked = true
    })
  }
  all.hidden = false
  all.addEventListener('click', () => {
    const isWhole = count() === boxes.length
    for (const box of boxes) box.checked = !isWhole
    those.checked = true
    count()
  })
  count()
}
