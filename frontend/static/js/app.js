// Everything here is a comfort: without it the pages still read and submit. No inline code, no eval (CSP default-src 'self').
(() => {
  const root = document.documentElement;
  const $ = (css, from = document) => from.querySelector(css);
  const $$ = (css, from = document) => [...from.querySelectorAll(css)];
  let said = 0;
  const say = (text, now = true) => {
    if (!now && Date.now() - said < 10_000) return;
    said = Date.now();
    const region = $('#say');
    if (region) region.textContent = text;
  };
  const atEnd = box => box.scrollTop + box.clientHeight > box.scrollHeight - 8;
  const typing = element => element?.closest?.('input, textarea, select, [contenteditable]');

  // ── Live: one stream says that something happened; then elements with data-every ask for themselves (hx-trigger="tick").
  // What moves without an event asks every so many seconds; what does not (data-still) only while there is no stream.
  const dot = $('#live-dot');
  let paused = false, lost = 0, stream, streaming = false, listenAt = 0, hinted;
  const show = () => {
    if (!dot) return;
    const state = lost > 1 ? 'lost' : paused || document.hidden ? 'paused' : 'on';
    if (dot.dataset.live === state) return;
    dot.dataset.live = state;
    dot.textContent = { on: 'Live', paused: 'Paused', lost: 'Connection lost' }[state];
    dot.setAttribute('aria-pressed', state === 'paused');
    if (state === 'lost') say('Connection lost, trying again');
  };
  const listen = () => {
    const address = document.body.dataset.stream;
    if (paused || document.hidden || !address || !$('[data-every]')) { stream?.close(); stream = undefined; streaming = false; return; }
    if (stream && stream.readyState !== EventSource.CLOSED || Date.now() < listenAt) return;
    listenAt = Date.now() + 10_000;                 // a stream that was refused is tried again, but not in a hurry
    stream = new EventSource(address);
    stream.onopen = () => { streaming = true; tick(true); };
    stream.onmessage = () => { hinted ??= setTimeout(() => { hinted = undefined; tick(true); }, 200); };
    stream.onerror = () => { streaming = false; };
  };
  const due = new Map();
  const tick = force => {
    show();
    listen();
    age();
    if (document.hidden || (paused && !force)) return;
    for (const element of $$('[data-every]')) {
      if (!force && streaming && element.dataset.still) continue;
      const next = due.get(element.id) ?? 0;
      if (!force && Date.now() < next) continue;
      due.set(element.id, Date.now() + Number(element.dataset.every) * 1000 * (lost > 1 ? 2.5 : 1) - 50);
      element.dispatchEvent(new CustomEvent('tick'));
    }
    $$('pre[data-log]').forEach(readLog);
  };
  // "3 min ago" goes on counting where nothing else is asked for
  let aged = Date.now();
  const age = () => {
    if (Date.now() - aged < 5000) return;
    aged = Date.now();
    for (const time of $$('time.ago')) {
      const past = Math.floor((aged - Date.parse(time.dateTime)) / 1000);
      if (past < 5 || past >= 172_800) continue;
      time.textContent = (past < 60 ? past + ' s' : past < 3600 ? Math.floor(past / 60) + ' min' : Math.floor(past / 3600) + ' h') + ' ago';
    }
  };

  // ── Log: the server writes the lines; here they are only put in. Following stops when the reader scrolls up
  const fetchLines = async (pre, what) => {
    const url = new URL(pre.dataset.log, location.href);
    for (const [name, value] of Object.entries(what)) url.searchParams.set(name, value);
    const answer = await fetch(url, { headers: { 'HX-Request': 'true' } });
    if (!answer.ok) throw new Error(answer.status);
    if (answer.headers.has('HX-Redirect')) location.reload();      // signed out: the page says so
    return $('[data-next]', new DOMParser().parseFromString(await answer.text(), 'text/html'));
  };
  const lines = piece => [...piece.children].map(line => document.adoptNode(line));
  async function readLog(pre) {
    if (pre.dataset.ended === 'true' || pre.busy || Date.now() < (pre.readAt ?? 0)) return;
    pre.busy = true;
    try {
      const piece = await fetchLines(pre, { position: pre.dataset.next || '0' }), fresh = lines(piece);
      pre.dataset.next = piece.dataset.next;
      pre.dataset.ended = piece.dataset.ended;
      pre.pause = fresh.length ? 400 : Math.min(4000, (pre.pause ?? 400) * 1.5);
      pre.readAt = Date.now() + pre.pause;          // a quiet log is asked less often
      if (!fresh.length) return;
      const follow = atEnd(pre) || $('[data-follow]', pre.closest('.log'))?.getAttribute('aria-pressed') === 'true';
      $('.none', pre)?.remove();
      const open = pre.lastElementChild;
      if (open?.matches('[data-open]')) {           // its end was not written yet: the first line goes on with it, or takes its place
        if (!('rewritten' in fresh[0].dataset || 'returns' in open.dataset)) fresh[0].lastElementChild.prepend(...open.lastElementChild.childNodes);
        open.remove();
      }
      pre.append(...fresh);
      while (pre.childElementCount > 10_000) pre.firstElementChild.remove();
      find(pre);
      if (follow) pre.scrollTop = pre.scrollHeight;
    } catch { /* the next tick tries again */ } finally { pre.busy = false; }
  }
  async function readEarlier(link) {
    const pre = $('pre', link.closest('.log')), height = pre.scrollHeight;
    const piece = await fetchLines(pre, { before: pre.dataset.start });
    pre.prepend(...lines(piece));
    pre.scrollTop += pre.scrollHeight - height;
    pre.dataset.start = piece.dataset.start;
    pre.dataset.earlier = piece.dataset.earlier;
    if (piece.dataset.earlier === 'true') return;
    pre.focus({ preventScroll: true });
    link.parentElement.remove();
  }
  function find(pre) {
    const wanted = $('[data-find]', pre.closest('.log'))?.value.toLowerCase() ?? '';
    let hits = 0;
    for (const row of pre.children) {
      const words = row.lastElementChild;
      if (!words) continue;
      if (row.coloured) words.replaceChildren(...row.coloured.cloneNode(true).childNodes);
      const text = words.textContent, at = wanted ? text.toLowerCase().indexOf(wanted) : -1;
      row.classList.toggle('hidden-line', Boolean(wanted) && at < 0);
      if (at < 0) continue;
      hits++;
      row.coloured ??= words.cloneNode(true);
      const mark = document.createElement('mark');
      mark.textContent = text.slice(at, at + wanted.length);
      words.replaceChildren(text.slice(0, at), mark, text.slice(at + wanted.length));
    }
    const count = $('[data-hits]', pre.closest('.log'));
    if (count) count.textContent = wanted ? `${hits} ${hits === 1 ? 'line' : 'lines'}` : '';
  }

  // ── Charts: drawn from the table beside them, which is what reads without a script
  const drawn = new Map();
  let probe;
  const colour = name => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };
  function draw(figure) {
    const table = $('table', figure), box = $('.plot', figure);
    if (!table || !box || !window.uPlot) return;
    const names = $$('thead th', table).slice(1).map(th => th.textContent.trim());
    const rows = $$('tbody tr', table).map(tr => [...tr.cells].map(cell => cell.dataset.v === undefined || cell.dataset.v === '' ? null : Number(cell.dataset.v)));
    const key = root.dataset.bsTheme + '|' + names.join() + '|' + rows.length + '|' + JSON.stringify(rows.at(-1) ?? '');
    const before = drawn.get(figure.id);
    if (before?.key === key && before.box === box) { before.read(); return; }
    drawn.get(figure.id)?.plot.destroy();
    drawn.delete(figure.id);
    if (rows.length < 1) return;
    // Nothing at a step is bridged; what is no finite number makes a gap, and no scale.
    const data = names.reduce((all, _, n) => (all.push(rows.map(row => row[n + 1] == null ? undefined : Number.isFinite(row[n + 1]) ? row[n + 1] : null)), all), [rows.map(row => row[0])]);
    const time = figure.dataset.x === 'time', unit = figure.dataset.unit || '';
    const muted = colour('--tw-muted'), axis = { stroke: muted, font: '11px Inter, system-ui, sans-serif', grid: { stroke: colour('--tw-grid'), width: 1 }, ticks: { show: false } };
    const legend = $$('.legend b', figure);
    const text = v => v == null ? '–' : Number.isFinite(v) ? String(+v.toPrecision(4)) + unit : String(v);
    const read = i => names.forEach((_, n) => legend[n] && (legend[n].textContent = text((i == null ? rows.findLast(row => row[n + 1] != null) : rows[i])?.[n + 1])));
    const plot = new uPlot({
      width: box.clientWidth, height: box.clientHeight, legend: { show: false }, cursor: { y: false },
      scales: { x: { time }, y: { range: (_, lo, hi) => lo === hi ? [figure.dataset.zero ? 0 : lo - 1, hi + 1] : [figure.dataset.zero ? 0 : lo - (hi - lo) * .08, hi + (hi - lo) * .12] } },
      axes: [{ ...axis, size: 22, space: 60, ...(time ? { values: (_, vs) => vs.map(v => new Date(v * 1e3).toISOString().slice(11, vs[1] - vs[0] < 60 ? 19 : 16)) } : {}) }, { ...axis, size: 52, space: 30, values: (_, vs) => vs.map(v => +v.toPrecision(4) + unit) }],
      series: [{}, ...names.map((label, n) => ({ label, stroke: colour('--c' + (n % 6 + 1)), width: 1.75, dash: n === 1 || n > 5 ? [6, 4] : undefined, points: { show: rows.length < 40, size: 5 } }))],
      hooks: { setCursor: [u => read(u.cursor.idx)] },
    }, data, box);
    drawn.set(figure.id, { plot, key, box, read });
    read();
  }
  const drawAll = () => $$('figure[data-chart]').forEach(draw);

  // ── A refused form: each sentence goes to its field
  function refuse(note) {
    const form = note.closest('form');
    if (note.closest('[data-plan]')) return;       // only a preview: nobody has sent anything yet
    if (!form) { note.scrollIntoView({ block: 'nearest' }); return; }
    let first;
    for (const item of $$('[data-field]', note)) {
      const name = item.dataset.field.replace(/\[\d+\]/g, ''), parts = name.split('.'), last = parts.at(-1);
      const find = fits => [...form.elements].find(f => f.name && f.type !== 'hidden' && fits(f));
      const field = form.elements[name] ?? find(f => f.dataset.also?.split(' ').includes(name))
        ?? find(f => f.name === last || f.name.split('.').at(-1) === last) ?? find(f => parts.includes(f.name));
      const input = field instanceof RadioNodeList ? field[0] : field;
      if (!input || input.type === 'hidden') continue;
      const error = document.createElement('span');
      error.className = 'field-error';
      error.id = 'e-' + (input.id || name).replace(/\W/g, '-');
      error.textContent = item.lastElementChild?.textContent ?? item.textContent;
      input.setAttribute('aria-invalid', 'true');
      input.setAttribute('aria-errormessage', error.id);
      input.after(error);
      item.hidden = true;
      for (let shut = input.closest('details:not([open])'); shut; shut = shut.parentElement.closest('details:not([open])')) shut.open = true;
      first ??= input;
    }
    (first ?? note).scrollIntoView({ block: 'center' });
    first?.focus({ preventScroll: true });
  }
  const forgive = form => {
    $$('.refusal').forEach(box => box.replaceChildren());
    $$('.field-error', form).forEach(error => error.remove());
    $$('[aria-invalid]', form).forEach(input => { input.removeAttribute('aria-invalid'); input.removeAttribute('aria-errormessage'); });
  };

  // ── After every change of the page
  function dress(from = document) {
    drawAll();
    $$('.scroll', from).forEach(box => {           // wide tables: reachable by keyboard
      if (box.scrollWidth > box.clientWidth && !$('a[href], button, input, select', box)) {
        box.tabIndex = 0; box.setAttribute('role', 'region'); box.setAttribute('aria-label', 'Table, scrolls sideways');
      }
    });
  }

  document.addEventListener('DOMContentLoaded', () => {
    // MLflow's clients print links to pages of their own server: /#/experiments/1, …/1/runs/<id>, …/1/models/m-<id>
    const printed = location.hash.match(/^#\/experiments\/(\d+)(?:\/runs\/([0-9a-f]{32})|\/models\/m-([0-9a-f]{32}))?/), here = location.pathname.match(/^\/ns\/[^/]+/);
    if (printed && (here || printed[2] || printed[3])) {
      location.replace(printed[2] ? '/runs/' + printed[2] : printed[3] ? '/logged-models/' + printed[3] : here[0] + '/experiments/' + printed[1]);
      return;
    }
    probe = document.body.appendChild(document.createElement('span'));
    probe.hidden = true;
    if (dot && $('[data-every], pre[data-log]')) dot.hidden = false;
    $$('.tabsbar [aria-current], .nav-underline [aria-current]').forEach(a => { const bar = a.closest('ul'); bar.scrollLeft = a.offsetLeft - bar.clientWidth / 2; });
    $$('pre[data-log]').forEach(pre => { pre.scrollTop = pre.scrollHeight; });
    const wanted = new URLSearchParams(location.search).get('dialog'), dialog = wanted && document.getElementById(wanted);
    if (dialog instanceof HTMLDialogElement) { dialog.close(); dialog.showModal(); }
    $$('[data-must]').forEach(input => input.dispatchEvent(new Event('input', { bubbles: true })));
    dress();
    setInterval(tick, 500);
    let wait;
    addEventListener('resize', () => { clearTimeout(wait); wait = setTimeout(() => drawn.forEach(({ plot, box }) => plot.setSize({ width: box.clientWidth, height: box.clientHeight })), 80); });
    document.addEventListener('visibilitychange', () => tick(!document.hidden));
  });

  document.addEventListener('htmx:after:swap', e => {
    dress();
    $$('[data-refusal]:not([data-shown])').forEach(note => { note.dataset.shown = 'true'; refuse(note); });
    $$('[data-uploaded]:not([data-shown])').forEach(done => { done.dataset.shown = 'true'; const file = done.closest('form')?.elements.file; if (file) file.value = ''; done.dispatchEvent(new Event('change', { bubbles: true })); });
    if (e.target.matches?.('[data-every]')) say('Updated', false);
  });
  document.addEventListener('htmx:before:request', e => { if (e.target.matches?.('form')) forgive(e.target); });
  document.addEventListener('htmx:after:request', () => { lost = 0; show(); });
  document.addEventListener('htmx:error', () => { lost++; show(); });

  document.addEventListener('click', e => {
    const link = e.target.closest('a[data-dialog]');
    if (link && !e.ctrlKey && !e.metaKey) { const dialog = document.getElementById(link.dataset.dialog); if (dialog) { e.preventDefault(); dialog.showModal(); return; } }
    const earlier = e.target.closest('a[data-earlier]');
    if (earlier) { e.preventDefault(); readEarlier(earlier).catch(() => { location.href = earlier.href; }); return; }
    $$('details.menu[open]').forEach(menu => menu.contains(e.target) || (menu.open = false));
    const b = e.target.closest('button');
    if (!b) return;
    if (b === dot) { paused = !paused; tick(!paused); }
    if (b.matches('[data-theme-toggle]')) {
      root.dataset.bsTheme = root.dataset.bsTheme === 'dark' ? 'light' : 'dark';
      document.cookie = `theme=${root.dataset.bsTheme}; path=/; max-age=31536000; samesite=lax`;
      drawAll();
    }
    if (b.matches('[data-copy]')) { navigator.clipboard?.writeText(b.dataset.copy || $('pre', b.parentElement)?.innerText || ''); say('Copied'); }
    if (b.matches('[data-close]')) { e.preventDefault(); b.closest('dialog')?.close(); }
    if (b.matches('[data-wrap]')) b.setAttribute('aria-pressed', $('pre', b.closest('.log')).classList.toggle('wrap'));
    if (b.matches('[data-follow]')) {
      const on = b.getAttribute('aria-pressed') !== 'true', pre = $('pre', b.closest('.log'));
      b.setAttribute('aria-pressed', on);
      if (on) pre.scrollTop = pre.scrollHeight;
    }
    if (b.matches('[data-add-row]')) {
      const rows = $(b.dataset.addRow), copy = rows.lastElementChild.cloneNode(true);
      $$('input', copy).forEach(input => { input.value = ''; });
      rows.append(copy);
      $('input', copy).focus();
    }
    if (b.matches('[data-fill]')) { const box = document.getElementById(b.dataset.fill); box.value = b.dataset.value; box.focus(); }
  });
  document.addEventListener('input', e => {
    if (e.target.matches('[data-find]')) find($('pre', e.target.closest('.log')));
    if (e.target.matches('[data-must]')) $$('button[data-needs-word]', e.target.form).forEach(b => { b.disabled = e.target.value !== e.target.dataset.must; });
  });
  document.addEventListener('change', e => { if (e.target.matches('[data-submit]')) e.target.form.requestSubmit(); });
  document.addEventListener('scroll', e => {
    const pre = e.target;
    if (!pre.matches?.('.log pre')) return;
    $('[data-follow]', pre.closest('.log'))?.setAttribute('aria-pressed', atEnd(pre));
  }, true);

  let before = '';
  document.addEventListener('keydown', e => {
    if (e.key === 'Escape') $$('details.menu[open]').forEach(menu => { menu.open = false; $('summary', menu).focus(); });
    if (e.ctrlKey && e.key === 'Enter' && e.target.form) { e.preventDefault(); e.target.form.requestSubmit(); }
    if (typing(e.target) || e.ctrlKey || e.metaKey || e.altKey || $('dialog:modal')) return;
    if (e.key === '/') { e.preventDefault(); $('#q')?.focus(); }
    if (e.key === '?') location.href = '/help';
    if (before === 'g') { const tab = { h: 0, j: 1, x: 2, m: 3, e: 4, y: 5 }[e.key], links = $$('.tabsbar a'); if (tab !== undefined && links.length > 6) location.href = links[tab].href; }
    before = e.key;
  });
})();
