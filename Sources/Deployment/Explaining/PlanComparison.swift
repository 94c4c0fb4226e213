import Foundation
import Hardware
package import NetworkIR

/// What differs between two plans. Plans that say the same, whatever their digests, do not differ.
package struct PlanComparison: Sendable {
  /// One thing that differs.
  struct Change: Encodable, Equatable, Sendable {
    /// What it is said of.
    enum Subject: String, Encodable, Sendable {
      case plan, target, totals, solver, budget, layer, tensor
    }

    var subject: Subject
    /// Of the layer, tensor or level, with its number among those of that name from the second on; nil for the others.
    var name: String?
    /// What differs, in words or as the key of the plan.
    var what: String
    /// nil where the first plan has no such thing.
    var before: Value?
    /// nil where the second plan has no such thing.
    var after: Value?
  }

  /// A side of a change.
  enum Value: Encodable, Equatable, Sendable {
    case number(Int)
    case text(String)

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let number): try container.encode(number)
      case .text(let text): try container.encode(text)
      }
    }
  }

  /// In the order of a plan.
  private(set) var changes: [Change] = []

  /// Compares everything but the digests.
  package init(_ before: DeploymentPlan, _ after: DeploymentPlan) {
    compareHeads(before, after)
    compareLayers(before, after)
    compareTensors(before, after)
  }

  /// Whether the plans say the same.
  package var isEmpty: Bool { changes.isEmpty }

  /// For programs: `equal`, and every change with both sides.
  package func json() throws -> [UInt8] {
    struct Document: Encodable {
      var equal: Bool
      var changes: [Change]
    }
    return try JSONDocument.encode(Document(equal: isEmpty, changes: changes))
  }

  private mutating func compareHeads(_ before: DeploymentPlan, _ after: DeploymentPlan) {
    note(.plan, nil, "model", .text(before.model.name), .text(after.model.name))
    note(.plan, nil, "SHA-256 of the model", .text(before.model.sha256), .text(after.model.sha256))
    note(.plan, nil, "generator", .text(before.generator), .text(after.generator))
    note(.plan, nil, "version", .number(before.version), .number(after.version))
    note(.plan, nil, "objective", .text(before.objective.rawValue), .text(after.objective.rawValue))
    noteOrder("order of the budgets", before.budgets.map(\.level.rawValue), after.budgets.map(\.level.rawValue))
    noteOrder("order of the layers", before.layers.map(\.name), after.layers.map(\.name))
    noteOrder("order of the tensors", before.tensors.map(\.name), after.tensors.map(\.name))
    compareInitialTransfers(before.initialTransfers, after.initialTransfers)
    compareTargets(before.target, after.target)
    noteMembers(.totals, nil, before.totals, after.totals)
    noteMembers(.solver, nil, before.solver, after.solver)
    for pair in Self.pairs(before.budgets, after.budgets, by: { $0.level.rawValue }) {
      compareBudgets(pair)
    }
  }

  private mutating func compareBudgets(_ pair: Pair<MemoryBudget>) {
    let level = pair.label.words
    guard let first = pair.before, var rest = pair.after else {
      return noteMembers(.budget, level, pair.before, pair.after)
    }
    noteOrder("order of the items", first.items.map(\.name), rest.items.map(\.name), of: .budget, level)
    for item in Self.pairs(first.items, rest.items, by: { $0.name }) {
      note(
        .budget, level, "\(item.label.words) bytes", item.before.map { .number($0.bytes) },
        item.after.map { .number($0.bytes) })
    }
    rest.items = first.items
    noteMembers(.budget, level, first, rest)
  }

  /// What a target says twice is compared twice only where one of the two contradicts itself.
  private mutating func compareTargets(_ before: PlannedTarget, _ after: PlannedTarget) {
    noteMembers(.target, nil, before.figures, after.figures)
    guard before != PlannedTarget(before.figures) || after != PlannedTarget(after.figures) else { return }
    var rest = after
    rest.figures = before.figures
    noteMembers(.target, nil, before, rest)
  }

  private mutating func compareInitialTransfers(_ before: [L3Transfer], _ after: [L3Transfer]) {
    note(.plan, nil, "loaded before the first inference", Self.list(before), Self.list(after))
    for pair in Self.pairs(before, after, by: { $0.tensor }) {
      // The list has those that one plan alone has.
      guard let first = pair.before, var rest = pair.after else { continue }
      rest.bytes = first.bytes
      noteMembers(.plan, nil, first, rest, under: "initialTransfers[\(pair.label.words)]")
    }
  }

  private mutating func compareLayers(_ before: DeploymentPlan, _ after: DeploymentPlan) {
    for pair in Self.pairs(before.layers, after.layers, by: { $0.name }) {
      let name = pair.label.words
      guard let first = pair.before, let second = pair.after else {
        note(.layer, name, "layer", pair.before.map { .text($0.op) }, pair.after.map { .text($0.op) })
        continue
      }
      // At last whatever no aspect shows.
      var rest = second
      for aspect in LayerAspect.all where aspect.value(first) != aspect.value(second) {
        note(.layer, name, aspect.name, aspect.value(first), aspect.value(second))
        aspect.copy(first, &rest)
      }
      noteMembers(.layer, name, first, rest)
    }
  }

  private mutating func compareTensors(_ before: DeploymentPlan, _ after: DeploymentPlan) {
    for name in Self.union(before.tensors.map(\.name), after.tensors.map(\.name)) {
      let sides = [before, after].map { plan in plan.tensors.filter { $0.name == name } }
      let isMoved = sides[0].map(Residency.init) == sides[1].map(Residency.init)
      note(.tensor, name, isMoved ? "moved" : "residency", Self.list(sides[0]), Self.list(sides[1]))
      for (first, second) in zip(sides[0], sides[1]) {
        var rest = second
        (rest.level, rest.offset) = (first.level, first.offset)
        (rest.firstStep, rest.lastStep) = (first.firstStep, first.lastStep)
        noteMembers(.tensor, name, first, rest)
      }
    }
  }

  /// Where and when a tensor is, without its address.
  private struct Residency: Equatable {
    var level: MemoryLevel
    var steps: [Int]

    init(_ tensor: PlannedTensor) {
      level = tensor.level
      steps = [tensor.firstStep, tensor.lastStep]
    }
  }

  private mutating func note(
    _ subject: Change.Subject, _ name: String?, _ what: String, _ before: Value?, _ after: Value?
  ) {
    guard before != after else { return }
    changes.append(Change(subject: subject, name: name, what: what, before: before, after: after))
  }

  /// Puts down every number and text that differs below two values, with its path from `path` on.
  private mutating func noteMembers<Content: Encodable>(
    _ subject: Change.Subject, _ name: String?, _ before: Content?, _ after: Content?, under path: String = ""
  ) {
    let sides = [before, after].map { Self.leaves($0, under: path) }
    for key in Set(sides[0].keys).union(sides[1].keys).sorted() where sides[0][key] != sides[1][key] {
      note(subject, name, key, sides[0][key], sides[1][key])
    }
  }

  /// Puts down the first two things that both plans have, but in another order.
  private mutating func noteOrder(
    _ what: String, _ before: [String], _ after: [String], of subject: Change.Subject = .plan, _ name: String? = nil
  ) {
    let (first, second) = (Self.labels(before), Self.labels(after))
    let common = Set(first).intersection(second)
    let places = zip(first.filter { common.contains($0) }, second.filter { common.contains($0) })
    guard let place = places.first(where: { $0.0 != $0.1 }) else { return }
    let (one, other) = (place.0.words, place.1.words)
    note(subject, name, what, .text("\(one) before \(other)"), .text("\(other) before \(one)"))
  }

  /// What an element of a list is called, and how many before it are called the same.
  struct Label: Hashable {
    var name: String
    var earlier: Int

    var words: String { earlier == 0 ? name : "\(name) (\(earlier + 1))" }
  }

  /// An element of two lists; a side is nil where its list has no such element.
  struct Pair<Element> {
    var label: Label
    var before: Element?
    var after: Element?
  }

  private static func labels(_ names: [String]) -> [Label] {
    var counts: [String: Int] = [:]
    return names.map { name in
      let earlier = counts[name, default: 0]
      counts[name] = earlier + 1
      return Label(name: name, earlier: earlier)
    }
  }

  /// Elements of the same name belong together, the first with the first, the second with the second.
  static func pairs<Element>(
    _ before: [Element], _ after: [Element], by name: (Element) -> String
  ) -> [Pair<Element>] {
    let (first, second) = (labels(before.map(name)), labels(after.map(name)))
    let firstElements = Dictionary(uniqueKeysWithValues: zip(first, before))
    let secondElements = Dictionary(uniqueKeysWithValues: zip(second, after))
    return union(first, second).map { label in
      Pair(label: label, before: firstElements[label], after: secondElements[label])
    }
  }

  /// Names of both, in the order of the first, then those that only the second has.
  private static func union<Name: Hashable>(_ first: [Name], _ second: [Name]) -> [Name] {
    var known: Set<Name> = []
    return (first + second).filter { known.insert($0).inserted }
  }

  private static func list(_ transfers: [L3Transfer]) -> Value {
    .text(transfers.isEmpty ? "nothing" : transfers.map { "\($0.tensor) \($0.bytes) B" }.joined(separator: ", "))
  }

  private static func list(_ entries: [PlannedTensor]) -> Value? {
    guard !entries.isEmpty else { return nil }
    return .text(
      entries.map { "\($0.level.rawValue) at \($0.offset) in steps \($0.firstStep) to \($0.lastStep)" }
        .joined(separator: ", "))
  }

  /// Every number and text of a value by its path, which starts with `path`.
  private static func leaves(_ content: (some Encodable)?, under path: String) -> [String: Value] {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "infinity", negativeInfinity: "-infinity", nan: "nan")
    guard let content, let data = try? encoder.encode(content),
      let document = try? JSONDecoder().decode(JSONValue.self, from: data)
    else { return [:] }
    var leaves: [String: Value] = [:]
    collect(document, path: path, into: &leaves)
    return leaves
  }

  private static func collect(_ value: JSONValue, path: String, into leaves: inout [String: Value]) {
    switch value {
    case .object(let members) where members.isEmpty: leaves[path] = .text("empty")
    case .array(let elements) where elements.isEmpty: leaves[path] = .text("empty")
    case .object(let members):
      for (key, member) in members { collect(member, path: path.isEmpty ? key : "\(path).\(key)", into: &leaves) }
    case .array(let elements):
      for (index, element) in elements.enumerated() { collect(element, path: "\(path)[\(index)]", into: &leaves) }
    case .integer(let number): leaves[path] = .number(number)
    case .text(let text): leaves[path] = .text(text)
    case .number, .boolean, .null: leaves[path] = .text(value.kind)
    }
  }
}
