// New letters appear by themselves: the server tells that something came in, the list fetches its rows anew and keeps what was selected and typed.
(() => {
  if (!('EventSource' in window) || !document.body.dataset.live) return;
  let source = null;
  let _waiting = null;
  let known = null;

  function listen() {
    source = new EventSource(document.body.dataset.live);
    source.addEventListener('register', () => {
      // A batch of letters is one refresh, and a hidden page waits until somebody looks.
      _waiting ??= setTimeout(refresh, 250);
    });
    // After a break in the line something may have been missed.
    source.addEventListener('hello', event => {
      if (known !== null) refresh();
      known = event.data;
    });
  }

  async function refresh() {
    _waiting = null;
    if (document.hidden) {
      document.addEventListener('visibilitychange', refresh, { once: true });
      return;
    }
    await Promise.all([counts(), list()]).catch(() => {});
  }

  async function counts() {
    const answer = await fetch('/counts', { headers: { accept: 'application/json', 'X-Saraban-Live': 'yes' } });
    if (!answer.ok) return;
    const figures = await answer.json();
    for (const [name, { text, due, title }] of Object.entries(figures)) {
      for (const place of document.querySelectorAll(`[data-count="${name}"]`)) {
        place.textContent = text;
        if (!place.hasAttribute('data-quiet')) place.classList.toggle('due', due);
        if (title) place.title = title;
      }
    }
  }

  async function list() {
    const box = document.getElementById('list');
    if (!box?.dataset.live || document.querySelector('dialog[open]')) return;
    const before = new Set([...box.querySelectorAll('tr.row')].map(row => row.dataset.id));
    const chosen = box.querySelector('tr.row.selected')?.dataset.id;
    const focused = box.contains(document.activeElement);
    const scroll = window.scrollY;
    const top = box.querySelector('tr.row')?.getBoundingClientRect().top ?? 0;
    const url = new URL(location.href);
    url.searchParams.set('rows', String(before.size));
    const answer = await fetch(url, { headers: { 'HX-Request': 'true', 'HX-Target': 'list', 'X-Saraban-Live': 'yes' } });
    if (!answer.ok) return;
    box.innerHTML = await answer.text();
    window.htmx?.process(box);
    let came = 0;
    for (const row of box.querySelectorAll('tr.row')) {
      if (before.has(row.dataset.id)) continue;
      row.classList.add('fresh');
      came++;
    }
    const again = chosen && box.querySelector(`tr.row[data-id="${CSS.escape(chosen)}"]`);
    if (again) window.sarabanSelect?.(again, focused);
    // Whoever reads further down keeps the line under the eye.
    if (scroll > 0 && top < 0) window.scrollTo(0, scroll + (box.scrollHeight > 0 ? came * (again?.offsetHeight ?? 0) : 0));
    if (came > 0) document.getElementById('live-word').textContent = document.body.dataset.liveWord;
  }

  listen();
  window.addEventListener('pagehide', () => source?.close());
  window.addEventListener('pageshow', event => {
    if (event.persisted) listen();
  });
})();
