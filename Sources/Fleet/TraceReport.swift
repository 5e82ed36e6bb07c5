internal import Essentials
internal import Foundation
internal import Storage

/// The timeline of a run as one HTML file that needs nothing else: a row for each worker, a bar for each attempt.
package enum TraceReport {
  /// Bars beyond this number make browsers slow; the page says how many are left out.
  static let mostAttempts = 50_000

  static func path(in directory: RunDirectory) -> String { "\(directory.path)/trace.html" }

  /// Writes the page; without a trace there is none.
  static func write(from trace: String, to path: String) {
    guard let data = FileManager.default.contents(atPath: trace), let page = page(String(decoding: data, as: UTF8.self))
    else { return }
    try? FileSystem.writeAtomically(Data(page.utf8), to: path)
  }

  /// One bar; short names keep the page small.
  private struct Bar: Encodable {
    var t: String
    var s: Int
    var n: Int
    var w: Int
    var b: Double
    var d: Double
    var o: String
    var m: Int
    var c: String?
  }

  private struct Content: Encodable {
    var stages: [String] = []
    var workers: [String] = []
    var bars: [Bar] = []
    var omitted = 0
  }

  package static func page(_ csv: String) -> String? {
    let lines = csv.split(separator: "\n").dropFirst()
    guard !lines.isEmpty else { return nil }
    var content = Content()
    content.omitted = max(0, lines.count - mostAttempts)
    var stages: [String: Int] = [:], workers: [String: Int] = [:]
    func place(_ name: String, _ places: inout [String: Int], _ names: inout [String]) -> Int {
      if let place = places[name] { return place }
      places[name] = names.count
      names.append(name)
      return names.count - 1
    }
    for line in lines.suffix(mostAttempts) {
      let fields = AttemptTrace.fields(line)
      guard fields.count == 10, let began = Double(fields[5]), let seconds = Double(fields[6]) else { continue }
      let worker = fields[4].isEmpty ? fields[3] : "\(fields[3]) on \(fields[4])"
      content.bars.append(
        Bar(
          t: fields[0], s: place(fields[1], &stages, &content.stages), n: Int(fields[2]) ?? 0,
          w: place(worker, &workers, &content.workers), b: began, d: seconds, o: fields[7], m: Int(fields[8]) ?? 0,
          c: fields[9].isEmpty ? nil : fields[9]))
    }
    guard let json = try? CanonicalJSON.encode(content) else { return nil }
    // Inside a script element only this sequence would end it.
    let safe = String(decoding: json, as: UTF8.self).replacing("</", with: "<\\/")
    return template.replacing("@CONTENT@", with: safe)
  }

  private static let template = """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8"><title>Clava: attempts of a run</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <style>
    :root { color-scheme: light dark; --line: #8884; --text: #222; --back: #fff; }
    @media (prefers-color-scheme: dark) { :root { --text: #ddd; --back: #181818; } }
    body { font: 14px/1.4 system-ui, sans-serif; margin: 1rem; color: var(--text); background: var(--back); }
    h1 { font-size: 1.1rem; margin: 0 0 .3rem; } p { margin: .2rem 0 .6rem; }
    #legend span { display: inline-block; margin-right: 1rem; }
    #legend i { display: inline-block; width: .8em; height: .8em; margin-right: .3em; border-radius: 2px; }
    #frame { overflow-y: auto; max-height: 78vh; border: 1px solid var(--line); }
    canvas { display: block; cursor: crosshair; }
    #tip { position: fixed; pointer-events: none; background: var(--back); border: 1px solid var(--line);
      padding: .3rem .5rem; max-width: 40rem; display: none; white-space: pre-line; }
    </style></head><body>
    <h1>Attempts of the run</h1>
    <p id="facts"></p><p id="legend"></p>
    <p>Turn the wheel over the picture to zoom, drag to move, click twice to see everything.</p>
    <div id="frame"><canvas></canvas></div><div id="tip"></div>
    <script>
    const data = @CONTENT@;
    const bars = data.bars, row = 18, left = 190, head = 22;
    const start = bars.reduce((a, x) => Math.min(a, x.b), Infinity);
    const end = bars.reduce((a, x) => Math.max(a, x.b + x.d), -Infinity);
    const hue = s => `hsl(${(s * 137.5 + 210) % 360} 55% 55%)`;
    const colour = x => x.o === "failed" ? "#d0342c" : x.o === "returned" ? "#999" : hue(x.s);
    const say = s => s < 60 ? s.toFixed(s < 10 ? 2 : 0) + " s" : s < 3600 ? (s / 60).toFixed(1) + " min"
      : (s / 3600).toFixed(2) + " h";
    const text = (id, t) => document.getElementById(id).textContent = t;
    const failed = bars.filter(x => x.o === "failed").length;
    text("facts", `${bars.length} attempts on ${data.workers.length} workers in ${say(end - start)}, ${failed} failed`
      + (data.omitted ? `; ${data.omitted} earlier ones are left out` : ""));
    const legend = document.getElementById("legend");
    [...data.stages.map((n, i) => [n, hue(i)]), ["failed", "#d0342c"], ["given back", "#999"]].forEach(([n, c]) => {
      const e = document.createElement("span"), i = document.createElement("i");
      i.style.background = c; e.append(i, n); legend.append(e);
    });
    const canvas = document.querySelector("canvas"), g = canvas.getContext("2d"), tip = document.getElementById("tip");
    const frame = document.getElementById("frame");
    let from = start, to = Math.max(end, start + 1e-3), width = 0;
    const x = t => left + (t - from) / (to - from) * (width - left);
    function draw() {
      const scale = devicePixelRatio || 1, height = head + row * data.workers.length + 4;
      width = frame.clientWidth;
      canvas.width = width * scale; canvas.height = height * scale;
      canvas.style.width = width + "px"; canvas.style.height = height + "px";
      g.setTransform(scale, 0, 0, scale, 0, 0);
      g.clearRect(0, 0, width, height);
      const ink = getComputedStyle(document.body).color;
      g.font = "12px system-ui, sans-serif"; g.fillStyle = ink; g.strokeStyle = "#8884";
      for (let i = 0; i <= 8; i++) {
        const t = from + (to - from) * i / 8;
        g.beginPath(); g.moveTo(x(t), head - 4); g.lineTo(x(t), height); g.stroke();
        g.textAlign = i === 8 ? "right" : "left"; g.fillText(say(t - start), x(t), 12);
      }
      g.textAlign = "left";
      data.workers.forEach((w, i) => g.fillText(w.slice(0, 28), 4, head + i * row + 13));
      g.save(); g.beginPath(); g.rect(left, head, width - left, height); g.clip();
      for (const b of bars) {
        if (b.b + b.d < from || b.b > to) continue;
        g.fillStyle = colour(b);
        g.fillRect(x(b.b), head + b.w * row + 2, Math.max(1, x(b.b + b.d) - x(b.b) - .5), row - 4);
      }
      g.restore();
    }
    const time = e => from + (e.offsetX - left) / (width - left) * (to - from);
    canvas.addEventListener("wheel", e => {
      e.preventDefault();
      const t = Math.max(from, time(e)), f = e.deltaY < 0 ? .8 : 1.25;
      from = Math.max(start, t - (t - from) * f); to = Math.min(end, t + (to - t) * f); draw();
    }, { passive: false });
    canvas.addEventListener("dblclick", () => { from = start; to = end; draw(); });
    canvas.addEventListener("mousemove", e => {
      if (e.buttons) {
        const d = -e.movementX / (width - left) * (to - from);
        if (from + d >= start && to + d <= end) { from += d; to += d; draw(); }
        return;
      }
      const t = time(e), w = Math.floor((e.offsetY - head) / row), slack = (to - from) / (width - left) * 2;
      const b = bars.findLast(b => b.w === w && t >= b.b - slack && t <= b.b + b.d + slack);
      tip.style.display = b ? "block" : "none";
      if (!b) return;
      tip.style.left = Math.min(e.clientX + 12, innerWidth - 320) + "px"; tip.style.top = e.clientY + 14 + "px";
      tip.textContent = `${b.t}, attempt ${b.n}\\n${data.stages[b.s]}, ${b.o}, ${say(b.d)} from ${say(b.b - start)}`
        + (b.m ? `\\n${(b.m / 1048576).toFixed(0)} MiB` : "") + (b.c ? "\\n" + b.c : "");
    });
    canvas.addEventListener("mouseleave", () => tip.style.display = "none");
    addEventListener("resize", draw); draw();
    </script></body></html>

    """
}
