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
    /// Of the layer, tensor or level; nil for the others.
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
    noteMembers(.target, nil, before.target.figures, after.target.figures)
    // What the target says twice is compared twice only where it contradicts itself.
    if before.target.figures == after.target.figures { noteMembers(.target, nil, before.target, after.target) }
    noteMembers(.totals, nil, before.totals, after.totals)
    noteMembers(.solver, nil, before.solver, after.solver)
    for level in Self.union(before.budgets.map(\.level), after.budgets.map(\.level)) {
      let sides = [before, after].map { plan in plan.budgets.first { $0.level == level } }
      noteMembers(.budget, level.rawValue, sides[0], sides[1])
    }
    let (first, second) = (Self.list(before.initialTransfers), Self.list(after.initialTransfers))
    note(.plan, nil, "loaded before the first inference", first, second)
    if first == second {
      noteMembers(.plan, nil, before.initialTransfers, after.initialTransfers, under: "initialTransfers")
    }
  }

  private mutating func compareLayers(_ before: DeploymentPlan, _ after: DeploymentPlan) {
    for name in Self.union(before.layers.map(\.name), after.layers.map(\.name)) {
      let sides = [before, after].map { plan in plan.layers.first { $0.name == name } }
      guard let first = sides[0], let second = sides[1] else {
        note(.layer, name, "layer", sides[0].map { .text($0.op) }, sides[1].map { .text($0.op) })
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
