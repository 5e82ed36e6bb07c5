/// The style sheet of the page: colours, type and arrangement.
enum PageStyle {
  static var markup: Markup {
    Markup("style") {
      Markup.constant(":root {")
      lightColours
      Markup.constant("color-scheme: light }\n@media (prefers-color-scheme: dark) { :root {")
      darkColours
      Markup.constant("color-scheme: dark } }\n:root:has(#theme-light:checked) {")
      lightColours
      Markup.constant("color-scheme: light }\n:root:has(#theme-dark:checked) {")
      darkColours
      Markup.constant("color-scheme: dark }\n")
      base
      navigation
      components
      DrawingStyle.markup
    }
  }

  /// Real is blue and synthetic orange everywhere; grades run from teal to magenta over grey, which people with any
  /// colour deficiency tell apart. Grade n has a ground (`--gn`) and a strong colour (`--cn`).
  private static let lightColours = Markup.constant(
    """
    --paper:#f6f5f1; --card:#fff; --ink:#1b1f24; --soft:#5a6169; --line:#e2dfd8; --accent:#1f5582;
    --real:#2468ae; --synthetic:#c85a00; --holdout:#6f757d;
    --g5:#cfe9e2; --c5:#0f7565; --g4:#e1f1ec; --c4:#4b9d8c; --g3:#efeddf; --c3:#9b9062; --g2:#f6e1ed; --c2:#c26aa0;
    --g1:#efcbe0; --c1:#96276d; --g0:#ebeae6; --c0:#8b8f94;
    --k0:#2468ae; --k1:#d9820f; --k2:#0f8f74; --k3:#c26aa0; --k4:#57b0e0; --k5:#c94a17; --k6:#c9b62f; --k7:#8b8f94;
    """)
  private static let darkColours = Markup.constant(
    """
    --paper:#111417; --card:#1a1e23; --ink:#e8e6e1; --soft:#a2a8b0; --line:#2d3239; --accent:#8dbbe8;
    --real:#67a9ee; --synthetic:#f39a42; --holdout:#9aa0a8;
    --g5:#123b33; --c5:#48c0a8; --g4:#193430; --c4:#3f9a89; --g3:#35332a; --c3:#ada277; --g2:#40283a; --c2:#d684b8;
    --g1:#52203f; --c1:#ee72bd; --g0:#2a2e33; --c0:#80868d;
    --k0:#5a9be0; --k1:#e9a23b; --k2:#35b396; --k3:#d684b8; --k4:#8fcdf0; --k5:#e5733f; --k6:#e0d060; --k7:#80868d;
    """)

  private static let base = Markup.constant(
    """
    *,*::before,*::after { box-sizing:border-box }
    html { scroll-padding-top:7.5rem; -webkit-text-size-adjust:100% }
    body { margin:0; background:var(--paper); color:var(--ink);
      font:16px/1.55 Inter,ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
      font-feature-settings:"tnum","cv11"; overflow-wrap:break-word }
    main { max-width:1240px; margin:0 auto; padding:1.25rem 1.25rem 5rem }
    h1,h2,h3,h4 { line-height:1.2; letter-spacing:-.012em; font-weight:650; margin:0; text-wrap:balance }
    h2 { font-size:1.9rem; margin:.6rem 0 .3rem } h3 { font-size:1.2rem; margin:2.6rem 0 .8rem }
    h4 { font-size:.98rem; margin:1.4rem 0 .5rem }
    p { margin:.5rem 0 } small { font-size:.8rem; color:var(--soft); font-weight:400 }
    a { color:var(--accent); text-decoration-thickness:1px; text-underline-offset:.18em }
    a:focus-visible,button:focus-visible,input:focus-visible,summary:focus-visible,.pan:focus-visible {
      outline:3px solid var(--accent); outline-offset:2px; border-radius:4px }
    .lead { font-size:1.28rem; line-height:1.4; max-width:48rem; letter-spacing:-.008em; text-wrap:pretty }
    .prose { max-width:46rem; text-wrap:pretty } .soft { color:var(--soft); font-size:.86rem; max-width:46rem }
    .remark { border-left:3px solid var(--c2); padding:.15rem 0 .15rem .9rem; max-width:46rem }
    .unseen { position:absolute; width:1px; height:1px; overflow:hidden; clip-path:inset(50%); white-space:nowrap }
    thead.unseen { display:block } html:not(.js) .js { display:none }
    pre { overflow-x:auto; background:var(--card); border:1px solid var(--line); border-radius:10px; padding:1rem;
      font:.82rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace }
    summary { cursor:pointer; margin:1.6rem 0 .6rem; font-weight:600 }

    """)

