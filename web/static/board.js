// What a browser that runs scripts gets on top of pages that work without any.
(() => {
'use strict';
const words = JSON.parse(document.currentScript.dataset.words);
const root = document.documentElement;
const one = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const thread = location.pathname.match(/^\/t\/(\d+)/)?.[1];
const member = root.dataset.member;

// New posts: the page asks now and then how many there are, and says so. It
// never moves anything by itself.
const count = one('[data-posts]');
if (count) {
  const notice = make('p', { className: 'arrived', role: 'status' });
  count.before(notice);
  // The posts may belong to this very page: then following the link alone would not fetch them.
  notice.onclick = (e) => { if (e.target.search === location.search && e.target.pathname === location.pathname) setTimeout(() => location.reload()); };
  let wait = 20, timer;
  const ask = async () => {
    try {
      const answer = await fetch(`/t/${thread}/since?n=${count.dataset.posts}`);
      if (!answer.ok) throw answer.status;
      const { text, path } = await answer.json();
      if (text && notice.textContent !== text) notice.replaceChildren(make('a', { href: path, textContent: text }));
      wait = Math.min(wait * 1.2, 300);
    } catch { wait = Math.min(wait * 2, 600); }
    if (!document.hidden) timer = setTimeout(ask, wait * 1000);
  };
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(ask, 1000);
  });
  timer = setTimeout(ask, wait * 1000);
}

