/// The script of the page: it adds comfort, nothing depends on it.
enum PageScript {
  static let markup = Markup("script") { source }

  private static let source = Markup.constant(
    """
    (() => {
      const root = document.documentElement, all = (s, e = document) => [...e.querySelectorAll(s)];
      root.classList.add('js');
      // The choice of colours is kept where the browser allows it.
      const themes = all('[name=theme]');
      try {
        const kept = localStorage.getItem('clava-theme');
        for (const t of themes) if (t.value === kept) t.checked = true;
        for (const t of themes) t.addEventListener('change', () => localStorage.setItem('clava-theme', t.value));
      } catch (e) { /* storage is refused: the choice lasts as long as the page */ }
      // Another page starts at its top.
      addEventListener('hashchange', () => scrollTo(0, 0));
      for (const field of all('[data-filter]')) field.addEventListener('input', () => {
        const word = field.value.toLowerCase();
        for (const row of all('tbody tr', document.getElementById(field.dataset.filter)))
          row.hidden = !row.cells[0].textContent.toLowerCase().includes(word);
      });
      const number = text => { const t = text.replace(/,/g, '').replace('−', '-').match(/-?[\\d.]+/);
        return t ? parseFloat(t[0]) : NaN; };
      for (const head of all('.sortable thead th')) {
        head.tabIndex = 0;
        const sort = () => {
          const up = head.getAttribute('aria-sort') === 'descending', i = head.cellIndex;
          const body = head.closest('table').tBodies[0], numeric = head.classList.contains('number');
          for (const h of head.parentNode.cells) h.removeAttribute('aria-sort');
          head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
          const key = row => { const c = row.cells[i], t = c ? c.textContent.trim() : '';
            return numeric ? number(t) : t.toLowerCase(); };
          body.append(...[...body.rows].map(row => [key(row), row]).sort(([a], [b]) => {
            if (numeric) { if (isNaN(a)) return 1; if (isNaN(b)) return -1; return up ? a - b : b - a; }
            return up ? (a < b ? 1 : -1) : (a > b ? 1 : -1);
          }).map(p => p[1]));
        };
        head.addEventListener('click', sort);
        head.addEventListener('keydown', e => { if (e.key === 'Enter') sort(); });
      }
      for (const graph of all('.graph')) {
        const pan = graph.querySelector('.pan'), svg = graph.querySelector('svg');
        const width = svg.viewBox.baseVal.width, height = svg.viewBox.baseVal.height;
        let zoom = 1;
        const set = z => { zoom = Math.min(3, Math.max(.15, z)); svg.setAttribute('width', width * zoom);
          svg.setAttribute('height', height * zoom); };
        const fit = () => set(Math.min(1.15, (pan.clientWidth - 22) / width));
        // Small graphs fill the frame; large ones stay legible and are scrolled.
        if ((pan.clientWidth - 22) / width > .6) fit();
        for (const b of all('button', graph)) b.addEventListener('click', () =>
          +b.dataset.zoom ? set(zoom * b.dataset.zoom) : fit());
        const nodes = all('.node', svg), edges = all('.edge', svg);
        for (const node of nodes) {
          const n = node.dataset.n;
          const on = () => {
            const near = new Set([n]);
            for (const e of edges) {
              const is = e.dataset.p === n || e.dataset.c === n;
              e.classList.toggle('on', is);
              if (is) { near.add(e.dataset.p); near.add(e.dataset.c); }
            }
            for (const o of nodes) o.classList.toggle('on', near.has(o.dataset.n));
            svg.classList.add('dim');
          };
          const off = () => svg.classList.remove('dim');
          node.addEventListener('pointerenter', on); node.addEventListener('focus', on);
          node.addEventListener('pointerleave', off); node.addEventListener('blur', off);
        }
      }
      const tip = document.getElementById('tip');
      const show = (e, text) => {
        tip.textContent = text; tip.hidden = false;
        tip.style.left = Math.max(6, Math.min(e.clientX + 14, innerWidth - tip.offsetWidth - 8)) + 'px';
        tip.style.top = (e.clientY + 22 + tip.offsetHeight > innerHeight ? e.clientY - tip.offsetHeight - 12
          : e.clientY + 18) + 'px';
      };
      const list = (svg, key) => svg.dataset[key].split(',').map(Number);
      const percent = v => (v / 10).toFixed(1) + ' %';
      const short = v => Math.abs(v) >= 1e5 ? v.toExponential(3) : String(+v.toPrecision(4));
      const day = v => new Date(v / 1e6).toISOString().slice(0, 10);
      for (const svg of all('.histogram[data-x]')) {
        const [low, width, kind, below, above] = svg.dataset.x.split(',').map((v, i) => i === 2 ? v : +v);
        svg.addEventListener('pointermove', e => {
          const box = svg.getBoundingClientRect(), r = list(svg, 'r'), s = list(svg, 's');
          const i = Math.min(r.length - 1, Math.max(0, Math.floor((e.clientX - box.left) / box.width * r.length)));
          const name = v => kind === 'd' ? day(v) : short(v), from = low + (i - below) * width;
          const label = below && i === 0 ? 'below ' + name(low) : above && i === r.length - 1
            ? 'above ' + name(low + (r.length - 1 - below) * width)
            : kind === 'i' ? short(from + .5) + (width > 1 ? ' – ' + short(from + width - .5) : '') : name(from) + ' – ' + name(from + width);
          show(e, label + '\\nreal ' + percent(r[i]) + '\\nsynthetic ' + percent(s[i]));
        });
        svg.addEventListener('pointerleave', () => tip.hidden = true);
      }
      for (const svg of all('.map[data-x]')) svg.addEventListener('pointermove', e => {
        const x = svg.dataset.x.split('¦'), y = svg.dataset.y.split('¦');
        const box = svg.querySelector('.ground').getBoundingClientRect();
        const i = Math.floor((e.clientX - box.left) / box.width * x.length);
        const j = y.length - 1 - Math.floor((e.clientY - box.top) / box.height * y.length);
        if (i < 0 || j < 0 || i >= x.length || j >= y.length) { tip.hidden = true; return; }
        const r = list(svg, 'r')[j * x.length + i], s = list(svg, 's')[j * x.length + i];
        show(e, x[i] + '\\n' + y[j] + '\\nreal ' + percent(r) + '\\nsynthetic ' + percent(s));
      });
      for (const svg of all('.map[data-x]')) svg.addEventListener('pointerleave', () => tip.hidden = true);
    })();

    """)
}
