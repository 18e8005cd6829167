// The mail's own frame grows with its content. The frame runs no script; this one looks in from outside.
(() => {
  function grow(frame) {
    try {
      const page = frame.contentDocument;
      if (page?.body) frame.style.height = `${Math.max(420, Math.min(4000, page.documentElement.scrollHeight + 4))}px`;
    } catch {
      // A frame that may not be looked into keeps its height.
    }
  }
  document.addEventListener('load', event => event.target.matches?.('iframe[data-fit]') && grow(event.target), true);
  for (const frame of document.querySelectorAll('iframe[data-fit]')) grow(frame);
})();
