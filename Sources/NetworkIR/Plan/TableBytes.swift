extension Network {
  /// Bytes of L2 that the constants of all layers take that are compiled into the code; a multiple of 4.
  package var tableBytes: Int {
    layers.reduce(0) { sum, layer in
      sum + layer.operation.tableBytes(input: self[layer.inputs[0].tensor].type, output: self[layer.output].type)
    }
  }
}

extension Operation {
  /// Bytes of L2 that constants of the operation take that are compiled into the code instead of being planned as a
  /// tensor: tables, pieces, and the entries of rules that all channels share; a multiple of 4.
  ///
  /// - Parameters:
  ///   - input: the type of the first operand.
  ///   - output: the type of the output.
  /// - Returns: the bytes; 0 where there is no such constant.
  package func tableBytes(input: ElementType, output: ElementType) -> Int {
    switch self {
    // Constants of channels are planned tensors.
    case .convolution: 0
    case .addition(let addition):
      addition.first.sharedEntryBytes + addition.second.sharedEntryBytes + addition.output.sharedEntryBytes
    case .multiplication(let multiplication): multiplication.output.sharedEntryBytes
    case .pairwise(let pairwise): pairwise.tableBytes(output: output)
    case .pooling(let pooling):
      if case .sum(let requantization, _) = pooling.kind { requantization.sharedEntryBytes } else { 0 }
    case .rescale(let requantization, _): requantization.sharedEntryBytes
    case .lookup(let lookup):
      lookup.tables.count == 1 ? ConstantLayout.tableBytesPerChannel(input: input, output: output) : 0
    case .tableSoftmax(let softmax): 4 * softmax.exponentials.count
    case .matrixProduct(let product): product.requantization?.sharedEntryBytes ?? 0
    case .movement(let movement): 96 * movement.pieces.count
    case .extremum, .softmax, .argumentMaximum: 0
    }
  }
}

extension Requantization {
  /// Bytes of the exceptions, two words each, and thresholds, one word each, of rules that are compiled into the code.
  fileprivate var sharedEntryBytes: Int {
    coefficients.reduce(0) { $0 + 8 * $1.exceptions.count + 4 * $1.thresholds.count }
  }
}
