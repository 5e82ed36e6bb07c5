/// The style sheet of plots and drawings.
enum DrawingStyle {
  static let markup = Markup.constant(
    """
    svg text { fill:var(--ink); font-family:inherit }
    .histogram { display:block; width:100%; height:110px; overflow:visible; border-bottom:1px solid var(--line) }
    .histogram path { vector-effect:non-scaling-stroke; fill:none }
    .histogram .area { fill:var(--real); fill-opacity:.28; stroke:var(--real); stroke-width:1 }
    .line { stroke-width:2; stroke-linejoin:round } .line.synthetic { stroke:var(--synthetic) }
    .line.holdout { stroke:var(--holdout); stroke-width:1.5; stroke-dasharray:3 3 } .line.ink { stroke:var(--c5) }
    .axis { display:flex; justify-content:space-between; color:var(--soft); font-size:.76rem; margin-top:.2rem }
    .bars { border-collapse:collapse; width:100%; font-size:.82rem; table-layout:fixed }
    .bars col:first-child { width:36% } .bars col:nth-child(n+3) { width:3.4em }
    .bars th { text-align:left; font-weight:400; white-space:nowrap; overflow:hidden; text-overflow:ellipsis;
      padding:0 .5rem 0 0 } .bars th.rest { color:var(--soft); font-style:italic }
    .bars td { padding:2px 0; line-height:1.2 } .bars td i { display:block; height:5px; border-radius:0 3px 3px 0;
      min-width:1px } .bars td i.real { background:var(--real); margin-bottom:1px }
    .bars td i.synthetic { background:var(--synthetic) }
    .bars td:nth-child(n+3) { text-align:right; font-variant-numeric:tabular-nums; font-size:.78rem }
    .maps { display:flex; flex-wrap:wrap; gap:.5rem .7rem } .maps figure { margin:0; max-width:100% }
    .maps figcaption { font-size:.8rem; color:var(--soft) } .maps figure:first-child figcaption { padding-left:4.9rem }
    .map { display:block; max-width:100%; height:auto } .map .ground { fill:var(--g0); fill-opacity:.45 }
    .labels text { font-size:10px; fill:var(--soft) }
    .map path.real { fill:var(--real) } .map path.synthetic { fill:var(--synthetic) }
    .o1 { fill-opacity:.1 } .o2 { fill-opacity:.2 } .o3 { fill-opacity:.32 } .o4 { fill-opacity:.45 }
    .o5 { fill-opacity:.58 } .o6 { fill-opacity:.72 } .o7 { fill-opacity:.86 } .o8 { fill-opacity:1 }
    .scale .base { stroke:var(--line); stroke-width:2 } .scale .holdout { stroke:var(--holdout); stroke-width:2.5 }
    .scale .real { fill:var(--real) } .scale .synthetic { fill:var(--synthetic) }
    .matrix text { font-size:11px } .matrix .name { font-size:12px } .matrix rect { fill:var(--g) }
    .matrix g text { fill:var(--ink) } .matrix .single rect { stroke:var(--c); stroke-width:1.5 }
    .graph { position:relative } .tools { position:absolute; right:.7rem; top:.7rem; z-index:2; display:flex; gap:.3rem }
    .pan { overflow:auto; max-height:76vh; background:var(--card); border:1px solid var(--line); border-radius:12px;
      padding:.6rem; text-align:center }
    .node rect { fill:var(--g); stroke:var(--line) } .node .stripe { stroke:var(--c); stroke-width:4; stroke-linecap:round }
    .node text { font-size:13px; font-weight:600 } .node .figure { font-size:11.5px; font-weight:500 }
    .node .rows { font-size:11px; font-weight:400; fill:var(--soft) } .node.copied rect { stroke-dasharray:4 3;
      stroke:var(--c) }
    .node:hover rect,.node:focus-visible rect { stroke:var(--ink); stroke-width:1.5 } .node:focus { outline:none }
    .edge { fill:none; stroke:var(--c); stroke-width:2; stroke-opacity:.75 } .edge:hover { stroke-width:4 }
    .dim .edge { stroke-opacity:.12 } .dim .edge.on { stroke-opacity:1; stroke-width:3 }
    .dim .node { opacity:.35 } .dim .node.on { opacity:1 }
    .timeline { display:block; width:100%; min-width:640px } .timeline text { font-size:12px; fill:var(--soft) }
    .timeline rect { fill:var(--k); rx:2px } .k0 { --k:var(--k0) } .k1 { --k:var(--k1) } .k2 { --k:var(--k2) }
    .k3 { --k:var(--k3) } .k4 { --k:var(--k4) } .k5 { --k:var(--k5) } .k6 { --k:var(--k6) } .k7 { --k:var(--k7) }
    .swatch[class*=" k"] { background:var(--k); border-color:var(--k) }
    @media (max-width:600px) { .pan { max-height:62vh; text-align:left } }

    """)
}
