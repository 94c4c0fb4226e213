import NetworkIR

/// A network as it is drawn: what its nodes are and who reads whom, before any file format says it in its own way.
///
/// Everything that a writer needs beyond it, weights and scales among them, follows from the seeds of the nodes: so a node
/// keeps its numbers when others are taken away.
struct Recipe: Codable, Equatable, Sendable {
  var format: RecipeFormat
  /// Of the samples, and of the scales of the inputs.
  var seed: UInt64
  /// Maps that the network reads.
  var inputs: [Shape]
  /// Values are numbered: the inputs first, then one for each node.
  var nodes: [RecipeNode]
  /// Outputs besides the values that no node reads.
  var outputs: [Int]
  var machine: RecipeMachine

  /// The shapes of all values; nil where a node does not fit what it reads.
  var shapes: [Shape]? {
    var shapes = inputs
    for node in nodes {
      guard node.inputs.allSatisfy({ shapes.indices.contains($0) }),
        let shape = node.operation.output(of: node.inputs.map { shapes[$0] })
      else { return nil }
      shapes.append(shape)
    }
    return shapes
  }

  /// The values that the network gives, in their order: those that no node reads, and those asked for.
  var allOutputs: [Int] {
    let read = Set(nodes.flatMap(\.inputs))
    return (inputs.count..<inputs.count + nodes.count).filter { !read.contains($0) || outputs.contains($0) }
  }

  /// Products of one inference, about.
  var products: Int {
    guard let shapes else { return 0 }
    return zip(nodes, shapes.dropFirst(inputs.count)).reduce(0) { sum, pair in
      sum + pair.0.operation.products(of: pair.0.inputs.map { shapes[$0] }, output: pair.1)
    }
  }
}

/// One operator of a recipe.
struct RecipeNode: Codable, Equatable, Sendable {
  var operation: RecipeOperation
  /// Values.
  var inputs: [Int]
  /// Of weights, scales and whatever else is drawn.
  var seed: UInt64
  var weights = RecipeWeights.any
  /// Of the output's codes, in formats that have narrow ones: 2, 4 or 8.
  var bits = 8
}

/// What weights are like.
enum RecipeWeights: String, Codable, CaseIterable, Sendable {
  /// Of the whole range.
  case any
  case lowest, highest
  /// Each the least or the greatest code.
  case extremes
  /// Mostly zeros.
  case sparse
  /// -1, 0 or 1.
  case small
  case ones
  /// Of 4 bits, where the format has such weights.
  case nibbles
  /// Of 2 bits, where the format has such weights.
  case crumbs
}

/// The machine that a recipe is planned for.
struct RecipeMachine: Codable, Equatable, Sendable {
  var cores = 8
  var objective = Objective.latency
  var hasFlash = true
  var l1 = RecipeRoom.roomy
  var l2 = RecipeRoom.roomy
  var chip = RecipeChip.gap8
}

/// A chip that recipes are planned for; the raw value is the target's name.
enum RecipeChip: String, Codable, CaseIterable, Sendable { case gap8, cluster }

/// How much of a memory a plan may have.
enum RecipeRoom: String, Codable, CaseIterable, Sendable {
  /// All that the chip has.
  case roomy
  /// Half way from the least to what a roomy plan takes.
  case narrow
  /// The least that a plan was found in.
  case least
}
