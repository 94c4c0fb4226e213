extension Graph {
  /// The node that makes each tensor, by index in `nodes`.
  func producers() -> [String: Int] {
    var result: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty { result[output] = index }
    }
    return result
  }

  /// Nodes so that each stands behind those it reads from; the order of the file wherever that allows it.
  ///
  /// - Returns: the order, and the nodes that cannot be ordered because they wait for each other.
  func executionOrder() -> (order: [Int], cyclic: [Int]) {
    let producers = producers()
    let sources = nodes.map { node in Set(node.inputs.compactMap { producers[$0] }).sorted() }
    var order: [Int] = []
    var placed = [Bool](repeating: false, count: nodes.count)
    var open = [Bool](repeating: false, count: nodes.count)
    var cyclic: Set<Int> = []
    // Depth first with a stack of our own: the depth is the file's to choose.
    for root in nodes.indices where !placed[root] {
      var stack = [(node: root, next: 0)]
      open[root] = true
      while let (node, next) = stack.last {
        if next < sources[node].count {
          stack[stack.count - 1].next += 1
          let source = sources[node][next]
          if open[source] {
            let start = stack.firstIndex { $0.node == source } ?? 0
            cyclic.formUnion(stack[start...].map(\.node))
          } else if !placed[source] {
            open[source] = true
            stack.append((source, 0))
          }
        } else {
          stack.removeLast()
          open[node] = false
          placed[node] = true
          order.append(node)
        }
      }
    }
    return (order, cyclic.sorted())
  }
}
