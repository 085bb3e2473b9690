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
  const ENDS = 'signed-in-until' // one sign-in, one end: whichever tab asked for a page last has moved it for all
  const warnBefore = Number(idle.dataset.warn)
  let typedIn, focused, warnedOf

  const end = () => Number(localStorage.getItem(ENDS))
  const endIn = seconds => localStorage.setItem(ENDS, Date.now() + seconds * 1000)
  const show = shown => {
    idle.hidden = !shown
    const room = shown ? `${idle.offsetHeight}px` : ''
    document.documentElement.style.scrollPaddingBottom = room
    document.body.style.paddingBottom = room
  }
  const warn = () => {
    if (!idle.hidden || warnedOf === end()) return
    focused = document.activeElement
    show(true)
    idle.focus()
  }
  const calm = () => {
    if (idle.hidden) return
    const back = idle.contains(document.activeElement)
    show(false)
    if (back) focused.focus()
  }
  const letGo = () => {
    // What was typed goes to the server, which keeps it, does nothing with it, and asks to sign in again.
    clearInterval(watching)
    const form = typedIn ?? document.querySelector('form[data-keep]')
    if (!form) { location.assign(location.pathname + location.search); return }
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'keep_only', value: 'yes' }))
    form.submit()
  }

  endIn(Number(idle.dataset.seconds))
  document.addEventListener('input', event => { if (event.target.form?.matches('[data-keep]')) typedIn = event.target.form })
  idle.querySelector('button').addEventListener('click', async () => {
    const answer = await fetch(idle.dataset.stay, { headers: { Accept: 'text/html' } })
    if (!answer.ok || answer.redirected) { letGo(); return }
    const seconds = Number(await answer.text())
    endIn(seconds)
    if (seconds <= warnBefore) warnedOf = end() // nobody can stay longer than this: it has been read
    calm()
  })
  const watching = setInterval(() => {
    const left = (end() - Date.now()) / 1000
    if (left > warnBefore) calm()
    else if (left > 0) warn()
    else if (left <= -1) letGo()
  }, 1000)
}
