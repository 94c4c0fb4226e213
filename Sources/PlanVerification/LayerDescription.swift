import NetworkIR

/// A layer of the network in the terms of a plan.
struct LayerDescription {
  var op: PlannedOperator
  var geometry: LayerGeometry
  /// The one that produces the codes of the output.
  var requantization: Requantization?

  /// Describes a layer whose output has the shape `output`.
  init(_ layer: Layer, output: Shape) {
    let pointwise = LayerGeometry(
      kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: output.channels)
    let whole = LayerGeometry(kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 1)
    switch layer.operation {
    case .convolution(let convolution):
      geometry = LayerGeometry(
        kernel: convolution.kernel, stride: convolution.stride, dilation: convolution.dilation,
        padding: convolution.padding, groups: convolution.groups)
      op = PlannedOperator.convolution(geometry, input: layer.inputs[0].shape)
      requantization = convolution.requantization
    case .addition(let addition):
      (op, geometry, requantization) = (.addition, pointwise, addition.output)
    case .pooling(let pooling):
      geometry = LayerGeometry(
        kernel: pooling.kernel, stride: pooling.stride, dilation: .one, padding: pooling.padding,
        groups: output.channels)
      switch pooling.kind {
      case .maximum: op = .maxPool
      case .average, .singlePrecisionAverage: op = .averagePool
      case .sum(let rule, _): (op, requantization) = (.sumPool, rule)
      }
    case .multiplication(let multiplication):
      (op, geometry, requantization) = (.multiplication, pointwise, multiplication.output)
    case .extremum(let extremum):
      (op, geometry) = (extremum.kind == .maximum ? .maximum : .minimum, pointwise)
    case .pairwise: (op, geometry) = (.pairwise, pointwise)
    case .rescale(let rule, _): (op, geometry, requantization) = (.rescale, pointwise, rule)
    case .lookup: (op, geometry) = (.lookup, pointwise)
    case .softmax: (op, geometry) = (.softmax, whole)
    case .tableSoftmax: (op, geometry) = (.tableSoftmax, whole)
    case .argumentMaximum: (op, geometry) = (.argumentMaximum, whole)
    case .matrixProduct(let product): (op, geometry, requantization) = (.matrixProduct, whole, product.requantization)
    case .movement(let movement):
      (op, geometry) = (.movement, whole)
      geometry.isRowwise = movement.isRowwise
    }
  }
}