  private static let navigation = Markup.constant(
    """
    header { position:sticky; top:0; z-index:5; background:var(--paper); border-bottom:1px solid var(--line) }
    .top,nav { max-width:1240px; margin:0 auto; padding:0 1.25rem }
    .top { display:flex; justify-content:space-between; align-items:center; gap:1rem; padding-top:.7rem }
    h1 { font-size:1.3rem; overflow:hidden; text-overflow:ellipsis; display:-webkit-box; -webkit-line-clamp:2;
      -webkit-box-orient:vertical }
    h1 small { display:block; letter-spacing:.01em; margin-bottom:.1rem }
    nav { display:flex; gap:.15rem; overflow-x:auto; scrollbar-width:none; padding-top:.35rem }
    nav a { padding:.45rem .7rem .5rem; color:var(--soft); text-decoration:none; white-space:nowrap; font-size:.92rem;
      border-bottom:2.5px solid transparent }
    nav a:first-child { margin-left:-.7rem } nav a:hover { color:var(--ink) }
    .theme { border:1px solid var(--line); border-radius:99px; padding:2px; margin:0; display:flex; flex:none;
      background:var(--card); font-size:.78rem }
    .theme input { position:absolute; opacity:0; width:0 } .theme span { padding:.2rem .6rem; border-radius:99px;
      display:block; cursor:pointer; color:var(--soft) }
    .theme input:checked+span { background:var(--ink); color:var(--paper) }
    .theme input:focus-visible+span { outline:3px solid var(--accent); outline-offset:2px }
    @supports selector(:has(a)) {
      main>section { display:none }
      main>section:target,main>section:has(:target) { display:block }
      body:not(:has(main>section:target)):not(:has(main>section :target)) #overview { display:block }
      body:has(#overview:target) nav a[href="#overview"],body:not(:has(main :target)) nav a[href="#overview"],
      body:has(#tables:target,.table:target) nav a[href="#tables"],body:has(#worst:target) nav a[href="#worst"],
      body:has(#structure:target) nav a[href="#structure"],body:has(#temporal:target) nav a[href="#temporal"],
      body:has(#integrity:target) nav a[href="#integrity"],body:has(#detection:target) nav a[href="#detection"],
      body:has(#utility:target) nav a[href="#utility"],body:has(#privacy:target) nav a[href="#privacy"],
      body:has(#run:target) nav a[href="#run"],body:has(#notes:target) nav a[href="#notes"] {
        color:var(--ink); border-color:var(--synthetic); font-weight:600 }
    }
    @media print { main>section { display:block !important } header { position:static } .theme,.tools { display:none } }
    @media (max-width:600px) {
      body { font-size:15px } main { padding:1rem 1rem 4rem } .top,nav { padding-left:1rem; padding-right:1rem }
      .lead { font-size:1.12rem } h2 { font-size:1.6rem } h1 { font-size:1.1rem } .theme span { padding:.2rem .45rem }
    }

    """)

