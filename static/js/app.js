// Everything works without this file. An element says with data-enhance="name" which small module makes it nicer.
const { search } = new URL(import.meta.url)
for (const element of document.querySelectorAll('[data-enhance]')) {
  const { default: enhance } = await import(`./enhance/${element.dataset.enhance}.js${search}`)
  enhance(element)
}
