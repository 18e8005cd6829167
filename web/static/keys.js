// The register by keyboard: j and k move, Enter opens, c confirms, r routes, m notes, f confirms facts, n enters a letter on paper, / searches, ? shows the keys, Escape goes back.
(() => {
  const rows = () => [...document.querySelectorAll('tr.row')];
  const selected = () => document.querySelector('tr.row.selected');

  function select(row, focus) {
    if (!row) return;
    for (const one of document.querySelectorAll('tr.row.selected')) if (one !== row) one.classList.remove('selected');
    row.classList.add('selected');
    if (focus) {
      row.querySelector('a.open').focus({ preventScroll: true });
      row.scrollIntoView({ block: 'nearest' });
    }
  }

  function move(step) {
    const all = rows();
    if (all.length === 0) {
      follow(step > 0 ? 'next' : 'previous');
      return;
    }
    const at = all.indexOf(selected());
    select(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))], true);
  }

  function follow(key) {
    const target = document.querySelector(`[data-key="${key}"]`);
    if (target) target.click();
    return Boolean(target);
  }

  // In a list an act is about the selected row; in a letter about the letter.
  function act(key) {
    const row = selected();
    const target =
      row?.querySelector(`[data-row-key="${key}"]`) || (rows().length === 0 ? document.querySelector(`[data-key="${key}"]`) : null);
    if (target) target.click();
  }

  document.addEventListener('focusin', event => {
    const row = event.target.closest('tr.row');
    if (row) select(row, false);
  });

  const commands = {
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => selected() && move(1),
    ArrowUp: () => selected() && move(-1),
    c: () => act('confirm'),
    r: () => act('route'),
    m: () => act('note'),
    f: () => follow('facts'),
    n: () => follow('new'),
    '/': () => {
      const field = document.getElementById('q');
      if (field) {
        field.focus();
        field.select();
      } else location.href = '/register?find=1';
    },
    '?': () => document.getElementById('keys').showModal(),
  };

  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing =
      event.target instanceof Element &&
      event.target.closest('input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]');
    if (event.key === 'Escape') {
      if (document.querySelector('dialog[open]')) return; // the dialog closes itself
      if (typing) typing.blur();
      else follow('back');
      return;
    }
    if (typing || document.querySelector('dialog[open]')) return;
    // A Thai keyboard types other letters on the same keys: the key's place counts as well as its sign.
    const byPlace = { KeyJ: 'j', KeyK: 'k', KeyC: 'c', KeyR: 'r', KeyM: 'm', KeyF: 'f', KeyN: 'n' }[event.code];
    const sign = Object.hasOwn(commands, event.key) ? event.key : event.code === 'Slash' ? (event.shiftKey ? '?' : '/') : byPlace;
    if (!sign || (event.shiftKey && sign !== '?')) return;
    if ((sign === 'ArrowDown' || sign === 'ArrowUp') && !selected()) return;
    event.preventDefault();
    commands[sign]();
  });

  for (const close of document.querySelectorAll('#keys [data-close]'))
    close.addEventListener('click', () => document.getElementById('keys').close());
  for (const open of document.querySelectorAll('[data-show-keys]')) {
    open.hidden = false;
    open.addEventListener('click', () => document.getElementById('keys').showModal());
  }
  // Coming back to a list: the same filters, the same row under the hand. Kept for this tab alone, and gone after signing out.
  const list = document.getElementById('list');
  const back = document.querySelector('[data-key="back"]');
  const keep = sessionStorage;
  if (list) {
    const known = keep.getItem('saraban-row');
    const again = known && list.querySelector(`tr.row[data-id="${CSS.escape(known)}"]`);
    if (again) select(again, document.activeElement === document.body);
    addEventListener('pagehide', () => {
      keep.setItem('saraban-list', location.pathname + location.search);
      const row = selected();
      if (row) keep.setItem('saraban-row', row.dataset.id);
    });
    document.addEventListener(
      'click',
      event => {
        const row = event.target.closest('tr.row');
        if (row) select(row, false);
      },
      true,
    );
  }
  if (back) {
    const came = keep.getItem('saraban-list');
    const fits = path => came !== null && (came === path || came.startsWith(`${path}?`));
    if (fits(new URL(back.href).pathname) || (fits('/in-tray') && location.pathname.startsWith('/entries/'))) back.href = came;
  }

  if (new URLSearchParams(location.search).has('find')) commands['/']();
  window.sarabanSelect = select;
})();
