// What the pages do beyond plain links and forms: dialogs, toasts, short addresses. Without this file everything still works.
(() => {
  const dialog = document.getElementById('dialog');
  const body = document.getElementById('dialog-body');

  // Empty filters do not belong in the address.
  document.addEventListener('htmx:configRequest', event => {
    if (event.detail.verb !== 'get') return;
    for (const [name, value] of [...event.detail.parameters.entries()]) if (value === '') event.detail.parameters.delete(name);
  });

  document.addEventListener('htmx:afterSwap', event => {
    if (event.detail.target !== body || body.childElementCount === 0) return;
    if (!dialog.open) dialog.showModal();
    const first = body.querySelector('[aria-invalid="true"], [autofocus], textarea, input:not([type=hidden]), select, button');
    if (first) first.focus();
  });

  function close() {
    if (dialog?.open) dialog.close();
  }
  if (dialog) {
    dialog.addEventListener('close', () => body.replaceChildren());
    dialog.addEventListener('click', event => {
      if (event.target === dialog || event.target.closest('[data-close]')) {
        event.preventDefault();
        close();
      }
    });
  }

  function toast(text, alarm) {
    const box = document.getElementById('toasts');
    const one = document.createElement('div');
    one.className = alarm ? 'toast alarm' : 'toast';
    one.textContent = text;
    box.append(one);
    setTimeout(() => one.remove(), alarm ? 9000 : 5000);
  }
  for (const one of document.querySelectorAll('#toasts .toast'))
    setTimeout(() => one.remove(), one.classList.contains('alarm') ? 9000 : 6000);

  // A server that does not answer is said, not hidden.
  const failed = () => toast(document.body.dataset.trouble, true);
  document.addEventListener('htmx:responseError', failed);
  document.addEventListener('htmx:sendError', failed);

  // A second press while the first is on its way does nothing.
  document.addEventListener('submit', event => {
    const form = event.target;
    if (form.method !== 'post' || event.defaultPrevented) return;
    if (form.dataset.sent === 'yes') {
      event.preventDefault();
      return;
    }
    form.dataset.sent = 'yes';
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  window.addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
  });

  // Rows open on a click anywhere but on what has a job of its own.
  document.addEventListener('click', event => {
    const row = event.target.closest('tr.row');
    if (!row || event.target.closest('a, button, input, select, label, summary') || String(getSelection()) !== '') return;
    const link = row.querySelector('a.open');
    if (!link) return;
    if (event.ctrlKey || event.metaKey) window.open(link.href, '_blank', 'noopener');
    else location.href = link.href;
  });

  // A panel of filters closes when the eye goes elsewhere.
  document.addEventListener('click', event => {
    for (const open of document.querySelectorAll('details.filters[open]')) if (!open.contains(event.target)) open.open = false;
  });

  // The units of a long list, by name.
  document.addEventListener('input', event => {
    if (!event.target.matches('[data-filter]')) return;
    const wanted = event.target.value.trim().toLowerCase();
    for (const one of document.querySelectorAll(event.target.dataset.filter))
      one.hidden = wanted !== '' && !one.textContent.toLowerCase().includes(wanted);
  });

  window.saraban = { toast, close };
})();
