extension PlanComparison {
  /// For people: a line a change, below a line for each layer, tensor or the like; nothing for equal plans.
  package var lines: [String] {
    var lines: [String] = []
    var heading = ""
    for change in changes {
      let title = Self.title(change)
      if title != heading {
        heading = title
        lines.append(title)
      }
      lines.append("  \(Self.sentence(change))")
    }
    return lines
  }

  private static func title(_ change: Change) -> String {
    change.subject.rawValue + (change.name.map { " \($0)" } ?? "")
  }

  private static func sentence(_ change: Change) -> String {
    switch (change.before, change.after) {
    case (nil, let after?): "\(change.what): only in the second, \(words(after))"
    case (let before?, nil): "\(change.what): only in the first, \(words(before))"
    case (.number(let before)?, .number(let after)?):
      "\(change.what): \(before) -> \(after)" + (before != 0 ? " (\(Figures.change(after, from: before)))" : "")
    case (let before?, let after?): "\(change.what): \(words(before)) -> \(words(after))"
    case (nil, nil): change.what
    }
  }

  private static func words(_ value: Value) -> String {
    switch value {
    case .number(let number): "\(number)"
    case .text(let text): text.isEmpty ? "''" : text
    }
  }
}
