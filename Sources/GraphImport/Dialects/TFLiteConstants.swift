import NetworkIR

extension TFLiteOperator {
  /// Constant int8 weights with their scales.
  struct Weights {
    var dimensions: [Int]
    var codes: [Int8]
    /// One, or one for each output channel.
    var scales: [Float]
  }

  /// The weights, input 1, whose output channels run along `channelDimension`.
  mutating func weights(rank: Int, channelDimension: Int) -> Weights? {
    guard let name = inputName(1), let tensor = graph.tensors[name] else {
      refuse(.operands, "input 1, the weights, is missing; the operator has \(node?.inputs.count ?? 0) inputs")
      return nil
    }
    guard let data = tensor.data else {
      refuse(.constantWeights, "weights '\(name)' are an activation")
      return nil
    }
    guard tensor.type == .int8 else {
      refuse(.weightType, "weights '\(name)' are \(tensor.type.rawValue), but int8 is needed")
      return nil
    }
    guard let dimensions = tensor.dimensions, dimensions.count == rank, dimensions.allSatisfy({ $0 >= 1 }) else {
      refuse(.consistentShapes, "weights '\(name)' have dimensions \(tensor.dimensions ?? []), but \(rank) are needed")
      return nil
    }
    guard let scales = weightScales(tensor, channels: dimensions[channelDimension], dimension: channelDimension) else {
      return nil
    }
    return Weights(dimensions: dimensions, codes: data.map(Int8.init(bitPattern:)), scales: scales)
  }

  private mutating func weightScales(_ tensor: GraphTensor, channels: Int, dimension: Int) -> [Float]? {
    guard let quantization = tensor.quantization, !quantization.scales.isEmpty else {
      refuse(.quantized, "weights '\(tensor.name)' have 0 scales, but 1 or \(channels) are needed")
      return nil
    }
    let count = quantization.scales.count
    guard count == 1 || (count == channels && quantization.dimension == dimension) else {
      let message =
        "weights '\(tensor.name)' have \(count) scales along dimension \(quantization.dimension), "
        + "but 1, or \(channels) along dimension \(dimension), are needed"
      refuse(.weightScales, message)
      return nil
    }
    if let zeroPoint = quantization.zeroPoints.first(where: { $0 != 0 }) {
      refuse(.weightZeroPoint, "weights '\(tensor.name)' have zero point \(zeroPoint), but 0 is needed")
      return nil
    }
    if let scale = quantization.scales.first(where: { !($0 > 0 && $0.isFinite) }) {
      refuse(.quantizationRange, "weights '\(tensor.name)' have scale \(scale)")
      return nil
    }
    return quantization.scales
  }

  /// The bias, input 2, in units of the accumulator; zeros where the operator has none.
  mutating func bias(channels: Int) -> [Int32]? {
    guard let name = inputName(2) else { return [Int32](repeating: 0, count: channels) }
    guard let tensor = graph.tensors[name], let data = tensor.data else {
      refuse(.constantWeights, "bias '\(name)' is an activation")
      return nil
    }
    guard tensor.type == .int32, data.count == 4 * channels else {
      let found = "\(tensor.type.rawValue) in \(data.count) bytes"
      refuse(.bias, "bias '\(name)' is \(found), but \(channels) int32 in \(4 * channels) bytes are needed")
      return nil
    }
    return Self.int32s(data)
  }

  /// Little-endian numbers; a rest of less than four bytes is left out.
  static func int32s(_ data: [UInt8]) -> [Int32] {
    stride(from: 0, to: data.count - data.count % 4, by: 4).map { start in
      Int32(truncatingIfNeeded: (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[start + $1]) << UInt32(8 * $1) })
    }
  }

  /// An option that is a number.
  mutating func int(_ name: String) -> Int? {
    guard case .int(let value)? = node?.attributes[name] else { return missing(name) }
    return value
  }

  /// An option that is a float.
  mutating func float(_ name: String) -> Float? {
    guard case .float(let value)? = node?.attributes[name] else { return missing(name) }
    return value
  }

  /// An option that is a name.
  mutating func string(_ name: String) -> String? {
    guard case .string(let value)? = node?.attributes[name] else { return missing(name) }
    return value
  }

  private mutating func missing<Value>(_ name: String) -> Value? {
    refuse(.options, "option \(name) is missing")
    return nil
  }
}
