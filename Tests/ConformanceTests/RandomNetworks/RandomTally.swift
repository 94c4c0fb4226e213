import Foundation
import NetworkIR

/// What became of many recipes.
struct RandomTally: CustomStringConvertible {
  private(set) var drawn = 0
  private(set) var ran = 0
  private(set) var failed = 0
  private(set) var elements = 0
  private(set) var evaluated = 0
  private(set) var unevaluated = 0
  private var formats: [String: (drawn: Int, ran: Int, refused: Int)] = [:]
  private(set) var kinds: [RecipeOperation.Kind: (drawn: Int, ran: Int)] = [:]
  /// By format and kind.
  private var pairs: [String: (drawn: Int, ran: Int)] = [:]
  private var layers: [String: Int] = [:]
  /// Networks by stage and code.
  private var refusals: [String: Int] = [:]
  private var smallerMemories: [String: Int] = [:]
  private var pressure: [String: Int] = [:]
  private var machines: [String: Int] = [:]

  mutating func count(_ recipe: Recipe, _ outcome: RecipeOutcome) {
    drawn += 1
    let kinds = Set(recipe.nodes.map(\.operation.kind))
    formats[recipe.format.rawValue, default: (0, 0, 0)].drawn += 1
    for kind in kinds {
      self.kinds[kind, default: (0, 0)].drawn += 1
      pairs["\(kind.rawValue) in \(recipe.format.rawValue)", default: (0, 0)].drawn += 1
    }
    switch outcome {
    case .failed: failed += 1
    case .refused(let stage, let codes):
      formats[recipe.format.rawValue]?.refused += 1
      for code in codes { refusals["\(stage) \(code)", default: 0] += 1 }
    case .ran(let figures):
      ran += 1
      elements += figures.elements
      evaluated += figures.evaluated
      unevaluated += figures.unevaluated
      formats[recipe.format.rawValue]?.ran += 1
      for kind in kinds {
        self.kinds[kind]?.ran += 1
        pairs["\(kind.rawValue) in \(recipe.format.rawValue)"]?.ran += 1
      }
      for layer in figures.layers { layers[layer, default: 0] += 1 }
      for code in figures.refused { smallerMemories[code, default: 0] += 1 }
      count(figures, of: recipe)
    }
  }

  /// What was drawn often enough to say that it is never deployed: a kind of operation that none of 6 networks of a format
  /// ran with, and a format of whose networks less than half ran.
  var silent: [String] {
    let pairs = pairs.filter { $0.value.drawn >= 6 && $0.value.ran == 0 }.map(\.key)
    let formats = RecipeFormat.allCases.map(\.rawValue).filter { format in
      let count = self.formats[format] ?? (0, 0, 0)
      return count.ran * 2 < max(count.drawn, 1)
    }
    return pairs.sorted() + formats
  }

  private mutating func count(_ figures: RecipeFigures, of recipe: Recipe) {
    let properties = [
      ("several tiles", figures.isTiled), ("weights streamed", figures.isStreamed),
      ("activations striped", figures.isStriped), ("activations paged", figures.isPaged),
    ]
    for (name, holds) in properties where holds { pressure[name, default: 0] += 1 }
    machines["L1 \(recipe.machine.l1.rawValue)", default: 0] += 1
    machines["L2 \(recipe.machine.l2.rawValue)", default: 0] += 1
    machines["\(recipe.machine.cores) cores", default: 0] += 1
    machines["\(recipe.machine.chip.rawValue)", default: 0] += 1
    machines["built by \(RecipeCompiler(of: recipe).rawValue)", default: 0] += 1
    machines["objective \(recipe.machine.objective.rawValue)", default: 0] += 1
    if !recipe.machine.hasFlash { machines["no flash", default: 0] += 1 }
  }

  var description: String {
    let rows: [(String, String)] = [
      ("networks", "\(drawn): \(ran) ran, \(drawn - ran - failed) refused, \(failed) failed"),
      ("elements compared", "\(elements)"),
      ("codes of the reference evaluated again", "\(evaluated), not \(unevaluated)"),
      ("layers", "\(layers.values.reduce(0, +)): " + Self.list(layers)),
      (
        "formats, ran of drawn",
        formats.sorted { $0.key < $1.key }.map { "\($0) \($1.ran)/\($1.drawn)" }.joined(separator: ", ")
      ),
      (
        "operations, networks that ran of drawn",
        kinds.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.rawValue) \($1.ran)/\($1.drawn)" }
          .joined(separator: ", ")
      ),
      ("memory pressure, networks", Self.list(pressure)), ("machines, networks", Self.list(machines)),
      ("refused, networks", Self.list(refusals)), ("smaller memories refused, plans", Self.list(smallerMemories)),
    ]
    return rows.map { "\($0): \($1)" }.joined(separator: "\n")
  }

  private static func list(_ counts: [String: Int]) -> String {
    counts.sorted { $0.key < $1.key }.map { "\($0) \($1)" }.joined(separator: ", ")
  }
}
