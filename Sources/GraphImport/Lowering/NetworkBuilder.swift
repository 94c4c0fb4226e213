import NetworkIR

/// Collects the tensors and layers of a network while a dialect lowers its graph.
struct NetworkBuilder {
  private(set) var tensors: [Tensor] = []
  private(set) var layers: [Layer] = []
  /// Of each layer: what its name begins with.
  private var kinds: [String] = []
  var inputs: [Boundary] = []
  var outputs: [Boundary] = []

  /// Adds an activation and returns its number.
  mutating func add(_ tensor: Tensor) -> TensorID {
    tensors.append(tensor)
    return tensors.count - 1
  }

  /// Adds a layer at the end of the order of execution; its name is made from `kind` and its position: `conv_03`.
  mutating func add(_ operation: Operation, kind: String, source: String, inputs: [Operand], output: TensorID) {
    kinds.append(kind)
    layers.append(
      Layer(
        name: Self.name(kind, number: layers.count), source: source, operation: operation, inputs: inputs,
        output: output))
  }

  private static func name(_ kind: String, number: Int) -> String {
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

  /// The network, without layers that nothing needs: parts of a split, say, that the file names and does not read. The
  /// others and their tensors are numbered anew.
  func network(named name: String) -> Network {
    let needed = neededTensors
    let kept = tensors.indices.filter { needed[$0] }
    let numbers = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
    func numbered(_ tensor: TensorID) -> TensorID { numbers[tensor] ?? tensor }
    func numbered(_ boundary: Boundary) -> Boundary {
      var result = boundary
      result.tensor = numbered(boundary.tensor)
      return result
    }
    let steps = layers.indices.filter { needed[layers[$0].output] }
    let numberedLayers = steps.enumerated().map { number, index in
      var layer = layers[index]
      layer.name = Self.name(kinds[index], number: number)
      layer.output = numbered(layer.output)
      for input in layer.inputs.indices { layer.inputs[input].tensor = numbered(layer.inputs[input].tensor) }
      return layer
    }
    return Network(
      name: name, tensors: kept.map { tensors[$0] }, layers: numberedLayers, inputs: inputs.map(numbered),
      outputs: outputs.map(numbered))
  }

  /// Of each tensor: whether a way leads from it to an output, or the network has it as an input.
  private var neededTensors: [Bool] {
    var isNeeded = tensors.map { _ in false }
    for output in outputs { isNeeded[output.tensor] = true }
    for layer in layers.reversed() where isNeeded[layer.output] {
      for input in layer.inputs { isNeeded[input.tensor] = true }
    }
    for input in inputs { isNeeded[input.tensor] = true }
    return isNeeded
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
