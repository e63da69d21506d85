// <button hidden data-enhance="copy" data-text="…" data-done="…">: copies a text, and says so.
export default button => {
  if (!navigator.clipboard) return
  button.hidden = false
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.text)
    button.textContent = button.dataset.done
  })
}
