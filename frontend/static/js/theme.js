// Runs in <head>, before the first paint, so that nobody sees the other theme flash by.
(() => {
  const root = document.documentElement;
  const asked = new URLSearchParams(location.search).get('theme');
  const kept = asked || document.cookie.match(/(?:^|; )theme=(light|dark)/)?.[1];
  root.dataset.bsTheme = kept === 'light' || kept === 'dark' ? kept : matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  root.classList.add('js');
})();
