/// Where the integer network ends: what follows its last integer tensors is reported and cut off.
struct IntegerONNXTail {
  /// A tensor at which the network ends.
  struct Border: Equatable {
    var tensor: String
    /// What follows, as `Gather, Sigmoid -> 237`; nil where the tensor itself is an output of the file.
    var description: String?
  }

  /// Nodes that the borders need, in an order of execution.
  private(set) var integerNodes: [Int] = []
  /// Nodes that no output needs.
  private(set) var unneeded: [Int] = []
  private(set) var borders: [Border] = []
  /// What becomes of each node.
  private(set) var places: [OperatorReport.Place]
  /// How many nodes read each tensor.
  private(set) var readers: [String: Int] = [:]

  /// Operators that move or squash values; cut off when nothing but outputs follows them.
  static let operators: Set<String> = [
    "ArgMax", "Concat", "Exp", "Flatten", "Gather", "Log", "LogSoftmax", "Reshape", "Sigmoid", "Slice", "Softmax",
    "Split", "Squeeze", "Tanh", "Transpose", "Unsqueeze",
  ]

  /// Those of `operators` that may move integers: they stay in the network where their inputs are integers of a layer.
  private static let movements: Set<String> = [
    "Concat", "Flatten", "Reshape", "Slice", "Split", "Squeeze", "Transpose", "Unsqueeze",
  ]

  /// Last movements of integers, which stay in the network.
  let lastMovements: Set<Int>

  /// - Parameters:
  ///   - graph: any ONNX graph.
  ///   - refused: nodes that no layer can compute: cut off where they are movements at the end.
  init(_ graph: Graph, refused: Set<Int> = []) {
    let order = graph.executionOrder().order
    let producers = graph.producers()
    var consumers: [String: [Int]] = [:]
    for index in order {
      for input in Set(graph.nodes[index].inputs).sorted() where !input.isEmpty {
        consumers[input, default: []].append(index)
      }
    }
    readers = consumers.mapValues(\.count)
    let outputs = Set(graph.outputs)

    var isNeeded = [Bool](repeating: false, count: graph.nodes.count)
    var isTail = [Bool](repeating: false, count: graph.nodes.count)
    for index in order.reversed() {
      let node = graph.nodes[index]
      let followers = node.outputs.flatMap { consumers[$0] ?? [] }
      isNeeded[index] = followers.contains { isNeeded[$0] } || node.outputs.contains { outputs.contains($0) }
      isTail[index] =
        Self.operators.contains(node.op) && followers.allSatisfy { isTail[$0] || !isNeeded[$0] } && isNeeded[index]
    }
    let lastMovements = Self.lastMovements(graph, producers, isTail: isTail, refused: refused, order: order)
    for index in lastMovements { isTail[index] = false }
    self.lastMovements = lastMovements
    places = graph.nodes.indices.map { !isNeeded[$0] ? .leftOut : isTail[$0] ? .cutOff : .network }
    unneeded = graph.nodes.indices.filter { !isNeeded[$0] }
    integerNodes = order.filter { isNeeded[$0] && !isTail[$0] }
    for output in graph.outputs {
      for (tensor, description) in Self.ends(of: output, graph, producers, isTail: isTail, order: order) {
        add(tensor: tensor, description: description)
      }
    }
  }

  /// Movements at the end that read integers of layers: neither what a cut operator makes, nor bare accumulators.
  private static func lastMovements(
    _ graph: Graph, _ producers: [String: Int], isTail: [Bool], refused: Set<Int>, order: [Int]
  ) -> Set<Int> {
    var found: Set<Int> = []
    var accumulators: Set<Int> = []
    for index in order {
      let node = graph.nodes[index]
      let sources = node.inputs.compactMap { producers[$0] }
      let readsAccumulators = sources.contains { accumulators.contains($0) }
      if ["Conv", "ConvTranspose", "Gemm", "MatMul"].contains(node.op) {
        accumulators.insert(index)
      } else if readsAccumulators,
        movements.contains(node.op) || ["Add", "Sub", "Identity", "Dropout"].contains(node.op)
      {
        accumulators.insert(index)
      }
      guard isTail[index], movements.contains(node.op), !readsAccumulators, !refused.contains(index) else { continue }
      if sources.allSatisfy({ !isTail[$0] || found.contains($0) }) { found.insert(index) }
    }
    return found
  }

  /// Whether the network ends at a tensor.
  func isBorder(_ tensor: String) -> Bool { borders.contains { $0.tensor == tensor } }

  private mutating func add(tensor: String, description: String?) {
    guard let known = borders.firstIndex(where: { $0.tensor == tensor }) else {
      return borders.append(Border(tensor: tensor, description: description))
    }
    let parts = [borders[known].description, description].compactMap { $0 }
    borders[known].description = parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  /// The integer tensors that an output is made from, each with the operators in between.
  private static func ends(
    of output: String, _ graph: Graph, _ producers: [String: Int], isTail: [Bool], order: [Int]
  ) -> [(String, String?)] {
    var between: Set<Int> = []
    var ends: [String] = []
    var open = [output]
    while let tensor = open.popLast() {
      if let node = producers[tensor], isTail[node] {
        if between.insert(node).inserted { open.append(contentsOf: graph.nodes[node].inputs.reversed()) }
      } else if graph.tensors[tensor]?.data == nil, !tensor.isEmpty, !ends.contains(tensor) {
        ends.append(tensor)
      }
    }
    let names = order.filter { between.contains($0) }.map { graph.nodes[$0].op }
    return ends.map { ($0, names.isEmpty ? nil : names.joined(separator: ", ") + " -> \(output)") }
  }
}
