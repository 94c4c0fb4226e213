/// What of a quantized graph is computed in codes, and what only follows its last codes.
struct QuantizedFlow {
  /// Nodes that some output needs, in an order of execution.
  private(set) var needed: [Int] = []
  /// Nodes that no output needs.
  private(set) var unneeded: [Int] = []
  /// How many nodes read each tensor; an output of the graph counts as one.
  private(set) var readers: [String: Int] = [:]
  /// The node that reads a tensor, where it is the only one and the graph does not give the tensor out.
  private(set) var onlyReaders: [String: Int] = [:]
  /// Of each node, whether it makes no codes and none that follows it does.
  private(set) var isTail: [Bool]

  init(_ graph: Graph) {
    let order = graph.executionOrder().order
    var consumers: [String: [Int]] = [:]
    for index in order {
      for input in Set(graph.nodes[index].inputs).sorted() where !input.isEmpty {
        consumers[input, default: []].append(index)
      }
    }
    let outputs = Set(graph.outputs)
    readers = consumers.mapValues(\.count)
    for output in graph.outputs { readers[output, default: 0] += 1 }
    for (tensor, found) in consumers where readers[tensor] == 1 { onlyReaders[tensor] = found[0] }

    var isNeeded = [Bool](repeating: false, count: graph.nodes.count)
    isTail = [Bool](repeating: false, count: graph.nodes.count)
    for index in order.reversed() {
      let node = graph.nodes[index]
      let followers = node.outputs.flatMap { consumers[$0] ?? [] }.filter { isNeeded[$0] }
      isNeeded[index] = !followers.isEmpty || node.outputs.contains { outputs.contains($0) }
      isTail[index] = !Self.makesCodes(node) && followers.allSatisfy { isTail[$0] }
    }
    unneeded = graph.nodes.indices.filter { !isNeeded[$0] }
    needed = order.filter { isNeeded[$0] }
  }

  /// Whether a node makes codes of floats, or computes on codes.
  private static func makesCodes(_ node: GraphNode) -> Bool {
    let op = node.plainOp
    return op == "QuantizeLinear" || op.hasPrefix("QLinear") || ["QGemm", "ConvInteger", "MatMulInteger"].contains(op)
  }
}
