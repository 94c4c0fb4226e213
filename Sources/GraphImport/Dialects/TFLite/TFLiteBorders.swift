import NetworkIR

/// Where the integer network begins and ends: float QUANTIZE and DEQUANTIZE at the borders, and the float operators
/// behind the latter, are cut off.
struct TFLiteBorders {
  /// One for each input of the integer network, in the file's order.
  var inputs: [Input] = []
  /// One for each output of the file.
  var outputs: [Output] = []
  /// Nodes that are cut off.
  var cut: Set<Int> = []
  var notes: [Diagnostic] = []

  /// An activation that the user's data enters.
  struct Input: Equatable {
    var tensor: String
  }

  /// An activation that is handed to the user.
  struct Output: Equatable {
    var tensor: String
    /// What is cut off behind it, as `DEQUANTIZE -> LOG_SOFTMAX -> name`; nil where nothing is.
    var cutTail: String?
    /// False where what is cut off does more than dequantize.
    var floatsAreCodes = true
  }

  init(_ graph: Graph) {
    let producers = graph.producers()
    var readers: [String: [Int]] = [:]
    for (index, node) in graph.nodes.enumerated() {
      for name in node.inputs { readers[name, default: []].append(index) }
    }
    for name in graph.inputs { addInput(name, graph, readers: readers[name] ?? []) }
    for name in graph.outputs { addOutput(name, graph, producers) }
  }

  private mutating func addInput(_ name: String, _ graph: Graph, readers: [Int]) {
    guard graph.tensors[name]?.type == .float32 else { return inputs.append(Input(tensor: name)) }
    let quantizers = readers.filter { graph.nodes[$0].op == "QUANTIZE" && graph.nodes[$0].outputs.count == 1 }
    // A float input that something else reads too stays in, and that reader is refused.
    guard !readers.isEmpty, quantizers == readers else { return inputs.append(Input(tensor: name)) }
    for index in quantizers {
      let node = graph.nodes[index]
      inputs.append(Input(tensor: node.outputs[0]))
      cut.insert(index)
      notes.append(
        TFLiteNote.cutInput.reason.diagnostic([name, node.outputs[0]], node: node.name, op: node.op))
    }
  }

  /// The output itself, or where floats are computed behind DEQUANTIZEs the integers that these read, one output for each.
  private mutating func addOutput(_ name: String, _ graph: Graph, _ producers: [String: Int]) {
    guard let tail = FloatTail(name, graph, producers), let last = tail.nodes.first else {
      outputs.append(Output(tensor: name, cutTail: nil))
      return
    }
    cut.formUnion(tail.nodes)
    let text = (tail.nodes.map { graph.nodes[$0].op } + [name]).joined(separator: " -> ")
    for tensor in tail.sources {
      outputs.append(Output(tensor: tensor, cutTail: text, floatsAreCodes: tail.nodes.count == 1))
      let node = graph.nodes[last]
      notes.append(TFLiteNote.cutTail.reason.diagnostic([tensor, text], node: node.name, op: node.op))
    }
  }
}

/// What is computed in floats between integer tensors and one output.
private struct FloatTail {
  /// In an order in which each comes behind those that it reads.
  var nodes: [Int] = []
  /// What the DEQUANTIZEs among them read, each once.
  var sources: [String] = []

  /// - Returns: nil where the output is no float, or depends on anything but constants and DEQUANTIZEs.
  init?(_ output: String, _ graph: Graph, _ producers: [String: Int]) {
    var isOpen: Set<Int> = []
    var open: [(node: Int, next: Int)] = []
    guard graph.tensors[output]?.type == .float32, let first = producers[output] else { return nil }
    open.append((first, 0))
    isOpen.insert(first)
    while let (index, next) = open.last {
      let node = graph.nodes[index]
      if node.op == "DEQUANTIZE" {
        guard let source = node.inputs.first, graph.tensors[source]?.data == nil else { return nil }
        if !sources.contains(source) { sources.append(source) }
      }
      guard node.op != "DEQUANTIZE", next < node.inputs.count else {
        nodes.append(index)
        open.removeLast()
        continue
      }
      open[open.count - 1].next += 1
      let name = node.inputs[next]
      guard !name.isEmpty, let tensor = graph.tensors[name], tensor.data == nil else { continue }
      guard tensor.type == .float32, let producer = producers[name] else { return nil }
      if nodes.contains(producer) { continue }
      guard isOpen.insert(producer).inserted else { return nil }
      open.append((producer, 0))
    }
    guard !sources.isEmpty else { return nil }
  }
}
