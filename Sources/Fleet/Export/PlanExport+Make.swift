internal import TaskGraph

extension PlanExport {
  /// A Makefile with a target for each task: `make -f FILE -j N`.
  public var makefile: String {
    let numbers = Dictionary(uniqueKeysWithValues: plan.tasks.enumerated().map { ($1.id, $0) })
    var lines = [
      "# \(title)",
      "#   make -f FILE -j 8",
      "# Tasks that are done are not repeated, so the command can be given again after a failure.",
      "",
      "CLAVA ?= \(Self.text(ShellText.word(program)))",
      "RUN ?= \(Self.text(ShellText.word(run)))",
      "",
      ".PHONY: publish \(plan.tasks.indices.map { "t\($0)" }.joined(separator: " "))",
      "",
      "publish: \(plan.tasks.indices.map { "t\($0)" }.joined(separator: " "))",
      "\tcd \(Self.text(ShellText.word(workingFolder))) && $(CLAVA) run $(RUN)/config.yaml --out $(RUN) --quiet",
      "",
    ]
    for (number, task) in plan.tasks.enumerated() {
      var sources: [Int] = []
      for input in task.inputs {
        if let source = numbers[input.task], !sources.contains(source) { sources.append(source) }
      }
      lines.append("t\(number):\(sources.map { " t\($0)" }.joined())")
      lines.append("\t$(CLAVA) run-task --run $(RUN) --task \(Self.text(ShellText.word(task.id.name)))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Make takes a dollar sign for a variable.
  private static func text(_ text: String) -> String { text.replacing("$", with: "$$") }
}
