extension PlanComparison {
  /// For people: a line a change, below a line for each layer, tensor or the like; nothing for equal plans.
  package var blocks: [TextBlock] {
    var blocks: [TextBlock] = []
    var heading = ""
    for change in changes {
      let title = Self.title(change)
      if title != heading {
        heading = title
        blocks.append(.line(title, emphasis: .strong))
      }
      blocks.append(.line("  \(Self.sentence(change))"))
    }
    return blocks
  }

  /// The same without emphasis.
  package var lines: [String] { blocks.plainLines }

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
