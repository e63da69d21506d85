// <button hidden data-enhance="copy" data-from="id" data-done="…">: copies what a field holds and says so in #id-copied. The
// field selects itself, for whoever copies by hand.
export default button => {
  const field = document.getElementById(button.dataset.from)
  const status = document.getElementById(`${button.dataset.from}-copied`)
  field.addEventListener('focus', () => field.select())
  if (!navigator.clipboard) return
  button.hidden = false
  button.addEventListener('click', async () => {
    status.textContent = ''
    try {
      await navigator.clipboard.writeText(field.value)
      status.textContent = button.dataset.done
    } catch {
      field.focus()
    }
  })
}