  private static let components = Markup.constant(
    """
    .card { background:var(--card); border:1px solid var(--line); border-radius:12px; padding:1rem 1.1rem; min-width:0 }
    .card h3,.card h4 { margin:0 0 .35rem; font-size:.95rem } .card p { margin:.3rem 0 }
    .cards { display:grid; gap:.9rem; grid-template-columns:repeat(auto-fill,minmax(min(100%,235px),1fr)); margin:1.1rem 0 }
    .card .big { font-size:2.2rem; font-weight:650; letter-spacing:-.03em; line-height:1.15; margin:.1rem 0 .35rem }
    .card .big small { letter-spacing:0 } .verdict { font-weight:600; font-size:.92rem }
    .track { position:relative; height:7px; border-radius:4px; background:var(--g0); margin:.5rem 0 .6rem }
    .track i { display:block; height:100%; border-radius:4px; background:var(--c) }
    .track b { position:absolute; top:-4px; width:2.5px; height:15px; margin-left:-1px; background:var(--ink);
      border-radius:2px }
    .s5 { --g:var(--g5); --c:var(--c5) } .s4 { --g:var(--g4); --c:var(--c4) } .s3 { --g:var(--g3); --c:var(--c3) }
    .s2 { --g:var(--g2); --c:var(--c2) } .s1 { --g:var(--g1); --c:var(--c1) }
    .s0,.copied { --g:var(--g0); --c:var(--c0) }
    .chip { display:inline-block; min-width:3.3em; padding:.06em .5em; border-radius:6px; background:var(--g);
      text-align:right; font-size:.88rem; font-weight:600; font-variant-numeric:tabular-nums; white-space:nowrap;
      border-left:3px solid var(--c) }
    .chip.best { outline:2px solid var(--ink) } .chip.s0 { font-weight:400 }
    .why { color:var(--soft); font-size:.82rem; margin-left:.35rem }
    .legend { display:flex; flex-wrap:wrap; gap:.3rem 1rem; color:var(--soft); font-size:.82rem; margin:.4rem 0 .8rem }
    .swatch { display:inline-block; width:.85em; height:.85em; border-radius:3px; margin-right:.4em; background:var(--c);
      border:1.5px solid var(--c); vertical-align:-.08em }
    .swatch.real { --c:var(--real) } .swatch.synthetic { --c:var(--synthetic) }
    .swatch.holdout { --c:var(--holdout); background:none; border-style:dashed }
    .scroll { overflow-x:auto; margin:.4rem 0 1rem }
    table.figures { border-collapse:collapse; font-size:.9rem; min-width:min(100%,34rem) }
    .figures th,.figures td { padding:.42rem 1.1rem .42rem 0; text-align:left; border-bottom:1px solid var(--line);
      vertical-align:top; font-weight:400 }
    .figures thead th { color:var(--soft); font-size:.8rem; vertical-align:bottom; white-space:nowrap }
    .figures tbody th { font-weight:550; min-width:8rem } .figures tbody th small { display:block; max-width:26rem }
    .figures td small { margin-left:.4rem; white-space:nowrap } .figures .number { text-align:right;
      font-variant-numeric:tabular-nums }
    .figures td.note { color:var(--soft); font-size:.82rem; min-width:14rem; max-width:28rem }
    td.real { color:var(--real) } td.synthetic { color:var(--synthetic) }
    .card.first { border-width:2px; border-color:var(--ink) }
    .cards.sections { grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr)) }
    .tally { width:100%; border-collapse:collapse; font-size:.88rem } .tally th { font-weight:400; text-align:left;
      padding:.2rem .5rem .2rem 0 } .tally td { text-align:right; white-space:nowrap; padding:.2rem 0 .2rem .4rem }
    .tally thead th { color:var(--soft); font-size:.76rem } .tally thead th:nth-child(n+2) { text-align:right; padding-right:0 }
    .js .sortable thead th { cursor:pointer } th[aria-sort=ascending]::after { content:" ↑" }
    th[aria-sort=descending]::after { content:" ↓" } .figures .copied { background:none }
    .plots { display:grid; gap:.9rem; grid-template-columns:repeat(auto-fill,minmax(min(100%,290px),1fr)) }
    .pairs { display:grid; gap:.9rem; grid-template-columns:repeat(auto-fill,minmax(min(100%,560px),1fr)) }
    .lists { display:grid; gap:.9rem; grid-template-columns:repeat(auto-fill,minmax(min(100%,420px),1fr)) }
    .lists ol { margin:.4rem 0 0; padding-left:1.3rem } .lists li { margin:.3rem 0; padding-left:.2rem }
    .plot .measure,.pair .measure { display:flex; gap:.6rem; align-items:baseline; flex-wrap:wrap; margin-bottom:.6rem }
    .facts { display:flex; flex-wrap:wrap; gap:.5rem 2.2rem; margin:.6rem 0 1rem } .facts dt { color:var(--soft);
      font-size:.8rem } .facts dd { margin:0 }
    .crumb { font-size:.88rem; margin-bottom:0 } .rest .chip { margin-right:.7rem } .rest { font-size:.9rem }
    input[type=search] { font:inherit; padding:.35rem .7rem; border:1px solid var(--line); border-radius:8px;
      background:var(--card); color:var(--ink) }
    button { font:inherit; font-size:.9rem; min-width:2.2rem; padding:.2rem .6rem; border:1px solid var(--line);
      border-radius:8px; background:var(--card); color:var(--ink); cursor:pointer }
    #tip { position:fixed; z-index:9; pointer-events:none; background:var(--ink); color:var(--paper); font-size:.8rem;
      line-height:1.4; padding:.4rem .6rem; border-radius:7px; max-width:19rem; white-space:pre-line }
    @media (max-width:600px) {
      .cards { grid-template-columns:repeat(auto-fill,minmax(min(100%,150px),1fr)); gap:.6rem } .card .big { font-size:1.7rem }
      .cards .card { padding:.75rem .8rem } .cards.sections { grid-template-columns:1fr } .card .meaning { display:none } }

    """)
}
