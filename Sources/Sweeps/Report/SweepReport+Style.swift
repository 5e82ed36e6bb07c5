/// Colours and behaviour of the page.
extension SweepReport {
  static let style = """
    :root{--ink:#1c2330;--soft:#5b6675;--line:#dde2e8;--ground:#fff;--raised:#f6f8fa;--blue:#2654a6;--grey:#9aa4b1;
    --red:#c0392b;--purple:#8e44ad;--orange:#d98324;--green:#2e8b57;--gold:#d4a017}
    @media(prefers-color-scheme:dark){:root{--ink:#e4e8ee;--soft:#9aa6b5;--line:#333c48;--ground:#14181f;--raised:#1c222b;
    --blue:#6f9fe8;--grey:#6b7686;--red:#e8705f;--purple:#bb86d8;--orange:#e8a45a;--green:#5fbf8a;--gold:#e8c04a}}
    body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground);max-width:1100px;margin:24px auto;
    padding:0 20px}h1{font-size:24px}h2{font-size:18px;margin:32px 0 8px}ul{padding-left:20px}
    section p,footer{color:var(--soft);font-size:13px}svg{width:100%;height:auto;display:block}
    text{fill:var(--soft);font:11px system-ui,sans-serif}text.name{fill:var(--ink);font-weight:600}
    .grid{stroke:var(--line);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}
    circle.complete,rect.complete{fill:var(--blue)}circle.pruned,rect.pruned{fill:var(--grey)}
    circle.failed,rect.failed{fill:var(--red)}circle.nan,rect.nan{fill:var(--purple)}
    circle.timeout,rect.timeout{fill:var(--orange)}circle.stopped,rect.stopped{fill:var(--soft)}
    circle.running,rect.running,circle.suggested,rect.suggested{fill:var(--green)}
    circle.paused,rect.paused{fill:var(--gold)}circle.chosen{fill:var(--gold);stroke:var(--ink)}
    circle.mark{fill:#fff;stroke:#000;stroke-width:.8}polyline{fill:none}
    .best{stroke:var(--gold);stroke-width:2}.trace{stroke:var(--blue);stroke-width:1.2;opacity:.7}
    .trace.pruned,.trace.stopped{stroke:var(--grey);opacity:.35}.trace.failed,.trace.nan{stroke:var(--red)}
    .course{stroke-width:1.4;opacity:.75}.course.dim{stroke:var(--grey);opacity:.25}.course.off{opacity:.03}
    .course:hover{stroke-width:3;opacity:1}.brush{fill:transparent;cursor:ns-resize}
    .kept{fill:var(--gold);opacity:.3;pointer-events:none}
    .scroll{overflow-x:auto}.many{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:8px}
    table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
    th,td{padding:4px 10px;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}
    th{cursor:pointer;background:var(--raised);position:sticky;top:0}tr.chosen td{background:var(--raised);font-weight:600}
    td svg,.legend svg{width:10px;height:10px;display:inline-block;margin:0 5px 0 8px}a{color:var(--blue)}
    """

  static let script = """
    (()=>{const box=document.getElementById('parallel');if(box){const svg=box.querySelector('svg'),
    lines=[...svg.querySelectorAll('.course')].map(l=>({l,p:l.dataset.places.split(',').map(v=>v===''?null:+v)})),
    kept={};const at=e=>{const p=new DOMPoint(e.clientX,e.clientY).matrixTransform(svg.getScreenCTM().inverse());return p.y};
    const show=()=>lines.forEach(({l,p})=>l.classList.toggle('off',Object.entries(kept).some(([a,k])=>
    p[a]===null||p[a]<k.low||p[a]>k.high)));
    svg.querySelectorAll('.brush').forEach(b=>{const a=b.dataset.axis;let from=null,mark=null;
    const clear=()=>{if(kept[a]){kept[a].mark.remove();delete kept[a]}};
    b.addEventListener('pointerdown',e=>{clear();from=at(e);b.setPointerCapture(e.pointerId);mark=b.cloneNode();
    mark.setAttribute('class','kept');mark.setAttribute('height',0);svg.appendChild(mark)});
    b.addEventListener('pointermove',e=>{if(from===null)return;const to=at(e),low=Math.min(from,to),high=Math.max(from,to);
    mark.setAttribute('y',low);mark.setAttribute('height',high-low);kept[a]={low,high,mark};show()});
    b.addEventListener('pointerup',()=>{if(mark&&+mark.getAttribute('height')<3){mark.remove();delete kept[a]}
    from=null;show()})})}
    document.querySelectorAll('th').forEach(h=>h.addEventListener('click',()=>{const body=h.closest('table').tBodies[0],
    i=h.cellIndex,up=h.dataset.up!=='1';h.dataset.up=up?'1':'0';
    const key=r=>{const t=r.cells[i].textContent.trim(),n=parseFloat(t);return t===''?null:isNaN(n)?t:n};
    [...body.rows].sort((a,b)=>{const x=key(a),y=key(b);if(x===null||y===null)return(x===null)-(y===null);
    const c=typeof x==='number'&&typeof y==='number'?x-y:String(x).localeCompare(String(y));return up?c:-c})
    .forEach(r=>body.appendChild(r))}))})()
    """
}
