package import NetworkIR

/// Evaluates a network exactly, element by element, as the model's rules prescribe: the oracle.
///
/// Values are int32 in HWC order, whatever their stored type. Shares no code with planner, emitter or kernels.
package struct ReferenceExecutor: Sendable {
  package let network: Network

  package init(_ network: Network) { self.network = network }

  /// Runs the network once and keeps every activation.
  ///
  /// - Parameters:
  ///   - inputs: codes in HWC order, one vector per network input, in the order of `Network.inputs`.
  ///   - known: codes that later layers read instead of those computed here, by tensor: with all tensors of another
  ///     program, each layer is compared alone.
  /// - Returns: the codes of every tensor in HWC order, by `TensorID`; empty for a tensor that nothing writes.
  /// - Throws: `ReferenceError` for inputs of the wrong number, size or range, and for arithmetic that leaves the
  ///   widths a network promises to stay within.
  package func run(
    _ inputs: [[Int32]], readingInstead known: [TensorID: [Int32]] = [:]
  ) throws(ReferenceError) -> [[Int32]] {
    guard inputs.count == network.inputs.count else {
      throw .inputCount(found: inputs.count, expected: network.inputs.count)
    }
    var tensors = [[Int32]](repeating: [], count: network.tensors.count)
    for (boundary, codes) in zip(network.inputs, inputs) {
      tensors[boundary.tensor] = try checked(codes, against: network[boundary.tensor])
    }
    var read = tensors
    for layer in network.layers {
      let codes = try evaluation(of: layer, read).codes()
      tensors[layer.output] = try checked(codes, against: network[layer.output])
      read[layer.output] = tensors[layer.output]
      if let codes = known[layer.output] { read[layer.output] = try checked(codes, against: network[layer.output]) }
    }
    return tensors
  }

  /// The exact value that a layer requantizes to get one output element.
  ///
  /// The accumulator of a convolution or of a product of matrices, the sum of a pooling window, the sum of an
  /// addition's rescaled operands, the product of a multiplication's, or the code that a rescale reads; all but
  /// averages without the zero points.
  ///
  /// - Parameters:
  ///   - layer: index in `Network.layers`.
  ///   - position: the output element.
  ///   - tensors: what `run` returned, or any other codes of the layer's inputs.
  /// - Returns: nil for layers that accumulate nothing, for a position outside the output, and where
  ///   `tensors` does not hold the layer's inputs or a rule has no value.
  package func accumulator(layer: Int, position: Position, tensors: [[Int32]]) -> Int? {
    guard network.layers.indices.contains(layer), tensors.count == network.tensors.count else { return nil }
    let layer = network.layers[layer]
    guard network[layer.output].shape.contains(position),
      layer.inputs.allSatisfy({ tensors[$0.tensor].count == $0.shape.elements })
    else { return nil }
    return try? evaluation(of: layer, tensors).accumulators()?(position)
  }

  private func evaluation(of layer: Layer, _ tensors: [[Int32]]) throws(ReferenceError) -> LayerEvaluation {
    var inputs: [Activation] = []
    for operand in layer.inputs {
      let (tensor, codes) = (network[operand.tensor], tensors[operand.tensor])
      guard codes.count == operand.shape.elements else {
        throw .elementCount(tensor: tensor.name, found: codes.count, expected: operand.shape.elements)
      }
      inputs.append(Activation(shape: operand.shape, type: tensor.type, codes: codes))
    }
    return LayerEvaluation(layer: layer, inputs: inputs, output: network[layer.output])
  }

  private func checked(_ codes: [Int32], against tensor: Tensor) throws(ReferenceError) -> [Int32] {
    guard codes.count == tensor.shape.elements else {
      throw .elementCount(tensor: tensor.name, found: codes.count, expected: tensor.shape.elements)
    }
    let range = tensor.values.clamped(to: tensor.type.range)
    if let index = codes.firstIndex(where: { !range.contains(Int($0)) }) {
      throw .codeOutOfRange(tensor: tensor.name, index: index, code: Int(codes[index]), range: range)
    }
    return codes
  }
}

extension Shape {
  /// Whether an activation of this shape has the element.
  fileprivate func contains(_ position: Position) -> Bool {
    (0..<height).contains(position.row) && (0..<width).contains(position.column)
      && (0..<channels).contains(position.channel)
  }
}
