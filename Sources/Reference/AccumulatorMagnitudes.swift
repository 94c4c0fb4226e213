import NetworkIR

/// How large the sums behind a layer's accumulators are: what bounds the error of the same sums in float32.
package struct AccumulatorMagnitudes: Equatable, Sendable {
  /// Products in each sum.
  package var terms: Int
  /// For each element in HWC order, the sum of the magnitudes of all products and of the bias.
  package var sums: [Int]
}

extension ReferenceExecutor {
  /// The magnitudes of all sums of one layer.
  ///
  /// - Parameters:
  ///   - layer: index in `Network.layers`.
  ///   - tensors: what `run` returned, or any other codes of the layer's inputs.
  /// - Returns: nil for layers other than convolutions and products of matrices, and where `tensors` does not hold the
  ///   layer's inputs.
  package func magnitudes(layer: Int, tensors: [[Int32]]) -> AccumulatorMagnitudes? {
    guard network.layers.indices.contains(layer), tensors.count == network.tensors.count else { return nil }
    let layer = network.layers[layer]
    guard layer.inputs.allSatisfy({ tensors[$0.tensor].count == $0.shape.elements }) else { return nil }
    let evaluation = LayerEvaluation(
      layer: layer,
      inputs: layer.inputs.map {
        Activation(shape: $0.shape, type: network[$0.tensor].type, codes: tensors[$0.tensor])
      }, output: network[layer.output])
    switch layer.operation {
    case .convolution(let convolution):
      guard let sums = try? ConvolutionSums(convolution, in: evaluation) else { return nil }
      return AccumulatorMagnitudes(
        terms: convolution.weightsPerOutputChannel,
        sums: Self.positions(of: evaluation.output.shape).map { sums.magnitude(at: $0) })
    case .matrixProduct(let product):
      guard let sums = try? MatrixProductSum(product, in: evaluation) else { return nil }
      return AccumulatorMagnitudes(
        terms: sums.terms, sums: Self.positions(of: evaluation.output.shape).map { sums.magnitude(at: $0) })
    case .addition, .multiplication, .extremum, .pairwise, .pooling, .rescale, .lookup, .softmax, .tableSoftmax,
      .argumentMaximum, .movement:
      return nil
    }
  }

  /// Every position, in HWC order.
  private static func positions(of shape: Shape) -> [Position] {
    (0..<shape.elements).map { index in
      Position(
        row: index / (shape.width * shape.channels), column: index / shape.channels % shape.width,
        channel: index % shape.channels)
    }
  }
}
