// <a data-enhance="back">: goes back where the page before this one is the one it leads to. What was typed there still stands.
export default link => {
  if (document.referrer !== link.href.split('#')[0]) return
  link.addEventListener('click', event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    history.back()
  })
}
