// Everything works without this file. With it: the Design System's enhancements, copy buttons, the quick exit by key, and
// a warning before the sign-in runs out.
import { initAll } from './govuk-frontend.min.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false
  const said = button.textContent
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim())
    document.getElementById('copied').textContent = `${button.dataset.name} copied`
    button.textContent = 'Copied'
    setTimeout(() => { button.textContent = said }, 2000)
  })
}
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}

let presses = []
document.addEventListener('keydown', event => {
  if (event.key !== 'Shift') { presses = []; return }
  presses = [...presses.filter(at => event.timeStamp - at < 1500), event.timeStamp]
  if (presses.length >= 3) window.location.replace(document.querySelector('[data-leave]').href)
})

// A tab stop only where there is something to scroll.
for (const box of document.querySelectorAll('.house-scroll')) {
  const name = box.getAttribute('aria-label')
  new ResizeObserver(() => {
    const scrolls = box.scrollWidth > box.clientWidth
    for (const [key, value] of Object.entries({ tabindex: '0', role: 'region', 'aria-label': name })) {
      if (scrolls) box.setAttribute(key, value); else box.removeAttribute(key)
    }
  }).observe(box)
}

const idle = document.getElementById('idle')
if (idle) {
  const seconds = Number(idle.dataset.seconds)
  const warnBefore = Number(idle.dataset.warn)
  let end = Date.now() + seconds * 1000
  idle.querySelector('button').addEventListener('click', async () => {
    const answer = await fetch(idle.dataset.stay, { headers: { Accept: 'text/html' } })
    if (answer.ok && !answer.redirected) { end = Date.now() + seconds * 1000; idle.hidden = true } else { window.location.reload() }
  })
  setInterval(() => {
    const left = (end - Date.now()) / 1000
    if (left <= warnBefore && left > 0 && idle.hidden) idle.hidden = false
    if (left <= -1) {
      // What was typed goes to the server, which keeps it and asks to sign in again.
      end = Infinity
      const form = document.querySelector('form[data-keep]')
      if (form) { form.noValidate = true; form.submit() } else { window.location.reload() }
    }
  }, 1000)
}
