// <form data-enhance="unsaved">: asks before a page with something typed in it is left in another way than by sending it.
export default form => {
  let isTyped = false
  form.addEventListener('input', () => {
    isTyped = true
  })
  form.addEventListener('submit', ({ submitter }) => {
    if (submitter?.formTarget !== '_blank') isTyped = false
  })
  addEventListener('beforeunload', event => {
    if (isTyped) event.preventDefault()
  })
}
