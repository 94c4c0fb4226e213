import NetworkIR

/// Collects the tensors and layers of a network while a dialect lowers its graph.
struct NetworkBuilder {
  private(set) var tensors: [Tensor] = []
  private(set) var layers: [Layer] = []
  var inputs: [Boundary] = []
  var outputs: [Boundary] = []

  /// Adds an activation and returns its number.
  mutating func add(_ tensor: Tensor) -> TensorID {
    tensors.append(tensor)
    return tensors.count - 1
  }

  /// Adds a layer at the end of the order of execution; its name is made from `kind` and its position: `conv_03`.
  mutating func add(_ operation: Operation, kind: String, source: String, inputs: [Operand], output: TensorID) {
    layers.append(
      Layer(
        name: Self.name(kind: kind, number: layers.count), source: source, operation: operation, inputs: inputs,
        output: output))
  }

  fileprivate static func name(kind: some StringProtocol, number: Int) -> String {
    "\(kind)_\(number < 10 ? "0" : "")\(number)"
  }

  /// Gives a tensor the name by which the file knows its codes, where they are first met under another one.
  mutating func rename(_ tensor: TensorID, to name: String) { tensors[tensor].name = name }

  /// Lets a tensor stand for another one of the file, whose codes lie at the same places; nil leaves its name.
  mutating func look(at tensor: TensorID, as origin: TensorOrigin, name: String?) {
    tensors[tensor].origin = origin
    if let name { tensors[tensor].name = name }
  }

  subscript(tensor: TensorID) -> Tensor { tensors[tensor] }

  /// The network, without layers that nothing needs: parts of a split, say, that the file names and does not read.
  func network(named name: String) -> Network {
    var network = Network(name: name, tensors: tensors, layers: layers, inputs: inputs, outputs: outputs)
    network.removeUnneededLayers()
    return network
  }
}

extension Network {
  /// Takes away layers from which no way leads to an output, and their tensors. Those that stay are numbered anew.
  fileprivate mutating func removeUnneededLayers() {
    var isNeeded = tensors.map { _ in false }
    for output in outputs { isNeeded[output.tensor] = true }
    for layer in layers.reversed() where isNeeded[layer.output] {
      for input in layer.inputs { isNeeded[input.tensor] = true }
    }
    guard layers.contains(where: { !isNeeded[$0.output] }) else { return }
    layers.removeAll { !isNeeded[$0.output] }
    for input in inputs { isNeeded[input.tensor] = true }
    let kept = tensors.indices.filter { isNeeded[$0] }
    let numbers = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
    func number(_ tensor: TensorID) -> TensorID { numbers[tensor] ?? tensor }
    tensors = kept.map { tensors[$0] }
    for index in inputs.indices { inputs[index].tensor = number(inputs[index].tensor) }
    for index in outputs.indices { outputs[index].tensor = number(outputs[index].tensor) }
    for index in layers.indices {
      let kind = layers[index].name.prefix { $0 != "_" }
      layers[index].name = NetworkBuilder.name(kind: kind, number: index)
      layers[index].output = number(layers[index].output)
      for input in layers[index].inputs.indices {
        layers[index].inputs[input].tensor = number(layers[index].inputs[input].tensor)
      }
    }
  }
}

/// What a dialect makes of a graph. `network` is nil when there are errors among the problems.
struct LoweringResult {
  var network: Network?
  var operators: [OperatorReport]
  /// Errors first to last in the order of the file; `file` is filled in by the caller.
  var problems: [Diagnostic]
  var notes: [Diagnostic]
}