// To: a look at the post that is answered, on hover and on focus.
const look = make('div', { id: 'look', className: 'look', hidden: true });
document.body.append(look);
let near, opened, closing;
const kept = {};
const peek = async (link) => {
  near = link;
  const number = link.hash.match(/^#p(\d+)$/)?.[1];
  if (!number || !thread) return;
  const here = document.getElementById('p' + number);
  kept[number] ??= here ? here.innerHTML : await fetch(`/t/${thread}/${number}/glance`).then((a) => a.ok ? a.text() : '');
  if (near !== link || !kept[number]) return;
  look.innerHTML = kept[number];
  all('[id],.acts,.vh', look).forEach((e) => e.matches('.acts,.vh') ? e.remove() : e.removeAttribute('id'));
  look.hidden = false;
  opened = link;
  link.setAttribute('aria-describedby', 'look');
  const box = link.getBoundingClientRect(), below = box.bottom + look.offsetHeight < innerHeight;
  look.style.top = scrollY + (below ? box.bottom : Math.max(0, box.top - look.offsetHeight)) + 'px';
  look.style.left = Math.max(8, Math.min(box.left, innerWidth - look.offsetWidth - 8)) + 'px';
};
const unpeek = () => {
  near = null;
  look.hidden = true;
  opened?.removeAttribute('aria-describedby');
};
const later = () => { near = null; clearTimeout(closing); closing = setTimeout(() => near || unpeek(), 200); };
for (const link of all('.to a, .acts a[data-to]')) {
  link.addEventListener('pointerenter', () => { clearTimeout(closing); near = link; setTimeout(() => near === link && peek(link), 150); });
  link.addEventListener('pointerleave', later);
  link.addEventListener('focus', () => peek(link));
  link.addEventListener('blur', later);
}
look.addEventListener('pointerenter', () => { clearTimeout(closing); near = look; });
look.addEventListener('pointerleave', later);

// Drafts: what is typed is kept in this browser at once and by the board every
// few seconds, until the board has taken it.
const prefix = 'draft ';
if (!member) Object.keys(localStorage).filter((k) => k.startsWith(prefix)).forEach((k) => localStorage.removeItem(k));
const fields = (form) => all('input[name]:not([type=hidden],[type=password],[type=checkbox],[type=radio]),textarea[name],select[name]', form);
const drafted = member ? all('form[data-draft]') : [];
const nameOf = (form) => `${prefix}${member} ${form.dataset.draft}`;
const sent = JSON.parse(sessionStorage.getItem('sent'));
sessionStorage.removeItem('sent');
// A form that comes back, refused or as a preview, has the key that it was sent with.
if (sent && !drafted.some((form) => form.elements.key?.value === sent.key)) localStorage.removeItem(sent.name);
for (const form of drafted) {
  const name = nameOf(form);
  const was = new Map(fields(form).map((f) => [f.name, f.value]));
  const state = () => Object.fromEntries(fields(form).map((f) => [f.name, f.value]));
  let dirty = false, unsaved = false;
  const keep = () => {
    if (!dirty) return;
    dirty = false;
    unsaved = true;
    localStorage.setItem(name, JSON.stringify({ at: Date.now(), values: state() }));
  };
  const save = () => {
    if (!unsaved) return;
    unsaved = false;
    const body = new URLSearchParams(new FormData(form));
    body.set('target', form.dataset.draft);
    fetch('/drafts', { method: 'POST', body, headers: { Accept: 'application/json' }, keepalive: body.toString().length < 60000 })
      .then((a) => { if (!a.ok) throw a.status; }).catch(() => { unsaved = true; });
  };
  try {
    const draft = JSON.parse(localStorage.getItem(name));
    const typed = draft && Object.values(draft.values).some(Boolean);
    // What was fetched, or handed over in the address, is newer than the draft.
    if (typed && !one('.problems, .preview, #found') && !/[?&](url|title|text)=/.test(location.search) && fields(form).some((f) => f.tagName === 'TEXTAREA' && draft.values[f.name] && draft.values[f.name] !== f.value)) {
      for (const f of fields(form)) if (f.name in draft.values) f.value = draft.values[f.name];
      const discard = make('button', { type: 'button', textContent: words.discard });
      const note = make('p', { className: 'note', role: 'status' }, words.restored.replace('%s', new Date(draft.at).toLocaleTimeString(root.lang, { timeStyle: 'short' })) + ' ', discard);
      discard.onclick = () => {
        localStorage.removeItem(name);
        for (const f of fields(form)) f.value = was.get(f.name);
        note.remove();
        one('textarea', form).focus();
      };
      form.prepend(note);
    }
  } catch { localStorage.removeItem(name); }
  form.addEventListener('input', () => { dirty = true; });
  setInterval(keep, 2000);
  setInterval(save, 10000);
  addEventListener('pagehide', () => { keep(); save(); });
  form.addEventListener('submit', () => {
    keep();
    unsaved = false;
    sessionStorage.setItem('sent', JSON.stringify({ name, key: form.elements.key?.value }));
  });
}

// A button works once; going back makes it work again.
addEventListener('submit', (e) => setTimeout(() => all('button', e.target).forEach((b) => { b.disabled = true; })));
addEventListener('pageshow', () => all('form button').forEach((b) => { b.disabled = false; }));

// Names and keywords are completed while they are typed.
const list = make('ul', { id: 'names', className: 'names', role: 'listbox', hidden: true });
list.setAttribute('aria-label', words.names);
document.body.append(list);
let field, chosen = -1, asked = 0;
const word = (f) => f.name === 'keywords' ? f.value.slice(0, f.selectionStart).match(/(?:^|[\s,;])#?([^\s,;#]{2,})$/) : f.value.slice(0, f.selectionStart).match(/(?:^|[\s(])@([\w@.-]{1,60})$/);
const shut = () => { list.hidden = true; chosen = -1; field?.removeAttribute('aria-activedescendant'); };
const choose = (n) => {
  chosen = n;
  [...list.children].forEach((item, i) => item.setAttribute('aria-selected', i === n));
  field.setAttribute('aria-activedescendant', list.children[n].id);
};
const take = (text) => {
  const found = word(field);
  if (!found) return shut();
  const end = field.selectionStart, start = end - found[1].length;
  field.setRangeText(text + ' ', start, end, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.focus();
  shut();
};
const suggest = async () => {
  const found = word(field), turn = ++asked;
  if (!found) return shut();
  const sign = field.name === 'keywords' ? '' : '@';
  const answer = await fetch(`/complete?${new URLSearchParams({ thread: thread ?? '', q: sign + found[1] })}`);
  if (!answer.ok || turn !== asked) return;
  const items = (await answer.json()).slice(0, 8);
  list.replaceChildren(...items.map((item, i) => make('li', { id: 'name' + i, role: 'option', textContent: item.label ?? item.text, onmousedown: (e) => { e.preventDefault(); take(item.text.replace(/^@/, '')); } })));
  list.hidden = !items.length;
  if (items.length) {
    const box = field.getBoundingClientRect();
    list.style.top = scrollY + box.bottom + 'px';
    list.style.left = box.left + 'px';
    choose(0);
  }
};
if (member) {
  for (const f of all('textarea, input[name=keywords]')) {
    let timer;
    f.setAttribute('aria-controls', 'names');
    f.setAttribute('aria-autocomplete', 'list');
    f.addEventListener('input', () => { field = f; clearTimeout(timer); timer = setTimeout(suggest, 150); });
    f.addEventListener('blur', shut);
    f.addEventListener('keydown', (e) => {
      if (list.hidden) return;
      const last = list.children.length - 1;
      if (e.key === 'ArrowDown') choose(chosen >= last ? 0 : chosen + 1);
      else if (e.key === 'ArrowUp') choose(chosen <= 0 ? last : chosen - 1);
      else if (e.key === 'Enter' || e.key === 'Tab') list.children[chosen].onmousedown(e);
      else if (e.key === 'Escape') shut();
      else return;
      e.preventDefault();
      e.stopPropagation();
    });
  }
}

// What is selected in a post is quoted in the answer to it.
addEventListener('click', (e) => {
  const link = e.target.closest?.('a[href$="/reply"]'), post = link?.closest('.post, .op'), selection = getSelection();
  if (post && !selection.isCollapsed && one('.body', post)?.contains(selection.anchorNode)) sessionStorage.setItem('quote ' + link.pathname, String(selection));
});
const quoted = sessionStorage.getItem('quote ' + location.pathname);
if (quoted) {
  sessionStorage.removeItem('quote ' + location.pathname);
  const text = one('main form textarea');
  if (text && !text.value) text.value = quoted.trim().replace(/^/gm, '> ') + '\n\n';
}

// Addresses can be copied with one press.
if (navigator.clipboard) {
  for (const code of all('.handle, .addr code')) {
    const button = make('button', { type: 'button', className: 'copy', textContent: words.copy });
    button.onclick = async () => { await navigator.clipboard.writeText(code.textContent); button.textContent = words.copied; };
    code.after(' ', button);
  }
}

// Shortcuts of one key, off in fields and where the settings say so.
let before = '';
const step = (by) => {
  const posts = all('.post[id]'), middle = posts.findIndex((p) => p.getBoundingClientRect().bottom > 8);
  const now = posts.indexOf(document.activeElement.closest?.('.post')), next = now >= 0 ? now + by : by > 0 ? middle : middle - 1;
  show(posts[Math.max(0, Math.min(posts.length - 1, next))]);
};
const show = (post) => { post?.focus(); post?.scrollIntoView({ block: 'start' }); };
const follow = (selector) => one(selector, document.activeElement.closest?.('.post, .op') ?? document)?.click();
const keys = {
  j: () => step(1), k: () => step(-1), n: () => { const line = one('#new'); line ? show(line) : one('a.first-new')?.click(); },
  p: () => follow('.to a'), r: () => follow('a[href$="/reply"]'), v: () => follow('a[data-replies]'),
  '/': () => { const box = one('input[type=search]'); box ? box.focus() : location.assign('/search'); },
  '?': () => location.assign('/help#keys'), 'g l': () => location.assign('/posts'), 'g h': () => location.assign('/'),
};
addEventListener('keydown', (e) => {
  if (e.key === 'Escape') return unpeek();
  const typing = e.target.closest('input, textarea, select');
  if (typing && e.key === 'Enter' && e.ctrlKey) {
    const form = typing.closest('form');
    return (one(one('.preview') ? '[value=post]' : '[value=preview]', form) ?? one('button', form)).click();
  }
  if (typing || e.ctrlKey || e.metaKey || e.altKey || root.dataset.keys === 'off') return;
  const act = keys[before + e.key];
  before = e.key === 'g' ? 'g ' : '';
  if (act) { e.preventDefault(); act(); }
});
})();
