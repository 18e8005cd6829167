// Line numbers beside the editors: as many as there are lines, scrolled with the text. Without this file the numbers of the saved text stand there.
for (const numbers of document.querySelectorAll('[data-lines]')) {
  const area = document.getElementById(numbers.dataset.lines);
  const write = () => {
    const count = area.value.split('\n').length;
    numbers.textContent = Array.from({ length: count }, (_, index) => index + 1).join('\n');
    numbers.scrollTop = area.scrollTop;
  };
  area.addEventListener('input', write);
  area.addEventListener('scroll', () => {
    numbers.scrollTop = area.scrollTop;
  });
  write();
}
