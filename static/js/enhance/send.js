// <form target="frame" data-enhance="send">: sends itself, so that its frame is filled at once. The button is for who has no
// script.
export default form => {
  form.hidden = true
  form.submit()
}
