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

  /// Float operators that may be cut off behind a DEQUANTIZE; each reads one activation.
  static let tails: Set<String> = ["SOFTMAX", "LOG_SOFTMAX", "LOGISTIC", "RESHAPE", "SQUEEZE"]

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

  private mutating func addOutput(_ name: String, _ graph: Graph, _ producers: [String: Int]) {
    var tensor = name
    var tail: [Int] = []
    while graph.tensors[tensor]?.type == .float32, let index = producers[tensor], !tail.contains(index) {
      let node = graph.nodes[index]
      guard node.op == "DEQUANTIZE" || Self.tails.contains(node.op), let source = node.inputs.first else { break }
      tail.append(index)
      tensor = source
      guard node.op != "DEQUANTIZE" else { break }
    }
    let reachesIntegers = tail.last.map { graph.nodes[$0].op == "DEQUANTIZE" } ?? false
    guard reachesIntegers, let last = tail.last else {
      outputs.append(Output(tensor: name, cutTail: nil))
      return
    }
    cut.formUnion(tail)
    let text = (tail.reversed().map { graph.nodes[$0].op } + [name]).joined(separator: " -> ")
    outputs.append(Output(tensor: tensor, cutTail: text, floatsAreCodes: tail.count == 1))
    let node = graph.nodes[last]
    notes.append(TFLiteNote.cutTail.reason.diagnostic([tensor, text], node: node.name, op: node.op))
  }
}
