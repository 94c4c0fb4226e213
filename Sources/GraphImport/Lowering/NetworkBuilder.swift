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
    let number = layers.count < 10 ? "0\(layers.count)" : "\(layers.count)"
    layers.append(
      Layer(name: "\(kind)_\(number)", source: source, operation: operation, inputs: inputs, output: output))
  }

  /// Gives a tensor the name by which the file knows its codes, where they are first met under another one.
  mutating func rename(_ tensor: TensorID, to name: String) { tensors[tensor].name = name }

  /// Lets a tensor stand for another one of the file, whose codes lie at the same places; nil leaves its name.
  mutating func look(at tensor: TensorID, as origin: TensorOrigin, name: String?) {
    tensors[tensor].origin = origin
    if let name { tensors[tensor].name = name }
  }

  subscript(tensor: TensorID) -> Tensor { tensors[tensor] }

  func network(named name: String) -> Network {
    Network(name: name, tensors: tensors, layers: layers, inputs: inputs, outputs: outputs)
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
