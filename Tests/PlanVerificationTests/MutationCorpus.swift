import NetworkIR

/// A plan's JSON with one thing changed.
struct Mutant {
  /// Path with indices replaced by `*`, as `layers.*.tile.height`.
  var field: String
  /// What was done: `+1`, `swap`, `drop` ...
  var change: String
  var path: [JSONTree.Key]
  var tree: JSONTree

  var description: String { "\(path.map(\.description).joined(separator: ".")) \(change)" }

  /// The changed plan; throws where it cannot be read. Of a change inside one layer or tensor only that is read again.
  func applied(to plan: DeploymentPlan) throws -> DeploymentPlan {
    var plan = plan
    if path.first == .name("target"), let part = tree.part(at: path[..<1]) {
      plan.target = try part.decoded(as: PlannedTarget.self)
      return plan
    }
    guard path.count > 2, case .index(let index) = path[1], let part = tree.part(at: path[..<2]) else {
      return try tree.decoded(as: DeploymentPlan.self)
    }
    switch path[0] {
    case .name("layers"): plan.layers[index] = try part.decoded(as: PlannedLayer.self)
    case .name("tensors"): plan.tensors[index] = try part.decoded(as: PlannedTensor.self)
    default: plan = try tree.decoded(as: DeploymentPlan.self)
    }
    return plan
  }
}

/// Systematic changes of every number, word and list of a plan.
struct MutationCorpus {
  private(set) var mutants: [Mutant] = []

  /// The values of the plan's enumerations, by the value found: each is replaced by each other of its kind.
  private static let words: [[String]] = [
    ["l1", "l2", "l3", "flash"], ["full", "weightsStreamed", "activationsStriped", "bothStreamed"],
    ["weightStationary", "inputStationary"], ["rows", "pixels", "channels", "grid"], ["before", "during"],
    ["plain", "interleaved", "columns"],
    ["pageIn", "pageOut", "weights"], ["input", "output", "activation", "weights"],
    ["int2", "uint2", "int4", "uint4", "int8", "uint8", "int16", "uint16", "int32"],
    ["rq32", "rq32c", "rqh", "rq64", "rq64s", "rq64x", "rq64t", "thr"],
    ["input0", "input1", "weights", "parameters", "output", "accumulator", "scratch"],
    ["latency", "cold", "memory"], ["optimal", "feasible"],
    [
      "convolution", "depthwiseConvolution", "fullyConnected", "addition", "multiplication", "maximum", "minimum",
      "pairwise", "maxPool", "averagePool", "sumPool", "rescale", "lookup", "softmax", "tableSoftmax",
      "argumentMaximum", "matrixProduct", "movement",
    ],
  ]

  init(of tree: JSONTree) {
    tree.forEachPart { path, part in
      switch part {
      case .null: break
      case .boolean(let value): add(tree, path, "not") { _ in .boolean(!value) }
      case .integer(let value): addNumbers(tree, path, value)
      case .number(let value):
        add(tree, path, "*2") { _ in .number(value * 2) }
        add(tree, path, "zero") { _ in .number(0) }
      case .string(let value): addStrings(tree, path, value)
      case .array(let elements): addLists(tree, path, elements)
      case .object: if !path.isEmpty { add(tree, path, "drop") { _ in nil } }
      }
      if case .integer = part, case .name = path.last { add(tree, path, "drop") { _ in nil } }
    }
    addMovedTransfers(tree)
  }

  private mutating func add(
    _ tree: JSONTree, _ path: [JSONTree.Key], _ change: String, _ changed: (JSONTree) -> JSONTree?
  ) {
    guard let mutant = tree.changing(path[...], changed), mutant != tree else { return }
    let field = path.map { key in
      switch key {
      case .name(let name): name
      case .index: "*"
      }
    }
    mutants.append(
      Mutant(field: field.joined(separator: "."), change: change, path: path, tree: mutant))
  }

  private mutating func addNumbers(_ tree: JSONTree, _ path: [JSONTree.Key], _ value: Int) {
    let changes = [
      ("+1", value + 1), ("-1", value - 1), ("+4", value + 4), ("-4", value - 4), ("*2", value * 2), ("zero", 0),
      ("negated", -value),
    ]
    for (name, changed) in changes { add(tree, path, name) { _ in .integer(changed) } }
  }

  private mutating func addStrings(_ tree: JSONTree, _ path: [JSONTree.Key], _ value: String) {
    add(tree, path, "emptied") { _ in .string("") }
    add(tree, path, "lengthened") { _ in .string(value + "x") }
    for words in Self.words where words.contains(value) {
      for word in words { add(tree, path, "to \(word)") { _ in .string(word) } }
    }
  }

  private mutating func addLists(_ tree: JSONTree, _ path: [JSONTree.Key], _ elements: [JSONTree]) {
    for index in elements.indices {
      add(tree, path, "drop") { _ in .array(elements.enumerated().filter { $0.offset != index }.map(\.element)) }
      add(tree, path, "duplicate") { _ in .array(elements + [elements[index]]) }
      guard index > 0 else { continue }
      var swapped = elements
      swapped.swapAt(index - 1, index)
      add(tree, path, "swap") { _ in .array(swapped) }
      for member in ["offset", "l2Offset", "l3Offset"] {
        add(tree, path, "swap \(member)") { _ in .array(elements.swapping(member, index - 1, index)) }
      }
    }
  }

  /// Copies that run a step earlier or later, or only once.
  private mutating func addMovedTransfers(_ tree: JSONTree) {
    let layers: [JSONTree.Key] = [.name("layers")]
    guard case .array(let steps)? = tree.part(at: layers[...]) else { return }
    func list(_ step: Int) -> ArraySlice<JSONTree.Key> {
      [.name("layers"), .index(step), .name("transfers"), .name("l3")]
    }
    for step in steps.indices {
      guard case .array(let copies)? = tree.part(at: list(step)) else { continue }
      for (index, copy) in copies.enumerated() {
        let dropped = tree.changing(list(step) + [.index(index)]) { _ in nil } ?? tree
        let destinations =
          [step - 1, step + 1].filter(steps.indices.contains).map(list) + [[.name("initialTransfers")]]
        for destination in destinations {
          let moved = dropped.changing(destination) { $0.appending(copy) } ?? dropped
          add(tree, [], "copy to \(destination.map(\.description).joined(separator: "."))") { _ in moved }
        }
      }
    }
  }
}

extension JSONTree {
  /// An array with one element more.
  fileprivate func appending(_ element: JSONTree) -> JSONTree {
    guard case .array(let elements) = self else { return self }
    return .array(elements + [element])
  }
}

extension [JSONTree] {
  /// The array with one member of two objects exchanged; unchanged where one does not have it.
  fileprivate func swapping(_ member: String, _ one: Int, _ other: Int) -> [JSONTree] {
    guard case .object(var first) = self[one], case .object(var second) = self[other], let left = first[member],
      let right = second[member]
    else { return self }
    (first[member], second[member]) = (right, left)
    var swapped = self
    (swapped[one], swapped[other]) = (.object(first), .object(second))
    return swapped
  }
}
