// Compares a file on the officer's own disk with a fingerprint of the register. The file does not leave the machine.
// The hash is computed here, for browsers have crypto.subtle over https alone, and many registers run on an intranet without it.
import { Sha256 } from '/static/sha256.js';

document.addEventListener('change', async event => {
  const field = event.target;
  const file = field.matches('input[type=file][data-sha256]') ? field.files[0] : undefined;
  if (!file) return;
  const hash = new Sha256();
  const reader = file.stream().getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) hash.update(read.value);
  const answer = document.getElementById(field.dataset.answer);
  const same = hash.hex() === field.dataset.sha256;
  answer.textContent = same ? field.dataset.same : field.dataset.other;
  answer.className = same ? 'tag good' : 'tag alarm';
});
